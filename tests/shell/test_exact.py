"""`picode last --raw` gives the bytes that a command wrote to its terminal, no more and no less."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.ptyshell import SHELLS, RecordedShell, shared, truth
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
    "sh -c 'echo a >&2; echo b; echo c >&2; printf d'",
    "sh -c 'for i in 1 2 3; do printf \"\\r%s0%%\" $i; done; echo'",
    "printf '\\033]2;other title\\033\\\\\\033]1;icon\\007'",
    "printf '\\033]52;c;aGk=\\007\\033]9;note\\033\\\\'",
    "printf '\\033]4;1;rgb:00/00/00\\007\\033]104\\007'",
    "printf '\\033[2J\\033[3J\\033[H'",
    "printf '\\033c'",
    "tput clear",
    "tput setaf 1; tput sgr0",
    "printf '\\033[?25l\\033[?25h\\033[?1000h\\033[?1000l'",
    "printf '\\033[?2004l\\033[?2004h\\033[?2004l'",
    "printf '\\033(0lqk\\033(B\\016\\017'",
    "printf '\\033[10;5Hplaced\\033[1A\\033[K\\033[2@x\\033[1P'",
    "printf '\\033_Gf=100;AAAA\\033\\\\\\033^private\\033\\\\'",
    "printf '\\033[38;2;1;2;3mtrue\\033[48;5;9mcolour\\033[0m\\n'",
    "printf '\\342\\202'",
    "printf '\\355\\240\\200\\300\\200\\370'",
    "printf 'a\\0b\\0'",
    "printf '\\007\\v\\f\\177'",
    "printf '%s' '日本語 한국어 e\u0301 \U0001f469\u200d\U0001f467'",
    "printf '\\n\\n\\n'",
    "printf ' '",
    "printf '\\r'",
    "sh -c 'head -c 70000 /dev/zero | tr \"\\0\" y'",
    "sh -c 'head -c 5000 /dev/urandom | od -An -tx1 | head -3 | wc -c'",
    "sh -c 'kill -PIPE $$'",
    "yes | head -3",
    "echo one; echo two",
    "true && echo yes",
    "false || echo no",
    "echo a | tr a b | cat",
    "sh -c '(echo sub; (echo deeper))'",
    "env -i /bin/sh -c 'echo bare'",
    "setsid -w sh -c 'echo new session'",
    "nohup echo hup",
    "script -qec 'printf inner; stty size' /dev/null",
    "bash --norc -c 'echo nested; exit 4'",
    "sh -c 'printf Password:; exit 1'",
    "stty -a | head -1",
    "ls / /nonexistent 2>&1 | tail -1",
    'echo "quoted ; semi & amp | pipe"',
    "echo trailing   spaces   ",
    "sh -c 'echo \"\\$HOME\"' > /dev/null",
    "sh -c 'trap \"echo ended\" EXIT; echo body'",
    "sh -c 'sleep 0.05; echo later'",
    "printf '\\033]8;id=1;file:///tmp\\007a\\033]8;;\\007'",
    "printf '\\033]1337;File=inline=1:AAAA\\007'",
    "printf '\\033[>1u\\033[<u\\033[?2026hsync\\033[?2026l'",
    "printf '\\033P1$r0m\\033\\\\\\033P+q544e\\033\\\\'",
    "printf '\\23331mC1\\2330m \\302\\23331m'",
    "printf '\\0337saved\\0338\\033#8\\033[!p'",
    "printf '\\033[?1047halt\\033[?1047lleft\\n'",
    "printf '\\033[?47halt\\033[?47lleft\\n'",
    "printf '\\033]133;A;cl=m\\007\\033]133;P;k=s\\007\\033]133;B\\007'",
    "printf '\\033]133;C\\033\\\\x\\033]133;D\\033\\\\'",
    "printf '\\033]633;A\\007\\033]633;E;rm\\007\\033]633;D;1\\007'",
    "printf '\\033]8671;E\\007'",
    "printf '\\033]8671;00000000000000000000000000000000;H\\007x\\033]8671;00000000000000000000000000000000;E\\007'",
    "printf '\\033]8671;00000000000000000000000000000000;K;send;\\007'",
    "printf '\\033]8671;0000000000000000'",
    "python3 -c 'print(chr(27) + \"]8671;\" * 5000)'",
    "python3 -c 'print((chr(27) + \"]8671;\") * 3000, end=chr(27))'",
    "sh -c 'for i in $(seq 1 60); do printf \"\\r%3d%% [%-20s]\" $i ===; done; echo'",
    "seq 1 100000 | tail -c 100",
    "head -c 300000 /dev/zero | tr '\\0' '\\n' | wc -l",
    "sh -c 'exit 255'",
    "sh -c 'sleep 0.05 & wait; echo waited'",
    "pwd",
    "sh -c 'cd / && pwd'",
    "zsh -fc 'print inner; exit 2'",
    "fish --no-config -c 'echo inner; exit 2'",
    "bash -c 'bash -c \"echo deep; exit 5\"'",
    "timeout 5 echo in time",
    "timeout 0.05 sleep 5",
    "xargs echo none </dev/null",
    'awk \'BEGIN { printf "%c%s\\n", 27, "[1mbold" }\'',
    "python3 -c 'import sys; sys.stderr.write(\"e\\n\"); print(1)'",
    "python3 -c 'raise SystemExit(9)'",
    "tput cup 3 4; tput el; tput ed",
    "sh -c 'tput smcup; echo screen; tput rmcup; echo left'",
    "clear",
    "tput reset",
    "sh -c 'echo to the terminal >/dev/tty'",
    "sh -c 'stty raw; printf \"a\\nb\\n\"; stty cooked'",
    "dd if=/dev/zero bs=1000 count=2 status=none | od -c | head -1",
]


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


ODD = {
    "bash": [
        "cat <<END\nhere\nEND",
        "for i in 1 2; do\necho $i\ndone",
        "f() { echo in f; return 9; }; f",
        "alias greet='echo hello'",
        "greet",
        "(exit 6)",
        "echo # comment",
        "echo $'a\\tb' \"$((6*7))\"",
        "cat <<< word",
        "{ echo grouped; echo err >&2; }",
        "time true 2>/dev/null",
        "[[ a == b ]]",
        "set -o noglob; echo *; set +o noglob",
        "no_such_command_at_all",
        "(echo sub; exit 3) | cat; echo ${PIPESTATUS[0]}",
    ],
    "zsh": [
        "cat <<END\nhere\nEND",
        "for i in 1 2; do\necho $i\ndone",
        "f() { echo in f; return 9; }; f",
        "(exit 6)",
        "print -P '%F{red}red%f'",
        "cat <<< word",
        "{ echo grouped; echo err >&2; }",
        "[[ a == b ]]",
        "no_such_command_at_all",
        "repeat 3 echo again",
        "echo =(echo x) | wc -l",
        "false | true; echo $pipestatus",
    ],
    "fish": [
        "for i in 1 2\necho $i\nend",
        "function f; echo in f; return 9; end; f",
        "begin; echo grouped; echo err >&2; end",
        "if true\necho yes\nend",
        "echo (math 6 x 7)",
        "string repeat -n 3 ab",
        "set_color red; echo red; set_color normal",
        "not true",
        "echo a | while read l; echo got $l; end",
        "false | true; echo $pipestatus",
    ],
}


@pytest.mark.parametrize("number", range(max(map(len, ODD.values()))))
def test_the_shells_own_language_is_as_exact(shell: RecordedShell, number: int) -> None:
    if number >= len(ODD[shell.kind]):
        pytest.skip("this shell's list is shorter")
    command = ODD[shell.kind][number]
    if "greet" in command:
        assert shell.run(command).head == (b"hello\r\n" if command == "greet" else b"")
        return
    pasted = f"\x1b[200~{command}\x1b[201~" if "\n" in command else command
    record = shell.run(pasted)
    wrote, status = truth(shell.home, shell.kind, command)
    named = wrote.replace(b"bash: line 1: ", b"bash: ").replace(b"zsh:1: ", b"zsh: ")
    assert record.head + record.tail == named
    assert record.status == status
    # bash's history has a loop on one line
    loop = shell.kind == "bash" and command.startswith("for ")
    assert record.command == (command.replace("do\n", "do ").replace("\n", "; ") if loop else command)


PROMPTED = b"\x1b[?2004h"
"""Each of the three shells turns bracketed paste on when it is ready for a line."""


def _until_prompt(shell: RecordedShell, typed: bytes) -> None:
    """What is typed before the next prompt may be thrown away."""
    seen = len(shell.seen)
    shell.send(typed)
    shell.until(lambda: PROMPTED in shell.seen[seen:])


def test_what_is_no_command_leaves_no_record(shell: RecordedShell) -> None:
    record = shell.run("echo before")
    for line in (b"\r", b"# only a comment\r"):
        _until_prompt(shell, line)
    shell.send(b"typed and left")
    shell.send(b"\x15")  # takes the line away in each of them; not every Ctrl-C ends in a prompt to wait for
    after = shell.run_next("echo after")
    assert after.head == b"after\r\n"
    assert after.number - record.number <= 2


def test_history_expansion_is_recorded_as_what_ran(shell: RecordedShell) -> None:
    if shell.kind == "fish":
        pytest.skip("fish has none")
    shell.run("echo expanded")
    record = shell.run("!!")
    assert (record.command, record.head.rpartition(b"expanded")[1]) == ("echo expanded", b"expanded")


def test_output_of_a_background_job_belongs_to_whoever_runs_when_it_comes(shell: RecordedShell) -> None:
    go = shell.home / "go"
    background = f"sh -c 'while ! test -e {go}; do sleep 0.02; done; echo from-the-job' &"
    first = shell.run(background)
    assert b"from-the-job" not in first.head
    record = shell.run(f"touch {go}; sleep 0.5")
    assert b"from-the-job\r\n" in record.head
    assert shell.run("wait").status == 0


def test_interrupted_stopped_and_continued_commands_have_their_status(shell: RecordedShell) -> None:
    def running(command: str) -> int:
        shell._ran += 1
        start = len(shell.seen)
        shell.send(command.encode() + b"\r")
        shell.wait_for(b"running\r\n", start)
        return shell._ran

    def ended(number: int) -> int | None:
        shell.until(lambda: (found := shell.command(number)) is not None and found.status is not None)
        found = shell.command(number)
        assert found is not None
        return found.status

    number = running('python3 -c \'import time; print("runn" + "ing", flush=True); time.sleep(60)\'')
    shell.send(b"\x03")
    assert ended(number) in (130, 1)
    number = running(
        'python3 -c \'import time; print("runn" + "ing", flush=True); time.sleep(1); print("done")\''
    )
    shell.send(b"\x1a")
    # fish leaves the status as it was before when a job stops
    assert ended(number) in (148, 130)
    record = shell.run("fg")
    assert record.status == 0
    assert record.head.endswith(b"done\r\n")


def test_a_resize_in_the_middle_of_a_command_is_the_programs_own_business(shell: RecordedShell) -> None:
    shell._ran += 1
    start = len(shell.seen)
    shell.send(b"sh -c 'stty size; read x; stty size'\r")
    shell.wait_for(b"24 80\r\n", start)
    shell.resize(120, 40)
    shell.send(b"\r")
    shell.wait_for(b"40 120\r\n", start)
    shell.until(lambda: (found := shell.command(shell._ran)) is not None and found.status == 0)
    record = shell.command(shell._ran)
    assert record is not None
    assert record.head == b"24 80\r\n\r\n40 120\r\n"
    shell.resize(80, 24)


def test_a_full_screen_program_is_recorded_byte_for_byte(shell: RecordedShell) -> None:
    less = need("less")
    (shell.home / "file").write_text("".join(f"line {n}\n" for n in range(200)))
    shell._ran += 1
    start = len(shell.seen)
    shell.send(f"{less} {shell.home}/file\r".encode())
    shell.wait_for(b"line 20", start)
    shell.send(b"q")
    shell.until(lambda: (found := shell.command(shell._ran)) is not None and found.status == 0)
    record = shell.command(shell._ran)
    assert record is not None
    shell.until(lambda: record.head in shell.seen[start:])
    assert b"line 20" in record.head


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
    record = shell.run("sleep 0.3")
    assert record.cwd == f"{tmp_path}/link"
    # on a busy machine the mark of its beginning is read late
    assert 100 <= record.duration < 30_000
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
