"""Programs that take the whole terminal, a remote host's prompts, and floods: recorded byte for byte, shown as text."""

import os
import pwd
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from picode.protocol.values import CommandRecord
from support.ptyshell import SHELLS, RecordedShell, shared
from support.tools import need

FLOOD = 100_000_000


@pytest.fixture(scope="module", params=SHELLS)
def shells(request: pytest.FixtureRequest) -> Iterator[Callable[[], RecordedShell]]:
    kind = request.param
    need(kind)
    with (
        tempfile.TemporaryDirectory(prefix="pc", dir="/tmp") as home,
        shared(lambda: RecordedShell(Path(home), kind)) as shells,
    ):
        (Path(home) / "file").write_text("".join(f"line {number}\n" for number in range(200)))
        yield shells


@pytest.fixture
def shell(shells: Callable[[], RecordedShell]) -> RecordedShell:
    return shells()


def begin(shell: RecordedShell, command: str) -> int:
    shell._ran += 1
    shell.seen = b""
    shell.send(command.encode() + b"\r")
    return shell._ran


def shows(shell: RecordedShell, number: int, what: bytes) -> None:
    """Wait until the command has printed `what`."""
    shell.until(lambda: (record := shell.command(number)) is not None and what in record.head)


def ended(shell: RecordedShell, number: int) -> CommandRecord:
    shell.until(lambda: (record := shell.command(number)) is not None and record.status is not None, 30)
    record = shell.command(number)
    assert record is not None
    # this side may still have to read the last of it
    shell.until(lambda: record.tail[-1000:] in shell.seen if record.tail else record.head in shell.seen)
    return record


def last(shell: RecordedShell, *options: str) -> bytes:
    environ = {**os.environ, "PICODE_TERMINAL": str(shell.socket)}
    command = [sys.executable, "-m", "picode", "last", *options]
    return subprocess.run(command, env=environ, capture_output=True, check=True, timeout=60).stdout


def test_of_a_pager_the_bytes_are_kept_and_no_text_is_left(shell: RecordedShell) -> None:
    number = begin(shell, f"{need('less')} file")
    shows(shell, number, b"line 20")
    shell.send(b" ")
    shows(shell, number, b"line 40")
    shell.send(b"q")
    record = ended(shell, number)
    assert record.status == 0
    assert b"\x1b[?1049h" in record.head
    assert last(shell, "--raw") == record.head
    assert b"line" not in last(shell, "--text")


def test_of_an_editor_only_what_it_leaves_behind_is_text(shell: RecordedShell) -> None:
    number = begin(shell, f"{need('vim')} -u NONE -N -i NONE file; echo left behind")
    shows(shell, number, b"line 10")
    shell.send(b"ggdG:q!\r")
    record = ended(shell, number)
    assert last(shell, "--raw") == record.head
    assert last(shell, "--text").decode().split() == ["left", "behind"]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("sh -c 'printf \"before\\n\\033[?1049hscreen\\033[?1049lafter\\n\"'", "before\nafter\n"),
        ("sh -c 'for i in 1 50 100; do printf \"\\r%3d%%\" $i; done; echo'", "100%\n"),
        ("printf 'abc\\b\\bX\\n'", "aXc\n"),
        (
            "printf '\\033[32mgreen\\033[0m \\033]8;;http://x\\007link\\033]8;;\\007\\n'",
            "green link\n",
        ),
        ("printf 'gone\\r\\033[Kkept\\n'", "kept\n"),
        ("printf 'one\\ntwo\\n\\033[1A\\033[2Kchanged\\n'", "one\nchanged\n"),
        ("printf 'wide 日本 e\\314\\201\\n'", "wide 日本 e\u0301\n"),
        ("printf 'bad \\377\\000end'", "bad \ufffdend\n"),
    ],
)
def test_text_is_what_a_person_saw(shell: RecordedShell, command: str, text: str) -> None:
    shell.run(command)
    assert last(shell, "--text").decode() == text


