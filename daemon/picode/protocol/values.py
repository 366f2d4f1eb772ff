"""Values that requests, replies and events share."""

from typing import Literal

from msgspec import Struct, field

from picode.messages import Level, Message

State = Literal["idle", "thinking", "compacting", "tool", "waiting"]
"""What a conversation is doing: nothing, a model call, a summary, a tool, or waiting for a person's answer."""

Delivery = Literal["steer", "follow_up"]
"""When a turn is running: after the current tool calls, or after the turn."""

Mode = Literal["one-at-a-time", "all"]
"""How many queued messages of a kind are delivered at once."""

Decision = Literal["allow", "deny", "always"]


class Place(Struct, omit_defaults=True):
    """Where a client is. Inside Zellij the session names the conversation, outside the project does."""

    cwd: str
    zellij_session: str = ""
    zellij_pane: str = ""
    """The bare number in ZELLIJ_PANE_ID."""
    zellij_env: dict[str, str] = field(default_factory=dict)
    """What a `zellij` process needs to find the session: ZELLIJ_SOCKET_DIR, XDG_RUNTIME_DIR, TMPDIR, HOME, PATH…"""
    tty: str = ""


class CommandRecord(Struct, omit_defaults=True):
    """One command of a shell, as its recorder saw it.

    `head` and `tail` are the bytes that it wrote to its terminal; between them `missing` bytes were dropped
    by the ring (0: `head` is everything). `exact` is false when the text came from a screen, not a recorder.
    """

    number: int
    """Counts the commands of one terminal from 1."""
    command: str
    cwd: str
    shell: str = ""
    status: int | None = None
    """None while the command runs."""
    started: int = 0
    """Milliseconds since 1970."""
    duration: int = 0
    """Milliseconds."""
    head: bytes = b""
    tail: bytes = b""
    missing: int = 0
    columns: int = 80
    rows: int = 24
    exact: bool = True


class CommandNote(Struct, omit_defaults=True):
    """What is told of a command without its output."""

    number: int
    command: str
    cwd: str
    status: int | None = None
    started: int = 0
    duration: int = 0
    size: int = 0
    """Bytes of output."""
    terminal: str = ""
    """The recorder's socket name: the terminal it came from."""
    changed: int | None = None
    """How many files changed while it ran; None: not known (yet)."""
    unrecorded: bool = False
    """It is not to be recorded after all (its terminal was paused, its text became known late): forget it."""


class Receipt(Struct, omit_defaults=True):
    """What was sent of a command's output, so that the user can see what left the machine."""

    command: str
    status: int | None
    cwd: str
    duration: int
    size: int
    """Bytes that the command wrote."""
    sent: int
    """Characters of text that were sent."""
    cut: int = 0
    """Characters (or bytes the ring had dropped) that were left out of the middle."""
    redacted: list[str] = field(default_factory=list)
    """The kinds of secrets that were taken out, one entry each."""
    exact: bool = True
    once: str = ""
    """The name of the key press (`Send.once`)."""
    bytes: int = 0
    """Of the whole message as it was sent, the question included; 0: from before this was counted."""
    tool: str = ""
    """The tool of the assistant whose result it was; `command` is what it read or ran. Then `status` is not told."""
    images: int = 0
    """Of the tool's result; `bytes` counts theirs, too."""
    context: list[str] = field(default_factory=list)
    """Pieces of the project's files that were chosen for the question: `path`, or `path:1-40, 80-95`."""
    tokens: int = 0
    """Of `context`, about."""


class Preview(Struct, omit_defaults=True):
    """What would be sent, and waits for a person's yes or no."""

    id: str
    text: str
    """Exactly what would go to the model: cut, and without secrets."""
    receipt: Receipt | None = None


class SentReceipt(Struct, omit_defaults=True):
    """A receipt, and where it is kept."""

    conversation: str
    entry: str
    """Of the message that was sent."""
    time: int
    """Milliseconds since 1970; 0: not known."""
    receipt: Receipt


class Queued(Struct):
    text: str
    delivery: Delivery


class Approval(Struct, omit_defaults=True):
    """A tool call that waits for a person."""

    call_id: str
    tool: str
    title: str
    """One line: the command, or `edit src/app.py`."""
    detail: str = ""
    """The whole command, or a unified diff."""
    kind: Literal["command", "diff", "text"] = "text"
    always: str = ""
    """What “always” would grant, in words: every `pytest …`; this exact command."""


class ToolRun(Struct, omit_defaults=True):
    """A tool call that runs now; `output` is the end of what it printed."""

    call_id: str
    tool: str
    title: str
    output: str = ""


DialogKind = Literal["select", "confirm", "input", "editor"]
"""One of several, yes or no, a line, or several lines."""


