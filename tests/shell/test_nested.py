"""A shell within the shell: what reads our line is recorded as the first one is; the rest is its command's output."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from picode.protocol.requests import Send
from picode.protocol.terminal import Join, NotFetched
from picode.terminal.fetch import ask
from support.key_daemon import KeyDaemon
from support.ptyshell import SHELLS, WAITS, RecordedShell, shared, truth, write_start_file
from support.tools import need

INNER = [
    "printf 'no newline'",
    "sh -c 'echo out; echo err >&2; exit 7'",
    "printf '\\033[31mred\\033[0m \\000\\377\\n'",
    "printf '\\033]133;D;0\\007\\033]8671;00000000000000000000000000000000;D;0\\007'",
    "printf 'wide 日本\\n'",
    "true",
    "false",
]
STARTED = {
    "plain": "{0}",
    "through env": "env X=1 {0}",
    "through sh": "sh -c {0}",
    "new session": "setsid -w {0}",
    "login": "{0} -l",
}


@pytest.fixture(scope="module", params=SHELLS)
def shells(request: pytest.FixtureRequest) -> Iterator[Callable[[], RecordedShell]]:
    kind = request.param
    need(kind)
    with (
        tempfile.TemporaryDirectory(prefix="pc", dir="/tmp") as home,
        shared(lambda: RecordedShell(Path(home), kind, start_file=False)) as shells,
    ):
        prepare(Path(home))
        yield shells


@pytest.fixture
def outer(shells: Callable[[], RecordedShell]) -> RecordedShell:
    return shells()


def prepare(home: Path) -> None:
    for kind in SHELLS:
        write_start_file(home, kind)
    (home / ".bash_profile").write_text(". ~/.bashrc\n")


def enter(shell: RecordedShell, command: str) -> int:
    """Start a shell and wait for its prompt; the number of the command that started it."""
    shell._ran += 1
    shell.send(command.encode() + b"\r")
    started = shell._ran
    shell.until(lambda: (record := shell.command(started)) is not None and waits(record.head))
    return started


def waits(output: bytes) -> bool:
    """A prompt is the last of it."""
    return b"$ " in output and WAITS in output


def leave(shell: RecordedShell, started: int, status: int = 0) -> None:
    """`exit` the inner shell; what started it ends with its status."""
    shell._ran += 1
    shell.send(b"exit %d\r" % status)
    shell.until(lambda: (record := shell.command(started)) is not None and record.status == status)
    shell.until(lambda: shell.seen.endswith(b"$ ") or WAITS in shell.seen[-40:])


@pytest.mark.parametrize("kind", SHELLS)
def test_commands_of_an_inner_shell_are_their_own(outer: RecordedShell, kind: str) -> None:
    need(kind)
    before = outer.run("echo outer before")
    started = enter(outer, kind)
    for command in INNER:
        record = outer.run(command)
        assert (record.head, record.status) == truth(outer.home, kind, command)
        assert (record.command, record.cwd, record.shell) == (command, str(outer.home), kind)
    assert len(list((outer.home / "p" / "run" / "terminals").glob("*.sock"))) == 1
    leave(outer, started, 3)
    whole = outer.command(started)
    assert whole is not None
    assert (whole.command, whole.status, whole.shell) == (kind, 3, outer.kind)
    assert whole.head.count(b"no newline") >= 2  # typed, and printed
    assert b"\x1b]8671;" not in whole.head.replace(b"\x1b]8671;00000000000000000000000000000000;D;0\x07", b"")
    after = outer.run("echo outer after")
    assert (after.head, after.shell) == (b"outer after\r\n", outer.kind)
    assert after.number == started + len(INNER) + 2
    assert before.number == started - 1


@pytest.mark.parametrize("how", STARTED)
def test_however_it_was_started(outer: RecordedShell, how: str) -> None:
    # a fish without a controlling terminal takes the shell's
    other = "bash" if how == "new session" else SHELLS[(SHELLS.index(outer.kind) + 1) % len(SHELLS)]
    need(other)
    started = enter(outer, STARTED[how].format(other))
    assert outer.run("echo inside").head == b"inside\r\n"
    leave(outer, started)


def test_three_deep_and_back(outer: RecordedShell) -> None:
    started = []
    for kind in SHELLS:
        need(kind)
        started.append(enter(outer, kind))
        assert outer.run(f"echo in {kind}").head == f"in {kind}\r\n".encode()
    for number in reversed(started):
        leave(outer, number, 5)
        assert outer.run("echo back").head == b"back\r\n"


def test_what_has_no_line_of_ours_is_output_of_its_command(outer: RecordedShell) -> None:
    started = enter(outer, "env -i TERM=xterm PS1='inner$ ' bash --norc")
    outer.send(b"echo with''in\r")
    outer.until(lambda: (record := outer.command(started)) is not None and b"within\r\n" in record.head)
    assert outer.command(started + 1) is None
    outer._ran -= 1
    leave(outer, started, 2)
    outer._ran = started
    assert outer.run("echo after").head == b"after\r\n"


def test_exec_of_another_shell_goes_on(home: Path) -> None:
    prepare(home)
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        for kind in ("zsh", "fish", "bash"):
            if not shutil.which(kind):
                continue
            shell.run("echo before")
            shell._ran += 1
            number, start = shell._ran, len(shell.seen)
            shell.send(f"exec {kind}\r".encode())
            shell.until(
                lambda number=number: (record := shell.command(number)) is not None and record.duration > 0
            )
            shell.until(lambda start=start: waits(shell.seen[shell.seen.find(b"133;C", start) :]))
            record = shell.run("sh -c 'echo after; exit 4'")
            assert (record.head, record.status, record.shell) == (b"after\r\n", 4, kind)
        assert len(psutil.Process(shell.pid).children(recursive=True)) == 1
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", ["zsh", "fish"])
def test_a_start_file_that_becomes_another_shell(home: Path, kind: str) -> None:
    """`exec fish` at the end of .bashrc: it asks before the recorder has loaded what answers."""
    need(kind)
    write_start_file(home, kind)
    write_start_file(home, "bash", after=f"[[ -z $PICODE_TTY ]] || exec {kind}")
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        record = shell.run("echo here")
        assert (record.head, record.shell) == (b"here\r\n", kind)
    finally:
        shell.hang_up()


def test_a_suspended_shell_comes_back(home: Path) -> None:
    prepare(home)
    shell = RecordedShell(home, "zsh", start_file=False).ready()
    try:
        started = enter(shell, "bash")
        shell.run("echo first")
        shell._ran += 1
        shell.send(b"suspend\r")
        shell.until(lambda: (record := shell.command(started)) is not None and record.status is not None)
        assert shell.run("echo outside").shell == "zsh"
        enter(shell, "fg")
        record = shell.run("echo second")
        assert (record.head, record.shell) == (b"second\r\n", "bash")
    finally:
        shell.hang_up()


def test_the_key_in_an_inner_shell_sends_that_shells_command(home: Path) -> None:
    prepare(home)
    daemon = KeyDaemon(home / "p" / "run")
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        shell.run("echo outer")
        enter(shell, "zsh")
        shell.run("echo inner")
        shell.send(b"\x1ba")
        shell.until(lambda: bool(daemon.of(Send)))
        request = daemon.of(Send)[0]
        assert request.command is not None
        assert (request.command.command, request.command.head) == ("echo inner", b"inner\r\n")
        shell.send(b"why\x1ba")
        shell.until(lambda: len(daemon.of(Send)) == 2)
        assert daemon.of(Send)[1].text == "why"
    finally:
        shell.hang_up()
        daemon.close()


@pytest.mark.parametrize("kind", SHELLS)
def test_the_key_in_a_shell_that_did_not_join_does_not_send_the_outer_ones_command(
    home: Path, kind: str
) -> None:
    need(kind)
    prepare(home)
    daemon = KeyDaemon(home / "p" / "run")
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        shell.run("echo outer")
        enter(shell, f"PICODE_NO_RECORD=1 {kind}")
        start = len(shell.seen)
        shell.send(b"echo inner\r")
        start = shell.wait_for(b"inner\r\n", shell.wait_for(b"inner", start))
        shell.wait_for(WAITS, start)
        shell.send(b"\x1ba")
        start = shell.wait_for(b"This shell is not recorded", start, 30)
        shell.wait_for(b"$ ", start)
        shell.send(b"why\x1ba")
        shell.wait_for(b"goes without its output", start, 30)
        shell.until(lambda: bool(daemon.of(Send)), 30)
        (request,) = daemon.of(Send)
        assert (request.text, request.command) == ("why", None)
    finally:
        shell.hang_up()
        daemon.close()


def test_a_shell_without_its_environment_starts_no_second_recorder(home: Path) -> None:
    """The start file itself asks for the recorder: `env -i bash` finds the one that is there."""
    home_line = f"export PICODE_RECORD=1 PICODE_HOME={home}/p"
    write_start_file(home, "bash", before=home_line)
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        started = enter(shell, f"env -i HOME={home} PATH=$PATH TERM=$TERM bash")
        record = shell.run("sh -c 'echo clean; exit 6'")
        assert (record.head, record.status) == (b"clean\r\n", 6)
        leave(shell, started)
        assert len(list((home / "p" / "run" / "terminals").iterdir())) == 1
    finally:
        shell.hang_up()


def test_only_a_shell_of_this_terminal_may_join(outer: RecordedShell) -> None:
    inner = psutil.Process(outer.pid).children()[0].pid
    for kind, pid in (("bash", psutil.Process().pid), ("bash", inner), ("sh", inner), ("bash", 1)):
        assert isinstance(ask(outer.socket, Join(kind, pid)), NotFetched)


def test_a_secret_ends_with_its_shell(outer: RecordedShell) -> None:
    """What an inner shell could say does not outlive it."""
    need("bash")
    started = enter(outer, "bash")
    secret = outer.run("printf %s $__picode_secret").head.decode()
    assert re.fullmatch("[0-9a-f]{32}", secret)
    leave(outer, started)
    # the next one to join is when the dead are looked for
    started = enter(outer, "bash")
    record = outer.run(f"printf '\\033]8671;{secret};D;9\\007'; sh -c 'exit 4'")
    assert record.status == 4
    assert secret.encode() in record.head
    leave(outer, started)


def test_many_shells_within_each_other_are_bounded(home: Path) -> None:
    prepare(home)
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        for _ in range(7):
            enter(shell, "bash")
        shell.run("echo seventh")
        started = enter(shell, "bash")
        shell.send(b"echo ei''ghth\r")
        shell.until(lambda: (record := shell.command(started)) is not None and b"eighth\r\n" in record.head)
        assert shell.command(started + 1) is None
    finally:
        shell.hang_up()


def test_a_shell_under_script_has_a_recorder_of_its_own(home: Path) -> None:
    script = need("script")
    prepare(home)
    shell = RecordedShell(home, "bash", start_file=False).ready()
    terminals = home / "p" / "run" / "terminals"
    try:
        shell._ran += 1
        shell.send(f"{script} -qc bash /dev/null\r".encode())
        shell.until(lambda: len(list(terminals.iterdir())) == 2)
        shell.until(lambda: shell.seen.endswith(b"$ \x1b]133;B\x07"))
        shell.send(b"echo in''side\r")
        shell.wait_for(b"inside\r\n")
        subprocess.run(["true"], check=True)
        shell.send(b"exit\r")
        shell.until(lambda: (record := shell.command(1)) is not None and record.status == 0)
    finally:
        shell.hang_up()
