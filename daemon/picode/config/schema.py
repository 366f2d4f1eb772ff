"""Every setting, with its default and one sentence. `docs/configuration.md` is printed from this file."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field


def setting(sentence: str, ge: float | None = None, gt: float | None = None, le: float | None = None) -> Meta:
    if gt is not None:
        return Meta(description=sentence, gt=gt, le=le)
    return Meta(description=sentence, ge=ge, le=le)


class Section(Struct, forbid_unknown_fields=True, kw_only=True):
    """A table of the configuration file."""


class Roles(Section):
    fast: Annotated[
        str,
        setting(
            "The model that writes summaries and titles: a name, or cheapest, quickest or ablest of those that can be "
            "used (of models.scoped, where that is set); empty: the main one."
        ),
    ] = ""
    strong: Annotated[
        str, setting("The model that `/model strong` takes: a name, or cheapest, quickest, ablest.")
    ] = ""


class Models(Section):
    default: Annotated[
        str, setting("The model, as provider/model; empty: the first provider with a key.")
    ] = ""
    thinking: Annotated[
        Literal["off", "minimal", "low", "medium", "high", "xhigh"],
        setting("How hard a model that can think is asked to; /thinking changes it for a conversation."),
    ] = "medium"
    scoped: Annotated[
        list[str],
        setting(
            "The models that Ctrl-P goes through: names, parts of names, or patterns; none: all that can be used."
        ),
    ] = field(default_factory=list)
    roles: Roles = field(default_factory=Roles)
    max_tokens: Annotated[int, setting("The longest answer, in tokens.", ge=1)] = 16384
    connect_timeout: Annotated[float, setting("Seconds to reach a model server.", gt=0)] = 15
    first_byte_timeout: Annotated[float, setting("Seconds until a model begins to answer.", gt=0)] = 120
    idle_timeout: Annotated[float, setting("Seconds of silence within an answer.", gt=0)] = 90
    retries: Annotated[int, setting("How often a failed model call is tried again.", ge=0, le=10)] = 3
    retry_delay: Annotated[
        float,
        setting("Seconds before the first retry at most, by chance less; each further one doubles it.", ge=0),
    ] = 2


class Rate(Section):
    """How much a provider may be asked; 0: as much as one likes."""

    requests: Annotated[int, Meta(ge=0)] = 0
    """By the minute."""
    tokens: Annotated[int, Meta(ge=0)] = 0
    """By the minute: prompts and answers."""
    together: Annotated[int, Meta(ge=0)] = 0
    """Answers at the same time."""


class Providers(Section):
    fallback: Annotated[
        list[str],
        setting("Models that answer, in this order, while the one that was chosen cannot: provider/model."),
    ] = field(default_factory=list)
    rates: Annotated[
        dict[str, Rate],
        setting(
            "How much a provider may be asked: anthropic = {requests = 50, tokens = 40000, together = 4}; requests and "
            "tokens by the minute, answers at the same time. Who comes too early waits."
        ),
    ] = field(default_factory=dict)
    breaker_failures: Annotated[
        int, setting("Failures in a row after which a provider is left alone for a while; 0: never.", ge=0)
    ] = 5
    breaker_pause: Annotated[
        float, setting("Seconds until it is asked again, once; when that fails, twice as long.", gt=0)
    ] = 30


class Cache(Section):
    enabled: Annotated[
        bool, setting("Give the answer again that the same request had, where no tools are offered.")
    ] = True
    tools: Annotated[
        bool,
        setting(
            "Where tools are offered, too, when the answer called none: what they would see may have changed."
        ),
    ] = False
    seconds: Annotated[float, setting("How long an answer is kept.", ge=0)] = 3600
    megabytes: Annotated[
        float, setting("How much is kept; what was not used for longest goes first.", ge=0)
    ] = 50


class Spend(Section):
    request: Annotated[
        float, setting("The most that one request to a model may cost, in US dollars; 0: no limit.", ge=0)
    ] = 0
    turn: Annotated[
        float, setting("The most for a question with all that follows from it; 0: no limit.", ge=0)
    ] = 0
    conversation: Annotated[float, setting("The most for a conversation; 0: no limit.", ge=0)] = 0
    day: Annotated[float, setting("The most for a day, in all conversations; 0: no limit.", ge=0)] = 0
    workspace: Annotated[float, setting("The most for a project, from its first day; 0: no limit.", ge=0)] = 0


class Limits(Section):
    spend: Spend = field(default_factory=Spend)


class Agent(Section):
    rounds: Annotated[int, setting("The most model calls in one turn.", ge=1)] = 100
    steering: Annotated[
        Literal["one-at-a-time", "all"],
        setting("How many messages queued for a turn go to the model at once."),
    ] = "one-at-a-time"
    follow_up: Annotated[
        Literal["one-at-a-time", "all"], setting("How many messages queued for after a turn go at once.")
    ] = "one-at-a-time"


class Compaction(Section):
    enabled: Annotated[
        bool, setting("Summarise what is old when a conversation fills the model's context.")
    ] = True
    reserve_tokens: Annotated[
        int,
        setting("Tokens of the context that are kept free for an answer; at most a quarter of it.", ge=256),
    ] = 16_384
    keep_recent_tokens: Annotated[
        int, setting("Tokens at a conversation's end that stay word for word; at most a quarter of it.", ge=0)
    ] = 20_000


class Context(Section):
    budget: Annotated[
        int,
        setting(
            "Tokens of the project's files that are chosen for a question and go to the model with it; 0: none. "
            "`picode context` shows what would be chosen.",
            ge=0,
        ),
    ] = 0


class Tools(Section):
    allow: Annotated[
        list[str],
        setting(
            "Tools that never ask, of bash, edit, write, and, in a workspace, pane_run, pane_rerun, pane_write, "
            "pane_focus, pane_close; or all."
        ),
    ] = field(default_factory=list)
    deny: Annotated[list[str], setting("Tools that are never run.")] = field(default_factory=list)


class Shell(Section):
    output_limit: Annotated[
        int, setting("Characters of a command's output that a model gets; the middle is cut.", ge=1000)
    ] = 30_000
    redact: Annotated[bool, setting("Take keys and tokens out of what is sent.")] = True
    preview: Annotated[
        Literal["always", "large", "never"],
        setting("Show a command's output before it is sent; large: it is long, was cut, or lost a secret."),
    ] = "never"
    preview_above: Annotated[int, setting("Characters from which on what is sent is large.", ge=0)] = 10_000
    ignore_commands: Annotated[
        list[str], setting("Commands that are never recorded, as patterns: `pass *`, `*vault*`.")
    ] = field(default_factory=list)
    ignore_directories: Annotated[
        list[str], setting("Directories in and below which nothing is recorded, as patterns: `~/private`.")
    ] = field(default_factory=list)
    ignore_space: Annotated[bool, setting("Do not record commands that begin with a space.")] = True


class Redact(Section):
    patterns: Annotated[
        list[str],
        setting(
            "Regular expressions of your own secrets; what the first group matches is taken out, else all of it."
        ),
    ] = field(default_factory=list)


class Pane(Section):
    keys: Annotated[Literal["emacs", "vi"], setting("How the input line is edited.")] = "emacs"
    history: Annotated[int, setting("Messages of an old conversation that are shown at the start.", ge=0)] = (
        20
    )
    theme: Annotated[
        str, setting("Colours: terminal (your terminal's own), dark, light, or a theme's name or file.")
    ] = "terminal"
    thoughts: Annotated[
        bool,
        setting("Show all of what a model thinks, not only the last line while it does (Ctrl-T changes it)."),
    ] = False
    double_escape: Annotated[
        Literal["tree", "fork", "none"],
        setting("What Esc twice on an empty line opens while nothing is at work; with vi keys: nothing."),
    ] = "tree"


class Resources(Section):
    packages: Annotated[
        list[str | dict[str, Any]],
        setting(
            "Packages of skills, templates and themes: sources, as `picode install` takes and writes them."
        ),
    ] = field(default_factory=list)
    skills: Annotated[list[str], setting("More directories with skills, or single skills' files.")] = field(
        default_factory=list
    )
    prompts: Annotated[list[str], setting("More directories with prompt templates, or single files.")] = (
        field(default_factory=list)
    )
    themes: Annotated[list[str], setting("More directories with themes, or single files.")] = field(
        default_factory=list
    )
    extensions: Annotated[
        list[str], setting("More directories with extensions, or single files: they are programs, and run.")
    ] = field(default_factory=list)
    skill_commands: Annotated[bool, setting("Skills can be called with /skill:name.")] = True


class Extensions(Section):
    enabled: Annotated[bool, setting("Run extensions; a project's run only after `picode trust`.")] = True
    seconds: Annotated[
        float,
        setting("Seconds that an extension may take for an event; what it asks a person counts not.", gt=0),
    ] = 30


class Pi(Section):
    read: Annotated[
        bool,
        setting(
            "Read what is there of pi's: settings.json (under your own settings), models.json, the keys of auth.json, "
            "AGENTS.md, SYSTEM.md, skills, templates, themes."
        ),
    ] = True


class Away(Section):
    policy: Annotated[
        Literal["hold", "deny", "allow"],
        setting(
            "What becomes of a question while nobody is at the workspace: it waits, or is answered with no or yes."
        ),
    ] = "hold"
    notify: Annotated[
        str,
        setting(
            "How to tell that a turn ended or waits when nobody looks: osc (the terminal's own notification), off, or "
            "a command that gets a title and a text, such as notify-send."
        ),
    ] = "osc"


class Sessions(Section):
    titles: Annotated[
        bool,
        setting("Let the fast model name a conversation after its first answer; that is a request more."),
    ] = False
    directory: Annotated[
        str,
        setting(
            "Where conversations are kept: a directory; pi: where pi keeps its own, so that both programs see the same "
            "ones (PI_CODING_AGENT_SESSION_DIR and PI_CODING_AGENT_DIR count); empty: PiCode's own."
        ),
    ] = ""


class Log(Section):
    level: Annotated[
        Literal["debug", "info", "warning", "error"], setting("What the daemon writes down.")
    ] = "info"


class CustomProvider(Section, omit_defaults=True):
    """An entry of `custom_providers`: an OpenAPI document, and what it does not say."""

    document: str
    """A file or an address."""
    base_url: str = ""
    """Where the server is, in place of the document's own `servers`."""
    chat: str = ""
    """The chat endpoint, by name or path, where it is not found by its shape; `none`: there is none."""
    models: list[str] = field(default_factory=list)
    """The names of its models, where the document does not tell them."""
    tools: list[str] = field(default_factory=list)
    """The operations that become tools: names, patterns, `tag:NAME`, `path:PATTERN`."""
    variables: dict[str, str] = field(default_factory=dict)
    """Values for the servers' variables, and for parameters of the chat endpoint."""
    keys: dict[str, str] = field(default_factory=dict)
    """By security scheme: `$NAME`, `!command`, or the key itself."""


class Settings(Section):
    """The whole configuration; each table is optional."""

    models: Models = field(default_factory=Models)
    providers: Providers = field(default_factory=Providers)
    limits: Limits = field(default_factory=Limits)
    cache: Cache = field(default_factory=Cache)
    agent: Agent = field(default_factory=Agent)
    compaction: Compaction = field(default_factory=Compaction)
    context: Context = field(default_factory=Context)
    tools: Tools = field(default_factory=Tools)
    shell: Shell = field(default_factory=Shell)
    redact: Redact = field(default_factory=Redact)
    pane: Pane = field(default_factory=Pane)
    resources: Resources = field(default_factory=Resources)
    extensions: Extensions = field(default_factory=Extensions)
    pi: Pi = field(default_factory=Pi)
    away: Away = field(default_factory=Away)
    sessions: Sessions = field(default_factory=Sessions)
    log: Log = field(default_factory=Log)
    custom_providers: dict[str, CustomProvider] = field(default_factory=dict)
