"""What the pane shows, what comes in and what goes out: pure values.

`State` is replaced, never changed. An input is one of the protocol's events, or one of the classes here;
an effect is something that `app` does at the rim.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from picode.credentials import Secret
from picode.errors import PicodeError
from picode.messages import Image
from picode.pane.keymap import Keymap
from picode.pane.lines import Line
from picode.pane.markdown import Stream
from picode.pane.picker import Picker
from picode.protocol.events import AnyEvent
from picode.protocol.replies import AnyReply, Snapshot
from picode.protocol.requests import AnyRequest
from picode.protocol.values import Approval, Delivery, Preview, Shortcut, SlashCommand, Status, ToolRun


@dataclass(frozen=True)
class Folded:
    """A finished tool call whose output can be unfolded."""

    title: str
    output: str
    diff: str = ""


@dataclass(frozen=True)
class Question:
    """Something that is asked for in the input line; `secret`: nothing of it is shown or kept."""

    kind: Literal["key", "name", "label", "instructions", "setting", "rename", "dialog"]
    title: str
    hint: str = ""
    value: str = ""
    """What stands in the input line at first."""
    subject: str = ""
    """What it is for: the provider, the entry, the setting."""
    secret: bool = False
    serial: int = 0


@dataclass(frozen=True)
class State:
    conversation: str = ""
    path: str = ""
    cwd: str = ""
    name: str = ""
    status: Status = field(default_factory=Status)
    connected: bool = False
    shown: str = ""
    """The id of the last entry that was printed."""
    answering: bool = False
    """An answer is being written."""
    answer: Stream = field(default_factory=Stream)
    fresh: bool = True
    """Nothing of this answer is in the scrollback yet."""
    streamed: int = 0
    """Characters of the answer that came so far."""
    thought: str = ""
    """The end of what the model thinks just now."""
    tools: dict[str, ToolRun] = field(default_factory=dict)
    """Running calls; a call that is only planned has no title yet."""
    titles: dict[str, str] = field(default_factory=dict)
    """Of calls that were made, until their result comes."""
    folded: tuple[Folded, ...] = ()
    unfold: int = -1
    """Which of `folded` the next Ctrl-O shows."""
    refusing: str = ""
    """The call that was refused and now waits for a word to the model."""
    asked: frozenset[str] = frozenset()
    """Calls whose approval was printed."""
    answered: frozenset[str] = frozenset()
    """Calls that this pane answered."""
    previewed: frozenset[str] = frozenset()
    """Outputs that wait for a look and were printed."""
    settled: frozenset[str] = frozenset()
    """Those that this pane sent or dropped."""
    picker: Picker | None = None
    """A list that is open; a question stands before it."""
    dialog: str = ""
    """The question of an extension that is open."""
    replied: frozenset[str] = frozenset()
    """Those that this pane answered."""
    shortcuts: tuple[Shortcut, ...] = ()
    """Keys of extensions."""
    question: Question | None = None
    opened: int = 0
    """How many lists and questions there were."""
    plain: bool = False
    """Lists are printed, and answered with a line."""
    scoped: tuple[str, ...] = ()
    """The models of Ctrl-P; none: all that can be used."""
    thoughts: bool = False
    """All of what the model thinks is shown."""
    keymap: Keymap = field(default_factory=Keymap)
    brought: tuple[SlashCommand, ...] | None = None
    """Skills and templates that a message may begin with; None: the daemon has not said yet."""
    leaving: bool = False
    """Ctrl-C was pressed once on an empty line."""
    said: str = ""
    """The whole last answer, for /copy."""
    width: int = 80
    height: int = 24
    folding: bool = False
    """The last printed line was a tool call's: the next call stands right under it."""
    blank: bool = True
    """The last printed line was empty."""

    @property
    def line_owner(self) -> int:
        """Whom the input line belongs to: 0: the conversation, else the list or the question that is open."""
        return self.question.serial if self.question else self.picker.serial if self.picker else 0

    @property
    def busy(self) -> bool:
        return self.status.state != "idle"

    @property
    def approval(self) -> Approval | None:
        """The call that waits for this person's answer."""
        return next((one for one in self.status.approvals if one.call_id not in self.answered), None)

    @property
    def preview(self) -> Preview | None:
        """What waits for this person's look; a question about a tool comes first."""
        if self.approval:
            return None
        return next((one for one in self.status.previews if one.id not in self.settled), None)


def with_text(state: State, answer: Stream, streamed: int) -> State:
    """The state with more of the answer. As `replace` does it, without looking at each of thirty fields."""
    new = object.__new__(State)
    new.__dict__.update(state.__dict__, answer=answer, answering=True, streamed=streamed, thought="")
    return new


