"""Signals, suspension, ends and missing things: the shell under the recorder behaves as it would without."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from support.ptyshell import SHELLS, WAITS, RecordedShell, environment, write_start_file
from support.small_disk import small_disk
from support.tools import need


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_shell_that_dies_of_a_signal_ends_the_recorder_the_same_way(home: Path, number: int) -> None:
    shell = RecordedShell(home, "bash").ready()
    shell.send(b"trap - TERM HUP; kill -%d $$\r" % number)
    if number == signal.SIGTERM:
        # an interactive shell ignores it
        shell.run("true")
        shell.send(b"exit 143\r")
        assert os.waitstatus_to_exitcode(shell.ended()) == 143
    else:
        status = shell.ended()
        assert os.WIFSIGNALED(status)
        assert os.WTERMSIG(status) == number
    assert not shell.socket.exists()
    shell.hang_up()


def test_signals_sent_to_the_terminals_process_reach_the_shell(home: Path) -> None:
    shell = RecordedShell(home, "bash").ready()
    try:
        shell.run("trap 'echo got''usr1' USR1")
        os.kill(shell.pid, signal.SIGUSR1)

        def told() -> bool:
            # bash looks at its signals when a line is entered; this one may come after the first
            shell.send(b"\r")
            shell.read(0.2)
            return b"gotusr1" in shell.seen

        shell.until(told, 30)
    finally:
        shell.hang_up()


def test_suspend_stops_the_recorder_too_and_both_go_on(home: Path) -> None:
    shell = RecordedShell(home, "bash").ready()
    try:
        shell.run("echo before")
        shell.send(b"suspend -f\r")
        shell.until(lambda: psutil.Process(shell.pid).status() == psutil.STATUS_STOPPED)
        os.kill(shell.pid, signal.SIGCONT)
        shell.read(0.2)
        start = len(shell.seen)
        shell.send(b"echo af''ter\r")
        shell.wait_for(b"after\r\n", start)
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_the_recorder_killed_closes_the_terminal_and_its_shell(home: Path, kind: str) -> None:
    need(kind)
    shell = RecordedShell(home, kind).ready()
    (child,) = psutil.Process(shell.pid).children()
    os.kill(shell.pid, signal.SIGKILL)
    assert os.WTERMSIG(shell.ended()) == signal.SIGKILL
    _, alive = psutil.wait_procs([child], timeout=5)
    assert alive == []
    shell.hang_up()


def test_a_runtime_directory_that_goes_and_one_that_cannot_be_made_cost_no_shell(home: Path) -> None:
    shell = RecordedShell(home, "bash").ready()
    shutil.rmtree(home / "p")
    shell.send(b"echo go''es on\r")
    shell.wait_for(b"goes on\r\n")
    shell.hang_up()
    (home / "p").write_text("a file where the directory should be")
    shell = RecordedShell(home, "bash")
    shell.wait_for(WAITS)
    shell.read(0.5)
    shell.send(b"echo wor''ks\r")
    shell.wait_for(b"works\r\n")
    assert shell.seen.count(b"picode:") <= 1
    shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_without_a_home_there_is_a_shell(home: Path, kind: str) -> None:
    need(kind)
    shell = RecordedShell(home, kind, HOME="", XDG_RUNTIME_DIR=str(home))
    try:
        shell.until(lambda: len(shell.seen) > 0)
        shell.read(0.5)
        shell.send(b"echo wor''ks\r")
        shell.wait_for(b"works")
    finally:
        shell.hang_up()


# fish waits for ever without a recorder, too
@pytest.mark.parametrize("kind", ["bash", "zsh"])
def test_a_full_disk_does_not_stop_a_shell(home: Path, kind: str) -> None:
    """No file may grow: sockets can still be made, nothing can be written."""
    need(kind)
    shell = RecordedShell(home, kind, argv=["sh", "-c", f"ulimit -f 0; exec {kind}"], HISTFILE="/dev/null")
    try:
        shell.until(lambda: WAITS in shell.seen)
        shell.send(b"echo wor''ks\r")
        shell.wait_for(b"works\r\n")
    finally:
        shell.hang_up()


@pytest.mark.parametrize("kind", SHELLS)
def test_a_disk_that_is_really_full_does_not_stop_a_shell(home: Path, kind: str) -> None:
    """Home, history, PiCode's files and its sockets are on it. A socket needs no room there, so it is recorded, too."""
    need(kind)
    write_start_file(home, kind)
    kept = [(path.relative_to(home), path.read_bytes()) for path in home.rglob("*") if path.is_file()]
    with small_disk(home) as (fill, _):
        for name, content in kept:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(content)
        (home / "p" / "run" / "terminals").mkdir(mode=0o700, parents=True)
        (home / "p" / "run").chmod(0o700)
        fill()
        shell = RecordedShell(home, kind, start_file=False)
        try:
            shell.until(lambda: WAITS in shell.seen)
            assert shell.run("echo wor''ks").head == b"works\r\n"
            assert b"icode" not in shell.seen
        finally:
            shell.hang_up()


def test_a_dumb_terminal_gets_a_plain_shell_and_one_line(home: Path) -> None:
    shell = RecordedShell(home, "bash", TERM="dumb")
    try:
        shell.wait_for(b'this shell is not recorded: the terminal is "dumb".')
        shell.send(b"echo wor''ks\r")
        shell.wait_for(b"works")
        assert not shell.socket.exists()
    finally:
        shell.hang_up()


def test_a_shell_in_tmux_inside_a_recorded_shell_has_a_recorder_of_its_own(home: Path) -> None:
    tmux = need("tmux")
    shell = RecordedShell(home, "bash").ready()
    terminals = home / "p" / "run" / "terminals"
    try:
        shell.send(f"{tmux} -f /dev/null -S {home}/tmux new-session bash\r".encode())
        shell.until(lambda: len(list(terminals.iterdir())) == 2)
        shell.send(b"echo in''side\r")
        shell.wait_for(b"inside")
    finally:
        subprocess.run(
            [tmux, "-S", f"{home}/tmux", "kill-server"], env=environment(home, "bash"), check=False
        )
        shell.hang_up()


@pytest.mark.timeout(240)
def test_a_hundred_shells_leave_no_process_no_socket_and_no_file(home: Path) -> None:
    first = RecordedShell(home, "bash").ready()
    first.hang_up()
    files = len(os.listdir("/proc/self/fd"))
    for number in range(20):
        group = [RecordedShell(home, "bash", start_file=False) for _ in range(5)]
        for shell in group:
            shell.wait_for(WAITS)
        family = [process for shell in group for process in psutil.Process(shell.pid).children()]
        for shell in group:
            if number % 2:
                shell.send(b"exit\r")
                shell.ended()
            shell.hang_up()
        _, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []
    assert len(os.listdir("/proc/self/fd")) == files
    limit = time.monotonic() + 5
    while (left := list((home / "p" / "run" / "terminals").iterdir())) and time.monotonic() < limit:
        os.sched_yield()
    assert left == []
