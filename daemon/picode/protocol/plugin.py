"""The lines between the daemon and the explorer, Zellij's plugin: JSON, one value a line.

The other side is zellij-plugin/core/src/lines.rs. The daemon keeps one `zellij pipe` open, named `picode-events`, and
the plugin writes its lines there. A `Snapshot` goes the other way through a one-shot `zellij pipe` named
`picode-state`; each living instance of the plugin answers it on that pipe with a `Hello`. Snapshots are whole, so a
lost or doubled one does no harm. Unknown fields and unknown kinds are ignored on both sides, and what is missing has a
default, so that a plugin that was loaded before an upgrade goes on; a line of another version is told of.
"""

from typing import Literal

import msgspec
from msgspec import Struct, field

from picode.errors import BadData
from picode.protocol.values import State

VERSION = 1
EVENTS = "picode-events"
"""The name of the pipe that stays open."""
SNAPSHOTS = "picode-state"
"""The name of a snapshot's one-shot pipe."""
LARGEST_SNAPSHOT = 16 * 1024
"""Bytes. What goes into the plugin costs it several times its size in a small memory."""


Section = Literal["files", "conversations", "commands"]
Span = tuple[int, int]
"""The first row that is drawn, and how many are; (0, 0) from a plugin that does not tell."""


class Line(Struct, omit_defaults=True, tag_field="type"):
    """What every line of the plugin carries: who tells it, as which of its lines."""

    v: int
    plugin: int
    """Zellij's id of the plugin's pane."""
    client: int
    """Zellij's id of the client that this instance draws for."""
    seq: int


class Hello(Line, tag="hello"):
    """This instance is here, and draws `rows` rows of the tree from row `first` on."""

    pipe: str = ""
    """The id of the events pipe as this instance knows it."""
    zellij: str = ""
    server: int = 0
    """The Zellij server's process id."""
    first: int = 0
    rows: int = 0
    conversations: Span = (0, 0)
    commands: Span = (0, 0)


class View(Line, tag="view"):
    """It draws other rows now."""

    first: int = 0
    rows: int = 0
    conversations: Span = (0, 0)
    commands: Span = (0, 0)


class Filter(Line, tag="filter"):
    """Of this section, show this instance only what fits the query, best first; empty: all again."""

    section: str
    query: str = ""


class Fold(Line, tag="fold"):
    path: str
    open: bool


class OpenFile(Line, tag="open_file"):
    path: str


class Insert(Line, tag="insert"):
    """Put `@path` into the assistant's input."""

    path: str


class SendCommand(Line, tag="send_command"):
    """Send an earlier command's output to the assistant."""

    terminal: str
    number: int


class SendPane(Line, tag="send_pane"):
    """`Alt-Shift-a`: send what the command in this terminal pane has printed so far, running or done."""

    pane: int


class Diff(Line, tag="diff"):
    """Show what the assistant changed in this file; where it did not, what Git says of it."""

    path: str


class Resume(Line, tag="resume"):
    """Make this conversation the workspace's."""

    conversation: str


class Gone(Line, tag="gone"):
    """The instance's pane is being closed."""


AnyLine = Hello | View | Filter | Fold | OpenFile | Insert | Diff | Resume | SendCommand | SendPane | Gone

Row = tuple[str, str, int, str]
"""Kind (`f` file, `d` folded directory, `o` unfolded one), Git's letter or a blank, how many characters of the path
are those of the row before, and the rest of the path."""


class ShownStatus(Struct, omit_defaults=True):
    state: State = "idle"
    model: str = ""
    cost: float = 0
    """US dollars."""
    queued: int = 0


class ShownTree(Struct, omit_defaults=True):
    """Rows `first` and following of the `total` that the tree has as it is unfolded now."""

    first: int
    total: int
    rows: list[Row] = field(default_factory=list)
    meant: list[int] = field(default_factory=list, name="for")
    """Plugin and client id of the only instance that these rows (of all sections) are for; empty: for all."""
    touched: list[int] = field(default_factory=list)
    """Which of `rows`, from 0, the assistant has changed in this conversation, or something below them."""


class ShownFilter(Struct):
    """What the rows of this section are the answer to."""

    section: str
    query: str


class ShownConversation(Struct, omit_defaults=True):
    id: str
    name: str
    age: str = ""
    """How long ago it was written, in words."""
    state: State = "idle"
    current: bool = False
    """The workspace belongs to it."""


class ShownConversations(Struct, omit_defaults=True):
    """Rows `first` and following of the project's `total` conversations, latest first."""

    first: int = 0
    total: int = 0
    rows: list[ShownConversation] = field(default_factory=list)


class ShownCommand(Struct, omit_defaults=True):
    terminal: str
    number: int
    command: str
    status: int | None = None
    """None while it runs."""
    files: int | None = None
    """How many files changed while it ran; None: not known."""


class Snapshot(Struct, omit_defaults=True, tag_field="type", tag="snapshot"):
    """All that the explorer shows."""

    v: int
    events_pipe: str = ""
    """An instance that was not there when the pipe was opened learns its id here."""
    beat: bool = False
    """Sent because time has passed: the instance should see whether it still has a client."""
    project: str = ""
    branch: str = ""
    status: ShownStatus = field(default_factory=ShownStatus)
    tree: ShownTree | None = None
    commands: list[ShownCommand] = field(default_factory=list)
    """Latest last."""
    commands_first: int = 0
    """How many later ones are left out."""
    commands_total: int = 0
    conversations: ShownConversations | None = None
    filter: ShownFilter | None = None
    paused: int = 0
    """Terminals whose recording rests, of all `terminals`."""
    terminals: int = 0
    notice: str = ""


class _Kind(Struct):
    type: str = ""
    v: int = 0


_lines: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)
_kinds: msgspec.json.Decoder[_Kind] = msgspec.json.Decoder(_Kind)
_snapshots: msgspec.json.Decoder[Snapshot] = msgspec.json.Decoder(Snapshot)
_encoder = msgspec.json.Encoder()
_known = {kind.__struct_config__.tag for kind in AnyLine.__args__}


def decode_line(line: bytes | str) -> AnyLine | None:
    """What the plugin told; None for what is no line of a plugin (Zellij's own words), and for kinds of a later one."""
    raw = line.encode("utf-8", "surrogateescape") if isinstance(line, str) else line
    if not raw.lstrip().startswith(b"{"):
        return None
    try:
        kind = _kinds.decode(raw)
        if kind.v != VERSION:
            raise BadData(
                f"The plugin speaks version {kind.v} and the daemon version {VERSION}.",
                "Run `picode setup` again and open a new Zellij session.",
            )
        return _lines.decode(raw) if kind.type in _known else None
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise BadData(f"This line of the plugin cannot be read: {error}.") from error


def decode_snapshot(line: bytes | str) -> Snapshot:
    return _snapshots.decode(line)


def encode(part: Struct) -> bytes:
    """A part of a snapshot, to see how large it is."""
    return _encoder.encode(part)


def encode_snapshot(snapshot: Snapshot) -> str:
    """One line; it goes to `zellij pipe` as an argument."""
    return _encoder.encode(snapshot).decode()
