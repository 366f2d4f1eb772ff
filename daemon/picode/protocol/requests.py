"""What a client may ask of the daemon. Each request gets one reply at once; what follows comes as events.

`id` is the client's own number and comes back in the reply; a request with `id` 0 gets none.
"""

from typing import Literal

from msgspec import field

from picode.messages import Image, Level
from picode.protocol.completing import Complete as Complete  # noqa: PLC0414
from picode.protocol.unseen import LendKey as LendKey  # noqa: PLC0414
from picode.protocol.unseen import Request as Request  # noqa: PLC0414
from picode.protocol.unseen import Unlock as Unlock  # noqa: PLC0414
from picode.protocol.values import (
    CommandNote,
    CommandRecord,
    Decision,
    Delivery,
    Mode,
    Place,
    TerminalInfo,
    Wishes,
)


class Hello(Request, tag="hello"):
    """The first request of every connection. Reply: `Welcome`, or a refusal that says which side is too old."""

    protocol: int
    version: str
    client: str
    """`chat`, `cli`, `recorder`, `script`…"""
    pid: int = 0


class Ping(Request, tag="ping"):
    """Reply: `Pong` with the same `payload`."""

    payload: bytes = b""


class GetStatus(Request, tag="get_status"):
    """Reply: `DaemonStatus`."""


class Shutdown(Request, tag="shutdown"):
    """End the daemon in order. Reply: `Accepted`."""


class Open(Request, tag="open"):
    """Find or make a conversation and load it. Reply: `Snapshot`.

    `current`: the one of this place (made when there is none); `new`: a new one, which becomes current in its
    Zellij session; `latest`: the project's latest; `named`: the one whose id, id prefix or file is `name`; `exact`:
    the one whose whole id is `name`, made when there is none; `fork`: a new one of this place, with every entry of that
    one.
    """

    place: Place
    choice: Literal["current", "new", "latest", "named", "exact", "fork"] = "current"
    name: str = ""
    parent: str = ""
    """With `new`: the file of the conversation that it comes from, for its header."""
    tail: int = 200
    """How many of the last entries the snapshot carries."""
    model: str = ""
    """For a new conversation; empty: the default."""
    directory: str = ""
    """Where conversations are looked for and made, all in one; empty: where `sessions.directory` says."""
    ephemeral: bool = False
    """Nothing of a new conversation is written down; it goes with the daemon."""
    wishes: Wishes | None = None
    """None: as they are."""
    leaving: str = ""
    """The conversation that the client has open until now: its extensions may cancel this."""


class Replay(Request, tag="replay"):
    """Every event of `conversation` after number `after`. Reply: `Replayed`, or a refusal of kind `Missing`
    when they are no longer kept: then ask for a `Snapshot` with `Look`."""

    conversation: str
    after: int


class Look(Request, tag="look"):
    """The conversation as it is now. Reply: `Snapshot`."""

    conversation: str
    tail: int = 200


class Ask(Request, tag="ask"):
    """Say something to the model. Reply: `Accepted`; a turn that runs already takes it as `delivery` says."""

    conversation: str
    text: str
    images: list[Image] = field(default_factory=list)
    delivery: Delivery = "steer"
    command: CommandRecord | None = None
    """A command's output to send along; it is rendered, cut and redacted by the daemon."""
    allow: list[str] = field(default_factory=list)
    """Tools granted for this turn (`all`: every one); for clients that cannot be asked."""
    unattended: bool = False
    """Refuse what is not granted, at once, in place of asking."""
    source: Literal["interactive", "rpc"] = "interactive"
    """Who asks, for extensions to know."""


class Send(Request, tag="send"):
    """The shell's key: `text` and the last command go to the conversation of `place`. Reply: `Accepted`."""

    place: Place
    text: str = ""
    command: CommandRecord | None = None
    piped: str | None = None
    """What `picode send` read from its standard input, in place of a command."""
    once: str = ""
    """Names this key press: one that comes again after a broken connection is taken once."""


class GetSuggestion(Request, tag="get_suggestion"):
    """The command that the assistant suggested last here. Reply: `Suggestion`."""

    place: Place


class Cancel(Request, tag="cancel"):
    """End the turn and keep what there is; the queue goes back to the client. Reply: `Cancelled`."""

    conversation: str
    what: Literal["all", "commands", "queue", "turn"] = "all"
    """`commands`: end only what was run with `!command`; `queue`: only give the queue back; `turn`: end only the turn,
    and let what is queued begin the next one."""


class Answer(Request, tag="answer"):
    """A person's answer to an `Approval`. Reply: `Accepted`, or `Refused` when somebody else was quicker."""

    conversation: str
    call_id: str
    decision: Decision
    reason: str = ""
    """With `deny`: a word to the model."""


class AnswerDialog(Request, tag="answer_dialog"):
    """A person's answer to a `Dialog` (`Status.dialogs`): `value`, for `confirm` `confirmed`; neither: it was left.
    Reply: `Accepted`, or `Refused` when somebody else was quicker."""

    conversation: str
    dialog: str
    value: str | None = None
    confirmed: bool | None = None


