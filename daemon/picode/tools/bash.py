"""bash: a command, run by bash whatever the user's shell is."""

import asyncio
import codecs
import math

from picode.messages import ToolSpec
from picode.tools.base import (
    Arguments,
    Outcome,
    Place,
    Plan,
    Running,
    ToolFailed,
    parameter,
    parameters,
    said,
)
from picode.tools.output import Output, notice
from picode.tools.processes import Commands, Ended
from picode.tools.truncate import MOST_BYTES, MOST_LINES, Truncated

LONGEST_TITLE = 200


class Bash:
    reads = False
    spec = ToolSpec(
        "bash",
        "Run a command with bash in the working directory. You get what it wrote to stdout and stderr; of long output "
        f"the last {MOST_LINES} lines or {MOST_BYTES // 1024} KB, and the name of a file with all of it. There is no "
        "terminal and no input.",
        parameters(
            ("command",),
            command=parameter("string", "The command"),
            timeout=parameter("number", "Seconds after which it is ended; without it there is no limit"),
        ),
    )

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        command, timeout = arguments["command"], arguments.get("timeout")
        if timeout is not None and not (math.isfinite(timeout) and timeout > 0):
            raise ToolFailed("Invalid timeout: must be a finite number of seconds")

        async def run(running: Running) -> Outcome:
            if not place.cwd.is_dir():
                raise ToolFailed(
                    f"Working directory does not exist: {place.cwd}\nCannot execute bash commands."
                )
            ended, cut, output = await execute(self._commands, command, place, running, timeout)
            return _outcome(ended, cut, output, timeout)

        return Plan(title_of(command), run, detail=command, kind="command", command=command)


def title_of(command: str) -> str:
    """A command on one line."""
    line = " ".join(command.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"


async def execute(
    commands: Commands, command: str, place: Place, running: Running, timeout: float | None = None
) -> tuple[Ended, Truncated, Output]:
    """Run it to its end; what it writes is told as text while it comes."""
    output = Output(place.cache)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def received(piece: bytes) -> None:
        output.add(piece)
        if text := decoder.decode(piece):
            running.printed(text)

    try:
        ended = await commands.run(command, place.cwd, received, running.stop, timeout)
    finally:
        cut = await asyncio.to_thread(output.close)
    return ended, cut, output


def _outcome(ended: Ended, cut: Truncated, output: Output, timeout: float | None) -> Outcome:
    path = str(output.path) if output.path is not None else None
    details = {"truncation": cut.details(), "fullOutputPath": path}
    text = cut.text + notice(cut, output)
    problem = ""
    if ended.cancelled:
        problem = "Command aborted"
    elif ended.timed_out:
        problem = f"Command timed out after {timeout:g} seconds"
    elif ended.code:
        text, problem = text or "(no output)", f"Command exited with code {ended.code}"
    if problem:
        told = f"{text}\n\n{problem}" if text else problem
        raise ToolFailed(told, {name: value for name, value in details.items() if value is not None})
    return said(text or "(no output)", **details)