class Dialog(Struct, omit_defaults=True):
    """What an extension asks a person."""

    id: str
    kind: DialogKind
    title: str
    message: str = ""
    options: list[str] = field(default_factory=list)
    text: str = ""
    """What stands there at first (`editor`), or what may be typed (`input`)."""
    timeout: int = 0
    """Milliseconds until it goes without an answer; 0: it stays."""
    extension: str = ""
    """The file of the one that asks."""


class Widget(Struct, omit_defaults=True):
    """Lines of an extension at the input line."""

    key: str
    lines: list[str]
    placement: Literal["aboveEditor", "belowEditor"] = "aboveEditor"


class Shortcut(Struct, omit_defaults=True):
    """A key of an extension, in pi's words: `ctrl+shift+p`."""

    key: str
    description: str = ""


class ExtensionInfo(Struct, omit_defaults=True):
    """A loaded extension."""

    path: str
    tools: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    scope: Literal["user", "project", "temporary"] = "user"


class Status(Struct, omit_defaults=True):
    """What a status line shows of a conversation."""

    state: State = "idle"
    model: str = ""
    """`provider/model`"""
    cost: float = 0
    """US dollars, of the whole conversation."""
    context_used: int = 0
    """Tokens of the last request and its answer."""
    context_window: int = 0
    queue: list[Queued] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    since: int = 0
    """When this state began, milliseconds since 1970."""
    previews: list[Preview] = field(default_factory=list)
    """What is sent only when somebody has looked at it (`shell.preview`); the oldest first."""
    thinking: str = ""
    """How hard the model is asked to think; empty: it cannot."""
    max_tokens: int = 0
    """The longest answer that the model can give; 0: not known."""
    dialogs: list[Dialog] = field(default_factory=list)
    """What extensions ask, the oldest first."""
    notes: dict[str, str] = field(default_factory=dict)
    """Words of extensions for the status line, by their keys."""
    widgets: list[Widget] = field(default_factory=list)


class Entry(Struct, omit_defaults=True):
    """One message of the conversation, with the id of its line in the session file."""

    id: str
    message: Message
    receipt: Receipt | None = None
    shown: str = ""
    """Markdown of an extension, in place of a custom message's own text."""


class Wishes(Struct, omit_defaults=True):
    """What a client asks of a conversation's turns, in this life of the daemon; the next wishes take their place."""

    thinking: Level | Literal[""] = ""
    """Empty: as it is."""
    system: str = ""
    """In place of our own words to the model, and of SYSTEM.md."""
    append: str = ""
    """In place of APPEND_SYSTEM.md."""
    tools: list[str] | None = None
    """The only ones that the model is told of; None: all."""
    without: list[str] = field(default_factory=list)
    """Tools that the model is not told of."""
    skills: list[str] = field(default_factory=list)
    """Files, or directories of skills, which go before all others; whole paths."""
    prompts: list[str] = field(default_factory=list)
    """The same with prompt templates."""
    unread: list[Literal["skills", "prompts", "extensions", "context", "cache"]] = field(default_factory=list)
    """What is not looked for: what was not named here, AGENTS.md and CLAUDE.md, answers that were kept."""
    extensions: list[str] = field(default_factory=list)
    """Files or directories of extensions; whole paths."""
    flags: dict[str, str] = field(default_factory=dict)
    """Options of extensions with their values; empty: there is none."""


class Prices(Struct, omit_defaults=True):
    """US dollars for a million tokens."""

    input: float = 0
    output: float = 0
    cache_read: float = 0
    cache_write: float = 0


class ModelInfo(Struct, omit_defaults=True):
    name: str
    """`provider/model`"""
    usable: bool
    why: str = ""
    """Where its key comes from, or what is missing."""
    context_window: int = 0
    max_tokens: int = 0
    default: bool = False
    thinks: bool = False
    """It can be asked to think."""
    prices: Prices | None = None
    """None: nobody knows."""


class ConversationInfo(Struct, omit_defaults=True):
    id: str
    path: str
    cwd: str
    name: str = ""
    first: str = ""
    """The beginning of the first user message."""
    created: int = 0
    modified: int = 0
    messages: int = 0
    state: State = "idle"


class Hit(Struct, omit_defaults=True):
    """A message in which all words of a search are."""

    conversation: str
    path: str
    cwd: str
    name: str
    """What the conversation is called, else how it begins."""
    entry: str
    role: str
    """Who said it: `user`, `assistant`, `toolResult`…; `name`: it is the conversation's name."""
    time: int
    """Milliseconds since 1970; 0: not known."""
    pieces: list[str]
    """The text around the match, on one line: by turns what does not match and what does."""


class Node(Struct, omit_defaults=True):
    """A message in a conversation's tree."""

    entry: str
    parent: str = ""
    """The message before it; empty: it begins a branch of its own."""
    role: str = ""
    text: str = ""
    """Its beginning, on one line."""
    time: int = 0
    """Milliseconds since 1970; 0: not known."""
    label: str = ""
    active: bool = False
    """It is on the path to where the conversation is."""


