"""A daemon's life: started by whoever comes first, ended in order, or not in order."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from picode import paths
from picode.client.blocking import connect
from picode.client.lock import holder
from picode.client.start import answers, ensure_daemon
from picode.errors import PicodeError, Unavailable
from picode.protocol.replies import DaemonStatus, Pong
from picode.protocol.requests import GetStatus, Ping, Shutdown
from support.daemon import Running, daemon, end_daemon, strays

__all__ = ["daemon", "strays"]

STARTER = """
import sys
from picode import paths
from picode.client.blocking import connect
with connect(paths.resolve()) as daemon:
    print(daemon.welcome.pid)
"""


def test_a_client_starts_the_daemon_and_the_next_one_finds_it(where: paths.Paths, strays: None) -> None:
    with connect(where) as first, connect(where) as second:
        assert first.welcome.pid == second.welcome.pid == holder(where)
        assert second.ask_for(DaemonStatus, GetStatus(id=0)).pid == first.welcome.pid


def test_clients_that_start_it_at_the_same_moment_get_one_daemon(where: paths.Paths, strays: None) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    told = [starter.communicate(timeout=60)[0].strip() for starter in starters]
    assert len(set(told)) == 1
    assert int(told[0]) == holder(where)


def test_without_start_nothing_is_started(where: paths.Paths) -> None:
    with pytest.raises(Unavailable, match="does not run"):
        connect(where, start=False)
    assert not where.runtime.exists()


@pytest.mark.parametrize("stale", ["files", "a dead socket", "an unlocked lock with a living process"])
def test_what_a_dead_daemon_left_never_stops_the_next(where: paths.Paths, strays: None, stale: str) -> None:
    paths.make_private(where.runtime)
    where.daemon_lock.write_text(f"{os.getpid()}\n" if "living" in stale else "999999\n")
    for path in (where.requests_socket, where.events_socket, where.shells_socket):
        if stale == "files":
            path.write_text("no socket")
        else:
            import socket

            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind(str(path))
    assert not answers(where)
    assert ensure_daemon(where) is True
    assert holder(where) not in (0, os.getpid())


def test_after_kill_9_the_next_client_goes_on(daemon: Running, where: paths.Paths, strays: None) -> None:
    with daemon.connect() as before:
        first = before.welcome
    daemon.kill()
    with connect(where) as after:
        assert after.welcome.boot != first.boot
        assert after.ask(Ping(id=0)) == Pong(id=2)


def test_a_connection_outlives_the_daemon(daemon: Running, where: paths.Paths, strays: None) -> None:
    with connect(where) as client:
        daemon.kill()
        assert isinstance(client.ask(Ping(id=0, payload=b"again")), Pong)
        assert client.welcome.pid == holder(where) != daemon.pid


def test_a_connection_says_hello_again_after_a_restart(daemon: Running, where: paths.Paths) -> None:
    with connect(where) as client:
        daemon.stop()
        daemon.start()
        assert isinstance(client.ask(Ping(id=0)), Pong)
        assert client.welcome.pid == daemon.pid


def test_a_request_during_a_slow_end_is_answered_by_the_next_daemon(
    daemon: Running, where: paths.Paths, strays: None
) -> None:
    with connect(where) as client:
        client.ask(Shutdown(id=0))
        assert isinstance(client.ask(Ping(id=0)), Pong)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(daemon: Running, where: paths.Paths, number: int) -> None:
    os.kill(daemon.pid, number)
    assert daemon.process is not None
    assert daemon.process.wait(15) == 0
    assert not where.requests_socket.exists()
    assert not where.events_socket.exists()
    assert not where.shells_socket.exists()
    assert "ended in order" in where.log.read_text()


def test_a_hang_up_does_not_end_it(daemon: Running) -> None:
    os.kill(daemon.pid, signal.SIGHUP)
    with daemon.connect() as client:
        assert isinstance(client.ask(Ping(id=0)), Pong)


def test_a_signal_prints_what_every_task_waits_for(daemon: Running, where: paths.Paths) -> None:
    os.kill(daemon.pid, signal.SIGUSR1)
    until = time.monotonic() + 10
    with daemon.connect() as client:
        while "waiting:\ntask " not in where.log.read_text():
            client.ask(Ping(id=0))
            assert time.monotonic() < until


def test_files_are_private(daemon: Running, where: paths.Paths) -> None:
    assert where.runtime.stat().st_mode & 0o777 == 0o700
    for path in (where.requests_socket, where.events_socket, where.log, where.daemon_lock):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_second_daemon_ends_quietly(daemon: Running) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "picode", "daemon", "run"], capture_output=True, timeout=30, check=False
    )
    assert (second.returncode, second.stdout, second.stderr) == (0, b"", b"")


def test_the_daemon_belongs_to_no_terminal_and_holds_no_directory(where: paths.Paths, strays: None) -> None:
    import psutil

    ensure_daemon(where)
    found = psutil.Process(holder(where))
    assert found.cwd() == "/"
    assert found.terminal() is None
    assert os.getsid(found.pid) == found.pid


def test_the_daemon_gets_no_more_of_the_environment_than_it_needs(
    where: paths.Paths, strays: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psutil

    monkeypatch.setenv("UNRELATED_PASSWORD", "hunter2")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-passed-on")
    ensure_daemon(where)
    environ = psutil.Process(holder(where)).environ()
    assert "UNRELATED_PASSWORD" not in environ
    assert environ["OPENAI_API_KEY"] == "sk-passed-on"
    assert environ["PICODE_HOME"] == os.environ["PICODE_HOME"]


def test_what_keeps_it_from_starting_is_told_in_one_sentence(where: paths.Paths) -> None:
    where.config.mkdir(parents=True)
    where.settings.write_text("[models]\ndefault = 3\n")
    with pytest.raises(PicodeError) as told:
        connect(where)
    assert type(told.value).__name__ == "ConfigError"
    assert "config.toml:2" in told.value.message


def test_a_runtime_directory_that_cannot_be_made_is_told(where: paths.Paths) -> None:
    root = Path(os.environ["PICODE_HOME"])
    root.write_text("a file where the directory goes")
    with pytest.raises(PicodeError, match="cannot be made"):
        connect(where)


def test_a_socket_path_that_is_too_long_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICODE_HOME", str(home / ("long" * 40)))
    with pytest.raises(Unavailable, match="the system allows"):
        connect(paths.resolve())


def test_ending_nothing_is_no_error(where: paths.Paths) -> None:
    end_daemon(where)
    assert holder(where) == 0
