"""Whatever is wrong, the user gets a shell; and a shell that nobody sees gets nothing."""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import psutil
import pytest

import picode
from support.ptyshell import SHELLS, START_FILE, WAITS, RecordedShell, environment, write_start_file
from support.tools import need


@pytest.mark.parametrize("kind", SHELLS)
def test_a_shell_that_is_not_interactive_prints_nothing(home: Path, kind: str) -> None:
    write_start_file(home, kind)
    script = home / f"picode.{kind}"
    options = {"bash": ["--noprofile", "--norc", "-eu", "-o", "pipefail"], "zsh": ["-f", "-eu"], "fish": []}[
        kind
    ]
    ran = subprocess.run(
        [need(kind), *options, "-c", f". {script}; echo done"],
        env=environment(home, kind, ZELLIJ="0"), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (ran.stdout, ran.stderr) == ("done\n", "")


@pytest.mark.parametrize("kind", SHELLS)
def test_without_its_interpreter_the_shell_is_plain_and_says_why(home: Path, kind: str) -> None:
    need(kind)
    write_start_file(home, kind, python="/nonexistent/bin/python")
    shell = RecordedShell(home, kind, start_file=False)
    try:
        end = shell.wait_for(b"is gone. Run")
        shell.wait_for(WAITS)
        shell.send(b"echo works\r")
        shell.wait_for(b"works\r\n", end)
        assert not shell.socket.exists()
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_a_recorder_that_fails_at_once_becomes_the_plain_shell(home: Path, kind: str) -> None:
    need(kind)
    write_start_file(home, kind)
    package = home / "broken" / "picode" / "terminal"
    package.mkdir(parents=True)
    start = Path(__file__).parents[2] / "daemon" / "picode" / "terminal" / "start.py"
    (package / "start.py").write_text(start.read_text())
    generated = home / f"picode.{kind}"
    lines = generated.read_text().split("\n")
    lines[2] = lines[2].replace(str(start.parents[1]), str(package.parent))
    generated.write_text("\n".join(lines))
    shell = RecordedShell(home, kind, start_file=False)
    try:
        shell.wait_for(b"picode: this shell is not recorded: ")
        shell.send(b"echo wor''ks\r")
        shell.wait_for(b"works\r\n")
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_an_environment_that_goes_under_a_running_shell_costs_the_shell_nothing(
    home: Path, kind: str
) -> None:
    """An upgraded Python, or a virtual environment that was deleted: what is loaded stays, what is not fails."""
    need(kind)
    venv = home / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(os.path.realpath(sys.executable))
    (venv / "pyvenv.cfg").write_text(f"home = {os.path.dirname(os.path.realpath(sys.executable))}\n")
    library = venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library.mkdir(parents=True)
    (library / "site-packages").symlink_to(sysconfig.get_path("purelib"))
    package = venv / "lib" / "picode"
    shutil.copytree(Path(picode.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    write_start_file(home, kind, python=str(venv / "bin" / "python"))
    generated = home / f"picode.{kind}"
    generated.write_text(generated.read_text().replace(str(Path(picode.__file__).parent), str(package)))
    shell = RecordedShell(home, kind, start_file=False).ready()
    try:
        shell.run("echo before")
        shutil.rmtree(venv)
        assert shell.run("echo after").head == b"after\r\n"
        shell.send(b"\x1ba")
        shell.until(lambda: b"picode: " in shell.seen, 30)
        assert shell.run("echo still").head == b"still\r\n"
        assert shell.seen.count(b"picode: ") == 1
        shell.send(b"exit 6\r")
        assert os.waitstatus_to_exitcode(shell.ended()) == 6
        plain = RecordedShell(home, kind, start_file=False)
        plain.wait_for(b"is gone. Run")
        plain.wait_for(WAITS)
        plain.hang_up()
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_a_login_shell_has_one_recorder_and_stays_a_login_shell(home: Path, kind: str) -> None:
    need(kind)
    write_start_file(home, kind)
    (home / ".bash_profile").write_text(f". {home}/picode.bash\n. {home}/.bashrc\n")
    shell = RecordedShell(home, kind, start_file=False, argv=[kind, "-l"]).ready()
    try:
        asked = {
            "bash": "shopt -q login_shell && echo yes",
            "zsh": "[[ -o login ]] && echo yes",
            "fish": "status is-login && echo yes",
        }
        assert shell.run(asked[kind]).head == b"yes\r\n"
        assert list((home / "p" / "run" / "terminals").iterdir()) == [shell.socket]
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_a_start_file_read_again_in_a_running_shell_starts_no_second_recorder(home: Path, kind: str) -> None:
    need(kind)
    shell = RecordedShell(home, kind).ready()
    try:
        for _ in range(2):
            shell.run(f". {home / START_FILE[kind]}")
        assert shell.run("sh -c 'exit 3'").status == 3
        assert shell.run("echo one").head == b"one\r\n"
        assert list((home / "p" / "run" / "terminals").iterdir()) == [shell.socket]
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_a_recorder_that_fails_once_the_shell_runs_becomes_the_plain_shell(home: Path, kind: str) -> None:
    need(kind)
    write_start_file(home, kind)
    package = home / "broken" / "picode"
    shutil.copytree(Path(picode.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "terminal" / "recording.py").write_text("import nothing_of_this_name\n")
    generated = home / f"picode.{kind}"
    generated.write_text(generated.read_text().replace(str(Path(picode.__file__).parent), str(package)))
    shell = RecordedShell(home, kind, start_file=False)
    try:
        shell.wait_for(b"picode: this shell is not recorded: ")
        shell.send(b"echo wor''ks\r")
        shell.wait_for(b"works\r\n")
        assert b"Traceback" not in shell.seen
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_the_exit_status_passes_through(home: Path, kind: str) -> None:
    need(kind)
    shell = RecordedShell(home, kind).ready()
    shell.send(b"exit 5\r")
    assert os.waitstatus_to_exitcode(shell.ended()) == 5
    assert not shell.socket.exists()
    shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_one_recorder_when_sourced_twice_and_in_a_nested_shell(home: Path, kind: str) -> None:
    need(kind)
    write_start_file(home, kind, before=f". {home}/picode.{kind}")
    shell = RecordedShell(home, kind, start_file=False).ready()
    try:
        shell.send(kind.encode() + b"\r")
        shell.wait_for(WAITS, shell.wait_for(b"\x1b]133;C", 0))
        shell.send(b"echo nes''ted\r")
        shell.wait_for(b"nested\r\n")
        sockets = list((home / "p" / "run" / "terminals").iterdir())
        assert sockets == [shell.socket]
    finally:
        shell.hang_up()


def test_the_window_size_passes_through(home: Path) -> None:
    shell = RecordedShell(home, "bash", columns=100, rows=30).ready()
    try:
        assert shell.run("stty size").head == b"30 100\r\n"
        shell.resize(61, 17)
        assert shell.run("stty size").head == b"17 61\r\n"
    finally:
        shell.hang_up()


def test_interrupt_and_stop_keys_pass_through(home: Path) -> None:
    shell = RecordedShell(home, "bash").ready()
    try:
        shell.send(b"sleep 60\r")
        shell.wait_for(b"\x1b]133;C")
        shell.read(0.2)
        shell.send(b"\x03")
        shell.until(lambda: (record := shell.command(1)) is not None and record.status == 130)
        shell.send(b"sleep 60\r")
        shell.wait_for(b"\x1b]133;C", len(shell.seen))
        shell.read(0.2)
        shell.send(b"\x1a")
        shell.until(lambda: (record := shell.command(2)) is not None and record.status == 148)
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
@pytest.mark.parametrize("how", ["hang up", "kill"])
def test_nothing_is_left_when_the_terminal_goes(home: Path, how: str, kind: str) -> None:
    need(kind)
    shell = RecordedShell(home, kind).ready()
    shell.run("sleep 300 &")
    family = psutil.Process(shell.pid).children(recursive=True)
    assert family
    if how == "kill":
        os.kill(shell.pid, signal.SIGKILL)
    shell.hang_up()
    _, alive = psutil.wait_procs(family[:1], timeout=5)
    for process in family[1:]:
        process.kill() if process.is_running() else None
    assert alive == []


def test_jobs_left_behind_do_not_hold_the_terminal(home: Path) -> None:
    shell = RecordedShell(home, "bash").ready()
    shell.run("setsid sleep 20 & disown")
    shell.send(b"exit\r")
    shell.ended(timeout=5)
    shell.hang_up()
    subprocess.run([sys.executable, "-c", "pass"], check=True)


@pytest.mark.parametrize(
    "options", ["set -eu", "set -o vi", "set -a", "shopt -u promptvars", "export PS1='$ '"]
)
def test_bash_options_do_not_break_it(home: Path, options: str) -> None:
    write_start_file(home, "bash", before=options, after="PS1='$ '")
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        assert shell.run("echo one").head == b"one\r\n"
        environ = shell.run("env").head
        assert b"__picode_secret=" not in environ
        assert not re.search(rb"8671;[0-9a-f]{32}", environ)
    finally:
        shell.hang_up()


def test_a_start_file_that_overwrites_the_hooks_is_healed(home: Path) -> None:
    write_start_file(home, "bash", after="PROMPT_COMMAND='true'; PS1='$ '")
    shell = RecordedShell(home, "bash", start_file=False).ready()
    try:
        # the directory is told when the hooks are back
        shell.wait_for(b"\x1b]7;file://")
        assert shell.run("echo one").head == b"one\r\n"
    finally:
        shell.hang_up()
