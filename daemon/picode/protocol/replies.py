"""What the daemon answers, at once and once per request; `id` is the request's."""

from msgspec import Struct, field

from picode.messages import Assistant, StopReason, Usage
from picode.protocol.events import Announced
from picode.protocol.routing import Role
from picode.protocol.spending import EstimateError, SpendRow, SpendSpan
from picode.protocol.values import (
    Blame,
    ContextFile,
    ConversationInfo,
    Digest,
    Entry,
    ExtensionInfo,
    Hit,
    Mode,
    ModelInfo,
    Node,
    Queued,
    SentReceipt,
    Shortcut,
    SlashCommand,
    Status,
    TerminalInfo,
    TimelineEntry,
    ToolRun,
)


class Reply(Struct, omit_defaults=True, tag_field="type"):
    id: int


class Welcome(Reply, tag="welcome"):
    protocol: int
    version: str
    pid: int
    boot: str
    """Another one for each start of the daemon: event numbers begin again with it."""


class Pong(Reply, tag="pong"):
    payload: bytes = b""


class Accepted(Reply, tag="accepted"):
    """It will be done, or was; events tell the rest."""

    conversation: str = ""


class Refused(Reply, tag="refused"):
    """It was not done. `kind` is the error's name (picode.errors), which names the exit code."""

    kind: str
    message: str
    hint: str = ""


class DaemonStatus(Reply, tag="daemon_status"):
    pid: int
    version: str
    started: int
    """Milliseconds since 1970."""
    memory: int
    """Bytes of resident memory."""
    clients: int
    conversations: int
    running: int
    """Turns that run now."""
    terminals: int
    log: str


class Snapshot(Reply, tag="snapshot"):
    """A conversation as it is now. Events with a number above `seq` come after it."""

    conversation: str
    path: str
    cwd: str
    seq: int
    boot: str
    status: Status
    name: str = ""
    entries: list[Entry] = field(default_factory=list)
    earlier: int = 0
    """How many entries of the active path come before `entries`."""
    draft: Assistant | None = None
    """The answer that is being written."""
    running: list[ToolRun] = field(default_factory=list)
    """Tool calls that run now."""
    notices: list[str] = field(default_factory=list)
    """What the user should know about this file: a torn line set aside, a turn that was cut."""


class Replayed(Reply, tag="replayed"):
    events: list[Announced]


class Suggestion(Reply, tag="suggestion"):
    command: str
    """Empty when there is none."""


class Cancelled(Reply, tag="cancelled"):
    queue: list[Queued] = field(default_factory=list)
    """What was queued and now goes back to the input line."""


class Models(Reply, tag="models"):
    models: list[ModelInfo]
    roles: list[Role] = field(default_factory=list)


class Conversations(Reply, tag="conversations"):
    conversations: list[ConversationInfo]


class Found(Reply, tag="found"):
    """What a search found."""

    hits: list[Hit] = field(default_factory=list)
    pending: int = 0
    """Conversations with messages that cannot be found yet: they are still being read; ask again."""


class Exported(Reply, tag="exported"):
    path: str
    size: int = 0
    """Bytes."""


class Tree(Reply, tag="tree"):
    """A conversation's messages, in the file's order, and the one that the next message follows."""

    leaf: str = ""
    nodes: list[Node] = field(default_factory=list)


class Peeked(Reply, tag="peeked"):
    conversation: str
    entries: list[Entry] = field(default_factory=list)
    earlier: int = 0
    """How many messages come before them."""


class Tuned(Reply, tag="tuned"):
    steering: Mode
    follow_up: Mode
    compacts: bool
    retries: bool
    messages: int = 0
    """How many the model would be given now."""


class Lines(Reply, tag="lines"):
    leaf: str = ""
    """The entry that the next one follows."""
    lines: list[bytes] = field(default_factory=list)
    more: bool = False
    """There are more than fit into one reply: ask again, after the last one."""


class Moved(Reply, tag="moved"):
    """Where the next message goes: into `conversation`, after `leaf` (empty: it begins anew)."""

    conversation: str
    leaf: str = ""
    text: str = ""
    """For the editor."""


class Files(Reply, tag="files"):
    paths: list[str]


class SlashCommands(Reply, tag="slash_commands"):
    commands: list[SlashCommand] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What was left out, and why: whole sentences."""
    shortcuts: list[Shortcut] = field(default_factory=list)
    """Keys of extensions."""
    extensions: list[ExtensionInfo] = field(default_factory=list)


class Prompts(Reply, tag="prompts"):
    prompts: list[str]


class Terminals(Reply, tag="terminals"):
    terminals: list[TerminalInfo]


class Attended(Reply, tag="attended"):
    digest: Digest | None = None
    """What happened while nobody was there; told once."""


class Timeline(Reply, tag="timeline"):
    project: str
    entries: list[TimelineEntry] = field(default_factory=list)
    watched: bool = False
    """From now on nothing that changes in the project is missed."""


class Blamed(Reply, tag="blamed"):
    blame: Blame


class Sent(Reply, tag="sent"):
    receipts: list[SentReceipt]


class Spending(Reply, tag="spending"):
    """`rows`: days with the latest last, all others with the dearest first."""

    by: str
    rows: list[SpendRow] = field(default_factory=list)
    spans: list[SpendSpan] = field(default_factory=list)
    total: SpendRow | None = None
    """All rows, those too that were not told."""
    estimates: EstimateError | None = None


class Context(Reply, tag="context"):
    """`ranked`: the best files first; `chosen`: what of them a model would get, in the order in which it would."""

    project: str
    ranked: list[ContextFile] = field(default_factory=list)
    chosen: list[ContextFile] = field(default_factory=list)
    files: int = 0
    """That the index knows."""
    ready: bool = True
    """False: the index does not hold all files yet."""
    ranking: float = 0
    """Milliseconds."""
    packing: float = 0
    """Milliseconds."""
    text: str = ""
    """What the model would get, where it was asked for."""
    notice: str = ""
    """What the user should know of the index, as one sentence."""


class Completed(Reply, tag="completed"):
    text: str
    model: str
    """`provider/model`: the one that answered."""
    stop: StopReason
    usage: Usage = field(default_factory=Usage)
    """All zero: the answer was kept from before."""


AnyReply = (
    Welcome | Pong | Accepted | Refused | DaemonStatus | Snapshot | Replayed | Suggestion | Cancelled
    | Models | Conversations | Found | Exported | Tree | Peeked | Tuned | Lines | Moved | Files | SlashCommands
    | Prompts | Sent | Terminals | Timeline | Blamed | Attended | Spending | Completed | Context
)  # fmt: skip
