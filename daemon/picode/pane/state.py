"""What the pane shows, what comes in and what goes out: pure values.

`State` is replaced, never changed. An input is one of the protocol's events, or one of the classes here;
an effect is something that `app` does at the rim.
"""

from dataclasses import dataclass, field
from typing import Literal

from picode.errors import PicodeError
from picode.pane.lines import Line
from picode.pane.markdown import Stream
from picode.protocol.events import AnyEvent
from picode.protocol.replies import AnyReply, Snapshot
from picode.protocol.requests import AnyRequest
from picode.protocol.values import Approval, Delivery, Preview, Status, ToolRun


@dataclass(frozen=True)
class Folded:
    """A finished tool call whose output can be unfolded."""

    title: str
    output: str
    diff: str = ""


@dataclass(frozen=True)
class Picker:
    """A list to choose from: a number, a name or a part of it, then Enter."""

    title: str
    choices: tuple[tuple[str, str], ...]
    """What is chosen, and how it is shown."""
    kind: Literal["conversation", "model", "layout", "thinking", "reference"]


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


@dataclass(frozen=True)
class Pressed:
    """A key that means something beside the input line; `empty`: nothing is typed."""

    key: Literal["cancel", "interrupt", "leave", "unfold", "yes", "no", "always"]
    empty: bool = True


@dataclass(frozen=True)
class Replied:
    request: AnyRequest
    reply: AnyReply


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
class Resized:
    width: int
    height: int


Input = AnyEvent | Opened | Submitted | Pressed | Replied | Failed | Lost | Back | Resized


# --- what goes out


@dataclass(frozen=True)
class Print:
    """Into the scrollback, above the live area, once."""

    lines: list[Line]


@dataclass(frozen=True)
class Tell:
    """A request to the daemon; `text` comes back with a failure."""

    request: AnyRequest
    text: str = ""


@dataclass(frozen=True)
class Open:
    """Go to another conversation."""

    choice: Literal["current", "new", "latest", "named"]
    name: str = ""


@dataclass(frozen=True)
class PutInput:
    """Text for the input line: `before` what is typed there, or at the cursor."""

    text: str
    before: bool = False


@dataclass(frozen=True)
class Copy:
    text: str


@dataclass(frozen=True)
class Leave:
    pass


Effect = Print | Tell | Open | PutInput | Copy | Leave
Step = tuple[State, list[Effect]]