class PressShortcut(Request, tag="press_shortcut"):
    """A key of an extension. Reply: `Accepted`, or `Refused` when there is no such key any more."""

    conversation: str
    key: str


class SettlePreview(Request, tag="settle_preview"):
    """Send what was held for a look (`Status.previews`), or drop it. Reply: `Accepted`, or `Refused` when somebody else
    was quicker."""

    conversation: str
    preview: str
    send: bool


class RunCommand(Request, tag="run_command"):
    """`!command`: run in the conversation's directory; `share`: the model sees it. Reply: `Accepted`."""

    conversation: str
    command: str
    share: bool = True


class SetModel(Request, tag="set_model"):
    """Reply: `Accepted`, or a refusal with the nearest names."""

    conversation: str
    model: str


class SetThinking(Request, tag="set_thinking"):
    """How hard the model is asked to think from the next call on. Reply: `Accepted`."""

    conversation: str
    level: Level


class GetModels(Request, tag="get_models"):
    """Reply: `Models`; `roles`: with which model each role gets, and why."""

    roles: bool = False


class GetConversations(Request, tag="get_conversations"):
    """Reply: `Conversations`, latest first; `cwd` empty: of all projects."""

    cwd: str = ""
    limit: int = 50


class Search(Request, tag="search"):
    """Messages in which all `words` are; what stands in double quotes is a phrase, and the last word may be the
    beginning of one. Reply: `Found`, newest first; `cwd` empty: in all projects."""

    words: str
    cwd: str = ""
    limit: int = 20


class Export(Request, tag="export"):
    """Write the active path of a conversation to the file `path` (a new one; empty: the daemon chooses).
    Reply: `Exported`."""

    conversation: str
    format: Literal["html", "md", "json", "jsonl", "text"] = "html"
    path: str = ""


class Import(Request, tag="import"):
    """Copy a session file, byte for byte, among the conversations. Reply: `Accepted` with its id; refused when it is
    no session file, or when another conversation has its id."""

    path: str


class Delete(Request, tag="delete"):
    """Remove a conversation's file for good. Reply: `Accepted`; refused while it is at work."""

    conversation: str


class GetTree(Request, tag="get_tree"):
    """The messages of all branches. Reply: `Tree`."""

    conversation: str
    limit: int = 2000
    """Of the messages, the last so many of the file; those of the active path come first."""


class Peek(Request, tag="peek"):
    """The last messages of a conversation as its file has them, without opening it; with `entry`: that message alone.
    Reply: `Peeked`."""

    conversation: str
    entry: str = ""
    tail: int = 6


class Compact(Request, tag="compact"):
    """Summarise what is old in a conversation; `TurnEnded` says when that is done. Reply: `Accepted`; refused while a
    turn runs."""

    conversation: str
    instructions: str = ""
    """What the summary is to look at."""


class Tune(Request, tag="tune"):
    """How the turns of a conversation go, until the daemon ends; what is not given stays. Reply: `Tuned`."""

    conversation: str
    steering: Mode | None = None
    follow_up: Mode | None = None
    compacts: bool | None = None
    """Summarise what is old when the context is full."""
    retries: bool | None = None
    """Try a model call again that failed for a while."""


class GetLines(Request, tag="get_lines"):
    """The conversation's entries as they stand in its file, those behind the entry `after`. Reply: `Lines`."""

    conversation: str
    after: str = ""


class Navigate(Request, tag="navigate"):
    """Let the next message follow `entry`; one that a person typed is given back to be changed. Reply: `Moved`;
    refused while a turn runs. Everybody hears `LeafMoved`."""

    conversation: str
    entry: str
    summarise: bool = False
    """Let the model tell the branch that is gone to what happened on the one that is left."""
    instructions: str = ""


class Fork(Request, tag="fork"):
    """A new conversation of all before the user's message `entry`. Reply: `Moved` with the new conversation."""

    conversation: str
    entry: str


class Clone(Request, tag="clone"):
    """A new conversation of all up to here. Reply: `Moved` with the new conversation."""

    conversation: str


class SetLabel(Request, tag="set_label"):
    """Label an entry, for finding it in the tree; empty: take the label away. Reply: `Accepted`."""

    conversation: str
    entry: str
    label: str = ""


class SetName(Request, tag="set_name"):
    """Call a conversation something. Reply: `Accepted`; everybody hears `NameChanged`."""

    conversation: str
    name: str


class GetSent(Request, tag="get_sent"):
    """The receipts of what was sent along: of one conversation (its id, or the beginning of one), else of the project
    of `cwd`, else of all. Reply: `Sent`, latest first."""

    conversation: str = ""
    cwd: str = ""
    limit: int = 50
    tools: bool = True
    """With the results of the assistant's tools."""


