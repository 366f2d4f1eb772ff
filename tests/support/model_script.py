"""What a scripted model says, in words that fit every wire format; `model_wire` puts it into bytes.

Script(Say("Hello "), Gate("more"), Say("world"))          waits between the words until `server.open("more")`
Script(Think("hm", "sig"), Call("read", {"path": "a"}))    thinks, then calls a tool
Script(Calls(Call("ls", {}), Call("read", {"path": "a"}))) parallel calls, their arguments interleaved
Script(status=429, headers={"retry-after": "7"}, error="slow down")
Script(Say("half an ans"), Cut())                          the connection ends in the middle of the stream
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Say:
    text: str
    signature: str = ""


@dataclass(frozen=True)
class Stamp:
    """A word with the monotonic nanoseconds when it was sent in front, `@123@ word `: for benchmarks."""


@dataclass(frozen=True)
class Think:
    text: str
    signature: str = "signed"
    redacted: bool = False


@dataclass(frozen=True)
class Call:
    name: str
    arguments: "dict[str, Any] | str"
    """A string is sent as it is: broken JSON, for one."""
    id: str = ""
    """Empty: `call_<number>`, where the format has ids."""
    signature: str = ""


class Calls:
    """Parallel calls; where the format allows it, pieces of their arguments come in turns."""

    def __init__(self, *calls: Call, piece: int = 5) -> None:
        self.calls = calls
        self.piece = piece


@dataclass(frozen=True)
class Gate:
    """Wait until the test opens it; `server.reached(name)` says that the stream stands here."""

    name: str


@dataclass(frozen=True)
class Pause:
    """Seconds between two pieces, for benchmarks; tests use a `Gate`."""

    seconds: float


@dataclass(frozen=True)
class Fail:
    """An error event in the middle of the stream."""

    message: str
    type: str = "overloaded_error"


@dataclass(frozen=True)
class Raw:
    """Bytes of the stream as they are: a comment, a ping, garbage."""

    data: bytes


@dataclass(frozen=True)
class Cut:
    """The connection ends here, without the stream's end."""


@dataclass(frozen=True)
class Silence:
    """Nothing more comes, until the client goes or the server stops."""


Step = Say | Stamp | Think | Call | Calls | Gate | Pause | Fail | Raw | Cut | Silence


@dataclass(frozen=True)
class Tokens:
    """What the provider reports; `input` leaves out what was read from or written to its cache."""

    input: int = 10
    output: int = 5
    cache_read: int = 0
    cache_write: int = 0


@dataclass
class Script:
    """One answer. `stop`: `stop`, `length`, `toolUse` or `refused`; empty: what fits the steps."""

    steps: tuple[Step, ...]
    usage: Tokens | None = field(default_factory=Tokens)
    stop: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: str = ""
    """With another status than 200: the error's sentence, in the format's own envelope."""
    error_type: str = ""
    body: bytes | None = None
    """In place of all that: the whole body."""
    newline: str = "\n"
    slice: int = 0
    """Send the body in HTTP chunks of so many bytes; 0: one chunk per event."""
    gzip: bool = False
    before: str = ""
    """The name of a gate in front of the response's headers."""
    hang_up: str = ""
    """`before`: no response at all; `headers`: nothing but them; `behind`: all of it, but not HTTP's own end."""

    def __init__(self, *steps: Step, **options: Any) -> None:
        self.steps = steps
        for name, made in (("usage", Tokens()), ("headers", {})):
            setattr(self, name, options.pop(name, made))
        for name, value in options.items():
            if not hasattr(type(self), name):
                raise TypeError(f"Script has no {name}")
            setattr(self, name, value)

    @property
    def reason(self) -> str:
        if self.stop:
            return self.stop
        return "toolUse" if any(isinstance(step, Call | Calls) for step in self.steps) else "stop"


def say(text: str, **options: Any) -> Script:
    """An answer that comes word by word."""
    words = text.split(" ")
    pieces = [word + " " for word in words[:-1]] + words[-1:]
    return Script(*(Say(piece) for piece in pieces), **options)
