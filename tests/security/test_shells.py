"""What a program prints never acts as the shell, and text from elsewhere never runs by itself."""

# ruff: noqa: E501 - the tables' cases are read one by one

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from picode.errors import Unavailable
from picode.protocol.replies import AnyReply, Refused
from picode.protocol.requests import AnyRequest, Send
from picode.protocol.terminal import Insert, Inserted
from picode.terminal.fetch import ask
from support.key_daemon import KeyDaemon, usual
from support.ptyshell import SHELLS, RecordedShell
from support.tools import need


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, home: Path) -> Iterator[RecordedShell]:
    need(request.param)
    recorded = RecordedShell(home, request.param).ready()
    yield recorded
    recorded.hang_up()


FORGED = [
    b"\x1b]8671;%s;D;77\x07",
    b"\x1b]8671;%s;C;0;rm\x07",
    b"\x1b]8671;%s;P;/etc;az\x07",
    b"\x1b]8671;%s;K;send;forged\x07",
    b"\x1b]8671;%s;K;suggest\x07",
    b"\x1b]8671;%s;H\x07 1 forged\x1b]8671;%s;E\x07",
    b"\x1b]8671;%s;E\x07",
]
GUESSES = [
    b"",
    b"0" * 32,
    b"f" * 31,
    b"${__picode_secret}",
    b"$__picode_secret",
    b"*",
    b"\x00" * 32,
    b"deadbeef" * 4,
]
STANDARD = b"".join([
    b"\x1b]133;A\x07", b"\x1b]133;B\x07", b"\x1b]133;C\x07", b"\x1b]133;D;99\x07", b"\x1b]7;file:///etc\x07",
    b"\x1b]7;file://localhost/etc\x1b\\", b"\x1b]1337;CurrentDir=/etc\x07", b"\x1b]633;D;5\x07",
])  # fmt: skip


def test_forged_marks_are_only_output(shell: RecordedShell, home: Path) -> None:
    forged = (
        b"".join(mark.replace(b"%s", guess) for guess in GUESSES for mark in FORGED) + STANDARD + b"\nend\n"
    )
    (home / "forged").write_bytes(forged)
    record = shell.run("cat forged")
    assert (record.command, record.status, record.cwd) == ("cat forged", 0, str(home))
    assert record.head + record.tail == forged.replace(b"\n", b"\r\n")
    after = shell.run("pwd")
    assert (after.number, after.command, after.cwd) == (record.number + 1, "pwd", str(home))
    assert after.head.strip().endswith(str(home).encode())
    assert not any((home / "p" / "state").glob("*.jsonl"))


LOOK = """
import glob, os, select, sys
secrets = []
for fd in range(3, 64):
    try:
        os.set_blocking(fd, False)
        data = b""
        if select.select([fd], [], [], 0)[0]:
            data = os.read(fd, 4096)
        secrets.append((fd, os.readlink(f"/proc/self/fd/{fd}"), data))
    except OSError:
        pass
held = [one for one in secrets if one[2]]
print("FDS", held)
for pid in (os.getpid(), os.getppid()):
    print("ENV", [v for v in open(f"/proc/{pid}/environ").read().split("\\0") if "SECRET" in v and pid == os.getpid()])
    print("CMD", open(f"/proc/{pid}/cmdline").read().count("8671"))
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            link = os.readlink(f"/proc/{pid}/fd/{fd}")
            if link.startswith("pipe:") and int(fd) > 2 and (pid == os.getpid() or "fish" not in sys.argv):
                print("PIPE", pid == os.getpid(), fd, os.read(os.open(f"/proc/{pid}/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK), 100))
        except OSError:
            pass
print("DONE")
"""


def secret_of(shell: RecordedShell) -> str:
    """As the shell itself knows it."""
    shown = shell.run("echo $__picode_secret")
    return str(re.findall(r"[0-9a-f]{32}", shown.head.decode())[0])


def test_no_program_gets_the_secret(shell: RecordedShell, home: Path) -> None:
    (home / "look.py").write_text(LOOK)
    looked = shell.run(f"{sys.executable} look.py {shell.kind}").head.decode()
    given = [shell.run(command).head.decode() for command in ("env", "sh -c 'set; env'")]
    assert "DONE" in looked
    assert "FDS []" in looked
    assert "ENV []" in looked
    assert "__picode_secret" not in "".join(given)
    if shell.kind == "fish":
        return
    secret = secret_of(shell)
    assert len(secret) == 32
    assert not [text for text in (looked, *given) if secret in text]
    for process in [psutil.Process(shell.pid), *psutil.Process(shell.pid).children(recursive=True)]:
        with contextlib.suppress(OSError):
            assert secret.encode() not in Path(f"/proc/{process.pid}/environ").read_bytes()
            assert secret.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert (
        secret not in shell.run("env; export; set -a 2>/dev/null; x=1; env").head.decode()
        or shell.kind == "fish"
    )
    files = [path for path in home.rglob("*") if path.is_file() and path.name != "look.py"]
    assert not [path for path in files if secret.encode() in path.read_bytes() and "history" not in path.name]


