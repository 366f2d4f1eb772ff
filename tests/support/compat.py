"""Shells with start files as people have them: does PiCode record there, and does what they have still work?"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from picode.protocol.values import CommandRecord
from support.ptyshell import WAITS, RecordedShell, write_start_file
from support.tools import need

MARK = re.compile(rb"\x1b\]133;([ABCDP])[^\x07\x1b]*(?:\x07|\x1b\\)")
STATUS = {"bash": "$?", "zsh": "$?", "fish": "$status"}


def marks(seen: bytes) -> str:
    """The letters of the standard marks, in order."""
    return b"".join(MARK.findall(seen)).decode()


def tool(name: str) -> str:
    """The directory of a program that lies beside the interpreter or on PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside.parent) if beside.exists() else str(Path(need(name)).parent)


def file(*candidates: str) -> str:
    """The first of the files that is there; a missing one counts as its package's name."""
    for candidate in candidates:
        if Path(candidate).exists():
            return candidate
    need(f"{Path(candidates[0]).stem} (of its package)")
    raise AssertionError


@contextmanager
def started(home: Path, kind: str, before: str = "", after: str = "", **more: str) -> Iterator[RecordedShell]:
    """A shell whose start file has something before and behind PiCode's line, at its first prompt."""
    need(kind)
    # fish greets at length, and bash and zsh may have no prompt of their own
    head = "set fish_greeting" if kind == "fish" else "PS1='$ '"
    write_start_file(home, kind, before=f"{head}\n{before}", after=after)
    shell = RecordedShell(home, kind, start_file=False, **more)  # type: ignore[arg-type]
    try:
        shell.ready()
        # printed at the first prompt that is ours, which is the second where a start file overwrote our hooks
        shell.wait_for(b"\x1b]7;file://")
        shell.until(lambda: not shell.read(0.1))
        yield shell
    finally:
        shell.hang_up()


def type_and_wait(shell: RecordedShell, number: int, text: str) -> tuple[CommandRecord, bytes]:
    """Run `text` as command `number`: its record, and what the terminal got until the next prompt."""
    start = len(shell.seen)
    shell.send(text.encode() + b"\r")
    found: list[CommandRecord] = []

    def ended() -> bool:
        record = shell.command(number)
        if record is not None and record.status is not None and WAITS in shell.seen[start:]:
            found.append(record)
        return bool(found)

    shell.until(ended, 30)
    return found[0], shell.seen[start:]


def works(shell: RecordedShell, skip: bytes = b"", per_command: str | None = None, code: int = 3) -> None:
    """Exact bytes, statuses and texts; the shell's own `$?`; one recorder; nothing of ours in sight.

    `skip`: what somebody's hook prints before each command's output. `per_command`: the standard marks of each
    command, from Enter to the next prompt. `code`: what a command exits with; 0 where a failure ends the shell.
    """
    cases = [
        ("echo one", 0, b"one\r\n"),
        (f"sh -c 'echo x; exit {code}'", code, b"x\r\n"),
        (f"echo {STATUS[shell.kind]}", 0, b"%d\r\n" % code),
        ("printf abc", 0, b"abc"),
        ("true", 0, b""),
        ("cat /dev/null", 0, b""),
    ]
    start = len(shell.seen)
    for number, (text, status, output) in enumerate(cases, 1):
        record, _ = type_and_wait(shell, number, text)
        assert (record.command, record.status, record.cwd) == (text, status, str(shell.home))
        wrote = record.head + record.tail
        assert wrote == skip + output, f"{text}: {wrote!r}"
    if per_command is not None:
        shell.until(lambda: marks(shell.seen[start:]) == per_command * len(cases))
    assert b"8671" not in shell.seen
    assert b"__picode" not in shell.seen
    assert len(list((shell.home / "p" / "run" / "terminals").iterdir())) == 1
