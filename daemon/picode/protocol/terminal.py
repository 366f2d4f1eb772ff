"""What a recorder is asked, on its own socket (`<runtime>/terminals/<pid>.sock`, a ROUTER that a DEALER or REQ
connects to): so the last command can be had while no daemon runs. The environment variable PICODE_TERMINAL of the
recorded shell names the socket.
"""

from msgspec import Struct

from picode.protocol.values import CommandNote, CommandRecord, TerminalInfo


class Fetch(Struct, tag="fetch", tag_field="type", omit_defaults=True):
    """Command number `number`, or the `back`th last finished one (1: the last). `running`: the one that runs
    now is the last, with what it has printed so far. Reply: `Fetched`, or `NotFetched`."""

    number: int = 0
    back: int = 1
    running: bool = False


class GetCommands(Struct, tag="get_commands", tag_field="type", omit_defaults=True):
    """Reply: `Commands`, latest last."""

    limit: int = 20


class Insert(Struct, tag="insert", tag_field="type", omit_defaults=True):
    """Put `text` on the prompt, when the shell waits at one, and never run it. Reply: `Inserted` or `NotFetched`."""

    text: str


class Run(Struct, tag="run", tag_field="type", omit_defaults=True):
    """Run `command` in a pane that was opened for commands; empty: the last one again. A terminal with a person's shell
    refuses. Reply: `Begun` or `NotFetched`."""

    command: str = ""


class Type(Struct, tag="type", tag_field="type", omit_defaults=True):
    """Give input to what runs in a pane that was opened for commands. A terminal with a person's shell refuses. Reply:
    `Inserted` or `NotFetched`."""

    data: bytes


class Await(Struct, tag="await", tag_field="type", omit_defaults=True):
    """Tell when command `number` of a pane that was opened for commands has printed `text`, as a person reads it. Each
    time counts once, and nothing counts from before the last `Type`. The reply comes then, or when the command ends:
    `Awaited`; at once: `NotFetched`. Who no longer waits closes the connection."""

    number: int
    text: str


class Join(Struct, tag="join", tag_field="type", omit_defaults=True):
    """A shell that was started within the recorded one asks for a secret for its marks: it is recorded as that one
    is. Only a process that this shell started may ask. Reply: `Joined` or `NotFetched`."""

    shell: str
    """bash, zsh or fish."""
    pid: int


class Pause(Struct, tag="pause", tag_field="type", omit_defaults=True):
    """Record nothing more in this terminal; with `paused` false: record again. It counts at once, also for what runs.
    Reply: `Paused`."""

    paused: bool = True


class Fetched(Struct, tag="fetched", tag_field="type", omit_defaults=True):
    record: CommandRecord


class Commands(Struct, tag="commands", tag_field="type", omit_defaults=True):
    terminal: TerminalInfo
    notes: list[CommandNote]


class Inserted(Struct, tag="inserted", tag_field="type", omit_defaults=True):
    pass


class Begun(Struct, tag="begun", tag_field="type", omit_defaults=True):
    """The command runs."""

    number: int


class Awaited(Struct, tag="awaited", tag_field="type", omit_defaults=True):
    """Whether the text came before the command ended."""

    came: bool


class Joined(Struct, tag="joined", tag_field="type", omit_defaults=True):
    secret: str


class Paused(Struct, tag="paused", tag_field="type", omit_defaults=True):
    """How it is now."""

    paused: bool


class NotFetched(Struct, tag="not_fetched", tag_field="type", omit_defaults=True):
    message: str
    hint: str = ""
    unrecorded: bool = False
    """There was such a command, and it was not to be recorded."""


AnyTerminalRequest = Await | Fetch | GetCommands | Insert | Join | Pause | Run | Type
AnyTerminalReply = Awaited | Fetched | Commands | Inserted | Begun | Joined | Paused | NotFetched