class Row(NamedTuple):
    """Of a list that this machine told: a key's provider, a setting."""

    name: str
    value: str
    told: str = ""
    choices: tuple[str, ...] = ()
    kind: str = ""


# --- what comes in

ANSWERS: dict[str, Literal["yes", "no", "always"]] = {
    "y": "yes", "yes": "yes", "n": "no", "no": "no", "a": "always", "always": "always",
}  # fmt: skip
"""What may be typed, instead of a key pressed, at a question."""


@dataclass(frozen=True)
class Opened:
    """A conversation as it is now; `again`: the same one, after the connection was lost."""

    snapshot: Snapshot
    history: int = 20
    again: bool = False


@dataclass(frozen=True)
class Submitted:
    text: str
    delivery: Delivery = "steer"
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class Secretly:
    """What was typed in answer to a question whose answer nobody is to see."""

    secret: Secret


@dataclass(frozen=True)
class Typed:
    """The input line while a list is open: it narrows the list."""

    text: str


@dataclass(frozen=True)
class Did:
    """A key for an action of `actions`, that is no matter of the input line alone; `text`: what is typed."""

    action: str
    text: str = ""


@dataclass(frozen=True)
class Pressed:
    """A key that means something beside the input line; `empty`: nothing is typed."""

    key: Literal["cancel", "interrupt", "leave", "unfold", "yes", "no", "always"]
    empty: bool = True


@dataclass(frozen=True)
class Replied:
    request: AnyRequest
    reply: AnyReply
    why: str = ""
    """What was to be done with it, where a request is made for several things."""


@dataclass(frozen=True)
class Failed:
    request: AnyRequest
    error: PicodeError
    text: str = ""
    """What was typed, so that it is not lost."""


@dataclass(frozen=True)
class Lost:
    """The daemon is gone; the client looks for it."""

    why: str = ""


@dataclass(frozen=True)
class Back:
    """The daemon answers again; a snapshot follows."""


@dataclass(frozen=True)
class Found:
    """What this machine told, in answer to an `Here`."""

    asked: "Here"
    rows: tuple[Row, ...] = ()
    told: str = ""
    """A sentence for the person."""
    level: str = "info"
    keymap: Keymap | None = None
    scoped: tuple[str, ...] | None = None
    lines: tuple[str, ...] = ()
    copied: str = ""
    """What goes to the clipboard, where the terminal allows it."""


@dataclass(frozen=True)
class Brought:
    """The skills, templates and commands that a message may begin with, and the keys of extensions."""

    commands: tuple[SlashCommand, ...]
    shortcuts: tuple[Shortcut, ...] = ()


@dataclass(frozen=True)
class Resized:
    width: int
    height: int


Input = (
    AnyEvent
    | Opened
    | Submitted
    | Secretly
    | Typed
    | Did
    | Pressed
    | Replied
    | Failed
    | Found
    | Lost
    | Back
    | Brought
    | Resized
)


# --- what goes out


@dataclass(frozen=True)
class Print:
    """Into the scrollback, above the live area, once."""

    lines: list[Line]


@dataclass(frozen=True)
class Tell:
    """A request to the daemon; `text` comes back with a failure, `why` with the reply."""

    request: AnyRequest
    text: str = ""
    why: str = ""


@dataclass(frozen=True)
class LookUp:
    """A request beside the others: for a preview, a search, or what takes long. `seconds`: how long it may take."""

    request: AnyRequest
    seconds: float = 20.0


@dataclass(frozen=True)
class Again:
    """Show the conversation anew; `clear`: on an empty screen."""

    clear: bool = False


@dataclass(frozen=True)
class Here:
    """Something to be read or changed on this machine, off the loop."""

    what: Literal[
        "keys",
        "keep_key",
        "forget_key",
        "sign_in",
        "signed_in",
        "settings",
        "set",
        "scope",
        "reload",
        "changelog",
    ]
    name: str = ""
    value: str = ""
    secret: Secret | None = None


@dataclass(frozen=True)
class Open:
    """Go to another conversation."""

    choice: Literal["current", "new", "latest", "named"]
    name: str = ""


@dataclass(frozen=True)
class PutInput:
    """Text for the input line: `before` what is typed there, or at the cursor; `instead` of it."""

    text: str
    before: bool = False
    instead: bool = False


@dataclass(frozen=True)
class Title:
    """For the terminal."""

    text: str


@dataclass(frozen=True)
class Copy:
    text: str


@dataclass(frozen=True)
class Leave:
    pass


Effect = Print | Tell | LookUp | Again | Here | Open | PutInput | Title | Copy | Leave
Step = tuple[State, list[Effect]]