class GetFiles(Request, tag="get_files"):
    """Paths below the conversation's directory for `@` completion. Reply: `Files`, best first."""

    conversation: str
    query: str
    limit: int = 20


class GetSlashCommands(Request, tag="get_slash_commands"):
    """The skills and templates that a message in this conversation may begin with. Reply: `SlashCommands`."""

    conversation: str


class Reload(Request, tag="reload"):
    """Read the settings anew for this conversation; skills, templates and instructions are read whenever they are
    needed. Reply: `SlashCommands`, or a refusal that says what is wrong with the settings."""

    conversation: str


class GetPrompts(Request, tag="get_prompts"):
    """What was typed before, in all conversations. Reply: `Prompts`, oldest first."""

    limit: int = 500


class InsertInput(Request, tag="insert_input"):
    """Put text into the assistant pane's input (the explorer's `a`). Reply: `Accepted`."""

    conversation: str
    text: str


class SetLayout(Request, tag="set_layout"):
    """Arrange the tab of `place` by another of PiCode's layouts (`wide` or `picode-wide`); the panes' programs go on.
    Reply: `Accepted`, or a refusal that says what Zellij says."""

    name: str
    place: Place | None = None
    """The assistant's pane; it is in Zellij."""


class WatchFiles(Request, tag="watch_files"):
    """`FilesChanged` is announced under `project/<directory>` when a file of the project of `cwd` changes. To be asked
    again after each of them: whoever does not follows no longer. Reply: `Accepted`."""

    cwd: str


class OpenFile(Request, tag="open_file"):
    """Show a file of the conversation's project in the person's editor, in its workspace. Reply: `Accepted`; refused
    where there is no workspace, or no such file in the project."""

    conversation: str
    path: str
    """Absolute, or from the conversation's directory."""
    line: int = 0
    column: int = 0


class TerminalOpened(Request, tag="terminal_opened"):
    """A recorder says that it is here. Reply: `Accepted`."""

    terminal: TerminalInfo


class CommandStarted(Request, tag="command_started"):
    """A recorder's note; usually with `id` 0."""

    terminal: str
    note: CommandNote


class CommandFinished(Request, tag="command_finished"):
    """A recorder's note; usually with `id` 0."""

    terminal: str
    note: CommandNote


class TerminalClosed(Request, tag="terminal_closed"):
    """A recorder's last word; usually with `id` 0."""

    terminal: str


class GetTerminals(Request, tag="get_terminals"):
    """Reply: `Terminals`."""

    zellij_session: str = ""


class Attend(Request, tag="attend"):
    """A person can see this conversation in the terminal of process `pid`: as long as it lives; inside Zellij, as long
    as a terminal is attached to the session. Reply: `Attended`. Who is there is asked; else `away.policy` decides."""

    conversation: str
    place: Place
    pid: int


class GetTimeline(Request, tag="get_timeline"):
    """What ran in the project of `cwd`, and what changed while it ran. Reply: `Timeline`, latest last."""

    cwd: str
    since: int = 0
    """Milliseconds since 1970."""
    limit: int = 50


class GetBlame(Request, tag="get_blame"):
    """Which change broke the test that `command` runs, in the project of `cwd`. Reply: `Blamed`."""

    cwd: str
    command: str


class GetContext(Request, tag="get_context"):
    """Which files of the project of `cwd` a question is about, and what of them a model would get. Reply: `Context`."""

    cwd: str
    question: str
    budget: int = 0
    """Tokens; 0: as `context.budget` says, or what is usual where that is 0."""
    mode: str = "ask"
    """What it is for: ask, analyse, edit, test, explain or review."""
    pinned: list[str] = field(default_factory=list)
    """Paths that come first, whatever the question is."""
    dropped: list[str] = field(default_factory=list)
    """Paths that do not come at all."""
    text: bool = False
    """With the text that the model would get."""


class GetSpending(Request, tag="get_spending"):
    """What requests to models cost, with the sums of a conversation, else of the project of `cwd`; `only`: rows of
    these alone. Reply: `Spending`."""

    by: Literal["day", "model", "conversation", "workspace"] = "day"
    conversation: str = ""
    cwd: str = ""
    only: bool = False
    limit: int = 14


AnyRequest = (
    Hello | Ping | GetStatus | Shutdown | Open | Replay | Look | Ask | Send | GetSuggestion | Cancel | Answer
    | SettlePreview | RunCommand | SetModel | SetThinking | LendKey | Unlock | GetModels | GetConversations | Search
    | Export | Import | Delete | GetTree | Peek | GetLines | Tune | Compact | Navigate | Fork | Clone | OpenFile
    | SetLabel | SetName | GetSent | GetFiles | GetSlashCommands | Reload | GetPrompts | InsertInput | SetLayout
    | WatchFiles | TerminalOpened | CommandStarted | CommandFinished | TerminalClosed | GetTerminals | GetTimeline
    | GetBlame | Attend | GetSpending | Complete | GetContext | AnswerDialog | PressShortcut
)  # fmt: skip
