"""The lines between the daemon and the explorer, Zellij's plugin: JSON, one value a line.

The other side is zellij-plugin/core/src/lines.rs. The daemon keeps one `zellij pipe` open, named `picode-events`, and
the plugin writes its lines there. A `Snapshot` goes the other way through a one-shot `zellij pipe` named
`picode-state`; each living instance of the plugin answers it on that pipe with a `Hello`. Snapshots are whole, so a
lost or doubled one does no harm. Unknown fields are ignored on both sides; a line of another version is dropped.
"""

import msgspec
from msgspec import Struct, field

from picode.errors import BadData
from picode.protocol.values import State

VERSION = 1
EVENTS = "picode-events"
"""The name of the pipe that stays open."""
SNAPSHOTS = "picode-state"
"""The name of a snapshot's one-shot pipe."""
LARGEST_SNAPSHOT = 8 * 1024
"""Bytes. What goes into the plugin costs it several times its size in a small memory."""


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


class View(Line, tag="view"):
    """It draws other rows now."""

    first: int = 0
    rows: int = 0


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


class Gone(Line, tag="gone"):
    """The instance's pane is being closed."""


AnyLine = Hello | View | Fold | OpenFile | Insert | SendCommand | SendPane | Gone

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
    """Plugin and client id of the only instance that these rows are for; empty: for all."""


class ShownCommand(Struct, omit_defaults=True):
    terminal: str
    number: int
    command: str
    status: int | None = None
    """None while it runs."""


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
    notice: str = ""


_lines: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)
_snapshots: msgspec.json.Decoder[Snapshot] = msgspec.json.Decoder(Snapshot)
_encoder = msgspec.json.Encoder()


def decode_line(line: bytes | str) -> AnyLine:
    """What the plugin told."""
    try:
        found = _lines.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise BadData(f"This line of the plugin cannot be read: {error}.") from error
    if found.v != VERSION:
        raise BadData(
            f"The plugin speaks version {found.v} and the daemon version {VERSION}.",
            "Run `picode setup` again and open a new Zellij session.",
        )
    return found


def decode_snapshot(line: bytes | str) -> Snapshot:
    return _snapshots.decode(line)


def encode_snapshot(snapshot: Snapshot) -> str:
    """One line; it goes to `zellij pipe` as an argument."""
    return _encoder.encode(snapshot).decode()
