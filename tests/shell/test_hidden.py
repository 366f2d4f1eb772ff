"""What must not get out: the shells' secret, and what is typed unechoed."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from picode.terminal.marks import Scanner
from picode.terminal.tty import Shell
from support.ptyshell import SHELLS, RecordedShell, shared, write_start_file
from support.tools import need


@pytest.fixture(scope="module", params=SHELLS)
def shells(request: pytest.FixtureRequest) -> Iterator[Callable[[], RecordedShell]]:
    kind = request.param
    need(kind)
    with (
        tempfile.TemporaryDirectory(prefix="pc", dir="/tmp") as home,
        shared(lambda: RecordedShell(Path(home), kind)) as shells,
    ):
        yield shells


@pytest.fixture
def shell(shells: Callable[[], RecordedShell]) -> RecordedShell:
    return shells()


@pytest.fixture
def secret(shell: RecordedShell) -> bytes:
    told = shell.run("printf %s $__picode_secret").head
    assert re.fullmatch(rb"[0-9a-f]{32}", told)
    shell.seen = b""
    return told


def files_of(home: Path) -> bytes:
    """All that was written below `home`."""
    found = []
    for path in home.rglob("*"):
        if path.is_file():
            found.append(path.read_bytes())
    return b"\0".join(found)


def kept(fd: int) -> bool:
    """Whoever runs the tests gave this file to all children."""
    return os.get_inheritable(fd)


def family(shell: RecordedShell) -> list[psutil.Process]:
    recorder = psutil.Process(shell.pid)
    return [recorder, *recorder.children(recursive=True)]


def ended(shell: RecordedShell, count: int) -> bool:
    """Whether that many more commands have come to their end; bash may tell the text after the status."""
    record = shell.command(shell._ran + count)
    return record is not None and record.status is not None and bool(record.command)


def test_a_mark_that_is_written_in_pieces_is_no_output(shell: RecordedShell, secret: bytes) -> None:
    """Longer ago than what only may be a mark is held back: as a busy machine does it to a shell."""
    mark = "printf '\\033]8671;%s;{}\\007' $__picode_secret"
    record = shell.run(f"{mark.format('H')}; sleep 0.3; {mark.format('E')}; echo end")
    assert record.head == b"end\r\n"
    assert secret not in shell.seen


def test_no_process_carries_the_secret_and_no_child_a_file_of_ours(
    shell: RecordedShell, secret: bytes
) -> None:
    number = shell._ran = shell._ran + 1
    start = len(shell.seen)
    shell.send(b"sh -c 'echo star''ted; read x'\r")
    shell.wait_for(b"started\r\n", start)
    processes = family(shell)
    assert len(processes) >= 3
    for process in processes:
        for name in ("environ", "cmdline"):
            assert secret not in Path(f"/proc/{process.pid}/{name}").read_bytes()
    inherited = {
        fd for fd in os.listdir("/proc/self/fd") if Path(f"/proc/self/fd/{fd}").exists() and kept(int(fd))
    }
    assert set(os.listdir(f"/proc/{processes[-1].pid}/fd")) == {"0", "1", "2"} | inherited
    shell.send(b"\r")
    shell.until(lambda: (record := shell.command(number)) is not None and record.status == 0)
    for command in ("env", "ps -ef", "export", "sh -c set"):
        assert secret not in shell.run(command).head
    assert b"SECRET" not in shell.run("env").head


TRACED = {
    "bash": ["set -x", "echo traced", "cd /", "cd ~", "set +x"],
    "zsh": ["set -x", "echo traced", "cd /", "cd ~", "set +x"],
    "fish": ["set -g fish_trace all", "echo traced", "cd /", "cd ~", "set -e fish_trace"],
}


def test_tracing_shows_no_secret_and_records_on(shell: RecordedShell, secret: bytes) -> None:
    shell.seen = b""
    for command in TRACED[shell.kind]:
        record = shell.run_next(command)
        assert record.status == 0
        assert secret not in record.head + record.tail
    assert shell.run("echo after").head == b"after\r\n"
    assert b"traced" in shell.seen
    assert secret not in shell.seen


def test_a_trace_in_a_file_has_no_secret(shell: RecordedShell, secret: bytes) -> None:
    if shell.kind != "bash":
        pytest.skip("only bash has BASH_XTRACEFD")
    for command in (
        "exec 9>trace",
        "BASH_XTRACEFD=9",
        "set -x",
        "echo traced",
        "set +x",
        "unset BASH_XTRACEFD",
    ):
        shell.run(command)
    shell.run("exec 9>&-")
    assert b"echo traced" in (shell.home / "trace").read_bytes()
    assert secret not in files_of(shell.home)


def test_standard_error_in_a_file_gets_no_secret(shell: RecordedShell, secret: bytes) -> None:
    """bash and zsh: it is the shell's own from then on, prompts included. What runs is recorded all the same."""
    if shell.kind == "fish":
        pytest.skip("fish cannot redirect itself")
    shell.send(b"exec 2>errors\r")
    shell.until(lambda: ended(shell, 1))
    shell.send(b"ls /nonexistent-directory\r")
    shell.until(lambda: ended(shell, 2))
    assert b"nonexistent" in (shell.home / "errors").read_bytes()
    shell.send(b"printf 'to the ter''minal'; ls /neither; (exit 7)\r")
    shell.until(lambda: ended(shell, 3))
    listed, told = shell.command(shell._ran + 2), shell.command(shell._ran + 3)
    assert listed is not None
    assert (listed.command, listed.head, listed.status) == ("ls /nonexistent-directory", b"", 2)
    assert told is not None
    assert (told.head, told.status) == (b"to the terminal", 7)
    assert told.command == "printf 'to the ter''minal'; ls /neither; (exit 7)"
    assert b"neither" in (shell.home / "errors").read_bytes()
    shell.send(b"exec 2>/dev/tty\r")
    shell.until(lambda: ended(shell, 4))
    shell._ran += 4
    assert shell.run("echo back").head == b"back\r\n"
    assert secret not in files_of(shell.home)
    assert secret not in shell.seen