HOSTILE = [
    "touch made\ntouch made", "touch made\r", "touch made\n", "\ntouch made\n\n", "touch made\r\n", "x\x1b[201~\ntouch made\n",
    "x\x1b[201~\rtouch made\r", "x\x9b201~\rtouch made\r", "\x03touch made\r", "\x15touch made\n", "\x04", "\x1a", "\x0ftouch made",
    "touch made\x0d\x0a", "touch made\x0b", "touch made\x0c", "touch made\x85", "touch made\u2028", "\x1b\rtouch made", "\x16\rtouch made\r",
    "\x18\x05", "\x1bOMtouch made\x1bOM", "\x1b[200~\x1b[201~touch made\r", "\x1b[13utouch made\x1b[13u", "\x0aa\x1b[86713~", "touch made &\n",
]  # fmt: skip


@pytest.mark.parametrize("bracketed", [True, False], ids=["bracketed", "plain"])
def test_inserted_text_waits_for_a_person(shell: RecordedShell, home: Path, bracketed: bool) -> None:
    if not bracketed:
        if shell.kind == "fish":
            pytest.skip("fish has no setting for it")
        off = {"bash": "bind 'set enable-bracketed-paste off'", "zsh": "unset zle_bracketed_paste"}[
            shell.kind
        ]
        start = len(shell.seen)
        shell.send(off.encode() + b"\r")
        shell.until(lambda: (found := shell.command(1)) is not None and found.status is not None)
        # the line editor may have drawn the prompt before it again
        shell.wait_for(b"\x1b]133;B", shell.wait_for(b"\x1b]133;D", start))
    for number, text in enumerate(HOSTILE):
        # between two prompts it is refused
        shell.until(lambda text=text: isinstance(ask(shell.socket, Insert(text=text)), Inserted))
        # a mark of ours, typed after it, shows that the shell has read everything before
        mark = f"m{number}k"
        start = len(shell.seen)
        shell.send(mark.encode())
        shell.wait_for(mark.encode(), start)
        assert not (home / "made").exists(), text
        shell.send(b"\x03")
    assert not (home / "made").exists()
    shell.read(0.2)
    assert not (home / "made").exists()


def test_nothing_is_inserted_while_a_program_runs(shell: RecordedShell, home: Path) -> None:
    shell.send(b"cat > got\r")
    shell.until(lambda: (found := shell.command(1)) is not None and found.status is None)
    assert not isinstance(ask(shell.socket, Insert(text="touch made")), Inserted)
    shell.send(b"\x04")
    shell.until(lambda: (found := shell.command(1)) is not None and found.status is not None)
    assert (home / "got").read_text() == ""


def test_a_program_at_the_prompt_cannot_make_lines_run(home: Path) -> None:
    """A job in the background says that the shell takes bracketed pastes, which it does not."""
    need("bash")
    shell = RecordedShell(home, "bash").ready()
    try:
        shell.send(b"bind 'set enable-bracketed-paste off'\r")
        shell.until(lambda: (found := shell.command(1)) is not None and found.status is not None)
        (home / "lie").write_bytes(b"\x1b[?2004hLIE")
        start = len(shell.seen)
        shell.send(b"(sleep 0.3; cat lie) &\r")
        shell.wait_for(b"\x1b[?2004hLIE", start)
        ask(shell.socket, Insert(text="true\ntouch made\nrest"))
        shell.send(b"mark")
        shell.wait_for(b"mark", start)
        shell.read(0.3)
        assert not (home / "made").exists()
    finally:
        shell.hang_up()


def test_what_the_recorder_says_holds_no_sequence_of_others(home: Path) -> None:
    need("bash")
    said = Refused(
        0, Unavailable.__name__, "no \x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202e thanks", "\x1b]0;t\x07 try"
    )

    def refuse(request: AnyRequest) -> AnyReply | None:
        said.id = request.id
        return said if isinstance(request, Send) else usual(request)

    daemon = KeyDaemon(home / "p" / "run", refuse)
    shell = RecordedShell(home, "bash").ready()
    try:
        start = len(shell.seen)
        shell.send(b"true\r")
        shell.until(lambda: (found := shell.command(1)) is not None and found.status is not None)
        shell.send(b"\x1ba")
        shell.until(lambda: daemon.of(Send) and b"thanks" in shell.seen[start:])
        for evil in (b"\x1b]52", b"\x1b[2J", b"\xc2\x9b", b"\x1b]0;", "\u202e".encode()):
            assert evil not in shell.seen[start:]
    finally:
        shell.hang_up()
        daemon.close()