class TerminalInfo(Struct, omit_defaults=True):
    """A recorded terminal that is alive."""

    socket: str
    shell: str
    pid: int
    place: Place
    last: CommandNote | None = None
    name: str = ""
    """What the assistant calls this pane, which it opened for commands; empty: a terminal with a person's shell."""
    paused: bool = False
    """Nothing is recorded in it until `picode resume`."""


class Digest(Struct, omit_defaults=True):
    """What happened in a conversation while nobody was there."""

    since: int
    """When somebody was seen last, milliseconds since 1970."""
    until: int = 0
    """When it was told."""
    turns: int = 0
    """Turns that ended."""
    failed: int = 0
    """Of these, those that failed or were cancelled."""
    tools: int = 0
    """Tool calls that ran."""
    commands: list[str] = field(default_factory=list)
    """The last of the commands among them, one line each."""
    files: list[str] = field(default_factory=list)
    """Files that were edited or written."""
    waiting: list[str] = field(default_factory=list)
    """What is asked and waits for an answer."""
    denied: list[str] = field(default_factory=list)
    """What would have been asked, and was denied (`away.policy`)."""
    allowed: list[str] = field(default_factory=list)
    """What would have been asked, and was allowed (`away.policy`)."""
    cost: float = 0
    """US dollars."""


class GitPoint(Struct, omit_defaults=True):
    """The state of a project's Git at a moment."""

    branch: str = ""
    head: str = ""
    """The commit's whole name; empty: there is none yet."""
    dirty: int = 0
    """How many files were not as committed."""


class FileChange(Struct, omit_defaults=True):
    path: str
    """Relative to the project; what is no UTF-8 in it is replaced."""
    kind: Literal["A", "M", "D"]
    """Added, modified, deleted."""
    time: int = 0
    """Of the last change, milliseconds since 1970."""
    shared: bool = False
    """Another command ran at the same moment: it may have been either."""


class TimelineEntry(Struct, omit_defaults=True):
    """A command that ran in a project and what changed while it ran; without a command: what changed in between."""

    project: str
    command: str = ""
    cwd: str = ""
    status: int | None = None
    started: int = 0
    """Milliseconds since 1970."""
    duration: int = 0
    """Milliseconds."""
    terminal: str = ""
    number: int = 0
    before: GitPoint | None = None
    after: GitPoint | None = None
    files: list[FileChange] = field(default_factory=list)
    """At most 1,000 of them."""
    changed: int = 0
    """How many files changed."""
    incomplete: bool = False
    """There may be more than are told: the project was not watched from the command's start, or too much changed."""
    beside: list[str] = field(default_factory=list)
    """Commands that ran at the same time and share files with this one."""


class ContextFile(Struct, omit_defaults=True):
    """A file of the project, and why it was chosen for a question."""

    path: str
    score: float = 0
    why: dict[str, float] = field(default_factory=dict)
    """What each signal adds to the score."""
    lines: str = ""
    """Of what was chosen: `1-40, 80-95`; empty: the whole file."""
    tokens: int = 0


class Blame(Struct, omit_defaults=True):
    """Which run of a test was the first red one after the last green one, and what changed between them."""

    verdict: Literal["broken", "mended", "green", "never_green", "no_runs", "flaky"]
    sentences: list[str] = field(default_factory=list)
    """The same, for a person to read."""
    runs: int = 0
    green: TimelineEntry | None = None
    red: TimelineEntry | None = None
    between: list[TimelineEntry] = field(default_factory=list)
    """What changed files or the commit between the two, oldest first, with only the changes of that time."""
    commits: list[str] = field(default_factory=list)
    """One line each, newest first."""
    stat: list[str] = field(default_factory=list)
    """Git's own count of what the two commits differ in."""


class Summary(Struct, rename="camel"):
    """A summary that took the place of what is old."""

    summary: str
    first_kept_entry_id: str
    tokens_before: int
    estimated_tokens_after: int = 0
    details: dict[str, list[str]] = field(default_factory=dict)
    """`readFiles` and `modifiedFiles`."""


class SlashCommand(Struct, omit_defaults=True):
    """A skill (`skill:name`) or a prompt template that a message may begin with, behind a slash."""

    name: str
    description: str
    source: Literal["skill", "prompt", "extension"]
    path: str
    """Its file."""
    scope: Literal["user", "project", "temporary"] = "user"
    origin: Literal["top-level", "package"] = "top-level"
    found: str = "auto"
    """`auto`: in a directory of resources; `settings`; or the package's source."""
    base: str = ""
    """The directory that it was found from."""
    hint: str = ""
    """What its arguments are."""