def test_the_recorders_own_words_have_no_secret() -> None:
    secret = os.urandom(16).hex()
    shell = Shell(1, 2, "/dev/pts/0", secret.encode())
    assert secret not in repr(shell) + repr(Scanner(secret.encode()))


@pytest.mark.parametrize("kind", SHELLS)
def test_a_secret_that_was_taken_before_our_line_counts_no_more(home: Path, kind: str) -> None:
    need(kind)
    take = {"fish": 'test -z "$PICODE_SECRET_FILE"; or cat $PICODE_SECRET_FILE >~/taken'}.get(
        kind, 'test -z "$PICODE_SECRET_FILE" || cat $PICODE_SECRET_FILE >~/taken'
    )
    write_start_file(home, kind, before=take)
    shell = RecordedShell(home, kind, start_file=False).ready()
    try:
        assert shell.run("echo recorded").head == b"recorded\r\n"
        taken = (home / "taken").read_text().strip()
        assert re.fullmatch("[0-9a-f]{32}", taken)
        forged = f"\x1b]8671;{taken};D;9\x07".encode()
        (home / "forged").write_bytes(forged)
        record = shell.run("sh -c 'cat forged; exit 3'")
        assert (record.head, record.status) == (forged, 3)
    finally:
        shell.hang_up()


ASKING = {
    "bash": "read -rsp ask: word; echo got ${#word}",
    "zsh": "read -rs 'word?ask:'; echo got $#word",
    "fish": "read -sP ask: word; echo got (string length -- $word)",
}
PROGRAMS = [
    "sh -c 'stty -echo; printf ask:; read word; stty echo; echo got 9'",
    """python3 -c 'import getpass; print("got", len(getpass.getpass("ask:")))'""",
]


@pytest.mark.parametrize("program", [0, 1, 2])
def test_what_is_typed_unechoed_is_nowhere(shell: RecordedShell, program: int) -> None:
    password = f"hunter-{program}{program}"
    command = [ASKING[shell.kind], *PROGRAMS][program]
    number = shell._ran = shell._ran + 1
    shell.seen = b""
    shell.send(command.encode() + b"\r")
    shell.until(lambda: (record := shell.command(number)) is not None and b"ask:" in record.head)
    shell.send(password.encode() + b"\r")
    shell.until(lambda: (record := shell.command(number)) is not None and record.status is not None)
    record = shell.command(number)
    assert record is not None
    assert b"got 9\r\n" in record.head
    shell.run("echo after")
    records = [shell.command(at) for at in range(1, shell._ran + 1)]
    told = b"\0".join(record.command.encode() + record.head + record.tail for record in records if record)
    hidden = password.encode()
    assert hidden not in told + shell.seen + files_of(shell.home)


def test_sourced_from_a_pipe_fish_is_recorded(home: Path) -> None:
    need("fish")
    write_start_file(home, "fish", after="set fish_greeting; function fish_prompt; echo -n '$ '; end")
    start = home / ".config/fish/config.fish"
    start.write_text(start.read_text().replace(f". {home}/picode.fish", f"cat {home}/picode.fish | source"))
    shell = RecordedShell(home, "fish", start_file=False).ready()
    try:
        assert shell.run("echo piped").head == b"piped\r\n"
        assert shell.run("sh -c 'test -t 0 && echo terminal'").head == b"terminal\r\n"
    finally:
        shell.hang_up()
