"""`picode last --raw` gives the bytes that a command wrote to its terminal, no more and no less."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ptyshell import SHELLS, RecordedShell, truth
from support.tools import need

CORPUS = [
    "echo plain",
    "true",
    "false",
    "printf 'no newline'",
    "printf '\\033[31mred\\033[0m and \\033[1;4mmore\\033[m\\n'",
    "printf '\\033]0;a title\\007text\\n'",
    "printf '\\033]8;;http://example.org\\033\\\\link\\033]8;;\\033\\\\\\n'",
    "printf '\\033Pq#0;2;0;0;0#0~~\\033\\\\\\n'",
    "printf '\\033]133;A\\007\\033]133;C\\007mid\\033]133;D;9\\007'",
    "printf '\\033]7;file:///elsewhere\\007'",
    "printf '\\033]8671;00000000000000000000000000000000;D;0\\007'",
    "printf '\\033]8671;P;/elsewhere\\007after'",
    "printf '\\033]0;unfinished'",
    "printf '\\033]8671;'",
    "printf '\\033'",
    "printf '\\033[m\\r\\n\\033[0m'",
    "printf '\\033[?1049hwhole screen\\033[?1049lleft behind\\n'",
    "printf '\\000\\001\\377\\376\\200'",
    "printf 'wide 日本 combining e\\314\\201 face 🎉\\n'",
    "printf 'a\\tb\\rc\\bd\\n\\n\\n'",
    "printf '10%%\\r50%%\\r100%%\\n'",
    "ls /nonexistent-directory",
    "sh -c 'echo out; echo err >&2; exit 7'",
    "sh -c 'exit 77'",
    "sh -c 'stty size'",
    "sh -c 'test -t 0 && test -t 1 && test -t 2 && echo terminals'",
    "sh -c 'env | grep -c 8671'",
    "seq 1 3000",
    "seq 1 5 | tail -2",
    "printf '%s\\n' a 'b c' '*' \"d\"",
    "sh -c 'printf \"%05000d\" 7'",
]


@pytest.fixture(scope="module", params=SHELLS)
def shell(request: pytest.FixtureRequest) -> Iterator[RecordedShell]:
    need(request.param)
    with tempfile.TemporaryDirectory(prefix="pc", dir="/tmp") as home:
        driven = RecordedShell(Path(home), request.param).ready()
        yield driven
        driven.hang_up()


@pytest.mark.parametrize("command", CORPUS)
def test_the_record_is_what_the_command_wrote(shell: RecordedShell, command: str) -> None:
    begun = len(shell.seen)
    record = shell.run(command)
    wrote, status = truth(shell.home, shell.kind, command)
    assert record.head + record.tail == wrote
    assert record.status == status
    assert record.command == command
    assert record.cwd == str(shell.home)
    assert wrote in shell.seen[begun:]
    assert b"\x1b]8671;" not in shell.seen[begun:].replace(wrote, b"")


def test_a_flood_keeps_head_and_tail_and_says_what_is_missing(shell: RecordedShell) -> None:
    record = shell.run("seq 1 300000")
    wrote = b"".join(b"%d\r\n" % number for number in range(1, 300001))
    assert record.missing == len(wrote) - len(record.head) - len(record.tail) > 0
    assert record.head == wrote[: len(record.head)]
    assert record.tail == wrote[-len(record.tail) :]


def test_directory_start_and_duration_are_known(shell: RecordedShell, tmp_path: Path) -> None:
    odd = tmp_path / "ä b;c%41'\x01"
    odd.mkdir()
    (tmp_path / "link").symlink_to(odd)
    shell.run(f"cd {tmp_path}/link")
    record = shell.run("sleep 0.05")
    assert record.cwd == f"{tmp_path}/link"
    assert 50 <= record.duration < 5000
    shell.run(f"cd {shell.home}")


def test_what_is_typed_unechoed_is_nowhere(shell: RecordedShell) -> None:
    start = len(shell.seen)
    shell._ran += 1
    shell.send(b"sh -c 'stty -echo; printf ask:; read word; stty echo; echo got'\r")
    shell.wait_for(b"ask:", shell.wait_for(b"\x1b[?2004l", start))
    shell.send(b"hunter2\r")
    shell.until(lambda: (record := shell.command(shell._ran)) is not None and record.status is not None)
    record = shell.command(shell._ran)
    assert record is not None
    assert record.head.endswith(b"ask:got\r\n")
    assert b"hunter2" not in shell.seen


def test_the_secret_is_not_in_the_environment(shell: RecordedShell) -> None:
    record = shell.run("env")
    assert b"SECRET" not in record.head
    assert str(shell.socket).encode() in record.head


def test_picode_last_prints_it_in_three_forms(shell: RecordedShell) -> None:
    shell.run("printf 'a\\033[31mb\\033[0m\\r\\nc'")
    picode = [sys.executable, "-m", "picode", "last"]
    environ = {**os.environ, "PICODE_TERMINAL": str(shell.socket)}

    def told(*options: str) -> bytes:
        return subprocess.run([*picode, *options], env=environ, capture_output=True, check=True).stdout

    assert told() == told("--raw") == b"a\x1b[31mb\x1b[0m\r\r\nc"
    assert told("--text") == b"ab\nc\n"
    known = json.loads(told("--json"))
    assert known["status"] == 0
    assert known["text"] == "ab\nc\n"
    assert subprocess.run([*picode, "-n", "60"], env=environ, capture_output=True).returncode in (0, 66)
