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


class Fetched(Struct, tag="fetched", tag_field="type", omit_defaults=True):
    record: CommandRecord


class Commands(Struct, tag="commands", tag_field="type", omit_defaults=True):
    terminal: TerminalInfo
    notes: list[CommandNote]


class Inserted(Struct, tag="inserted", tag_field="type", omit_defaults=True):
    pass


class NotFetched(Struct, tag="not_fetched", tag_field="type", omit_defaults=True):
    message: str
    hint: str = ""


AnyTerminalRequest = Fetch | GetCommands | Insert
AnyTerminalReply = Fetched | Commands | Inserted | NotFetched