def test_a_resize_redraws_and_loses_nothing(shell: RecordedShell) -> None:
    number = begin(shell, f"{need('less')} file")
    shell.wait_for(b"file\x1b[27m\x1b[K")
    rows = iter(range(40, 80))

    def redrawn() -> bool:
        """less loses a change of size that comes while it is not reading keys: then the next one tells it."""
        shell.resize(60, next(rows))
        try:
            shell.wait_for(b"line 35", timeout=2)
        except TimeoutError:
            return False
        return True

    assert any(redrawn() for _ in range(10))
    shell.upset = False
    shell.send(b"q")
    record = ended(shell, number)
    assert record.status == 0
    shell.resize(80, 24)


def test_a_hundred_megabytes_keep_head_and_tail_and_count_the_rest(shell: RecordedShell) -> None:
    number = begin(shell, f"sh -c 'echo first; head -c {FLOOD} /dev/zero | tr \"\\0\" x; echo; echo last'")
    total = 0
    while shell.command(number) is None or not (record := shell.command(number)) or record.status is None:
        while shell.read(0.05):
            total += len(shell.seen)
            shell.seen = shell.seen[-200:]
            total -= len(shell.seen)
    assert total > FLOOD - 1000
    wrote = FLOOD + len(b"first\r\n\r\nlast\r\n")
    assert len(record.head) + record.missing + len(record.tail) == wrote
    assert record.head == b"first\r\n" + b"x" * (len(record.head) - 7)
    assert record.tail == b"x" * (len(record.tail) - 8) + b"\r\nlast\r\n"
    assert record.missing > 90_000_000
    raw = last(shell, "--raw")
    assert b"[... %d bytes are missing here ...]" % record.missing in raw


SIGNALS = {"KILL": 137, "SEGV": 139, "HUP": 129, "TERM": 143}


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_death_by_signal_is_its_status(shell: RecordedShell, signal: str) -> None:
    assert shell.run(f"sh -c 'kill -{signal} $$'").status == SIGNALS[signal]


def listens(port: int) -> None:
    """Wait for the server's own greeting."""
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connected:
                if connected.recv(4) == b"SSH-":
                    return
        except OSError:
            os.sched_yield()
    raise TimeoutError("sshd does not listen")


@contextmanager
def ssh_server(home: Path) -> Iterator[str]:
    """A real sshd on loopback for whoever runs the tests; the command that connects to it."""
    server, client = need("/usr/sbin/sshd", "sshd"), need("ssh")
    for name in ("host", "user"):
        subprocess.run(
            [need("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(home / name)],
            check=True,
            timeout=30,
        )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (home / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {home}/host\nPidFile none\nStrictModes no\nUsePAM no\n"
        f"AuthorizedKeysFile {home}/user.pub\nPrintMotd no\nPrintLastLog no\nPermitRootLogin yes\n"
        f"ForceCommand HOME={home} PS1='far$ ' sh -c \"${{SSH_ORIGINAL_COMMAND:-exec bash --norc}}\"\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    process = subprocess.Popen([server, "-D", "-e", "-f", str(home / "config")], stderr=subprocess.DEVNULL)
    user = pwd.getpwuid(os.getuid()).pw_name
    options = "-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null -q"
    try:
        listens(port)
        yield f"{client} {options} -p {port} -i {home}/user {user}@127.0.0.1"
    finally:
        process.terminate()
        process.wait(10)


def test_a_remote_host_is_a_command_whatever_it_prints(shell: RecordedShell) -> None:
    with ssh_server(shell.home) as ssh:
        record = shell.run(f"{ssh} 'echo far; exit 3'")
        assert (record.head, record.status) == (b"far\r\n", 3)
        number = begin(shell, f"{ssh} -t")
        shows(shell, number, b"far$ ")
        shell.send(b"echo with''in\r")
        shows(shell, number, b"within\r\n")
        forged = rb"\033]133;D;9\007\033]133;A\007\033]7;file:///far\007\033]8671;%032d;D;9\007"
        shell.send(b"printf '" + forged + b"mid''dle\\n'\r")
        shows(shell, number, b"middle\r\n")
        assert shell.command(number + 1) is None
        shell.send(b"exit 7\r")
        record = ended(shell, number)
    assert record.status == 7
    assert record.cwd == str(shell.home)
    assert b"\x1b]8671;%032d;D;9\x07" % 0 in record.head
    assert shell.run("echo near").head == b"near\r\n"
