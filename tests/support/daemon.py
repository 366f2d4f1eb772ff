"""A real daemon in the test's own PICODE_HOME, as a child of the test; ended and collected afterwards."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from picode.client.blocking import Connection, connect
from picode.client.lock import holder

READY_WITHIN = 60 if "CI" in os.environ else 20
ENDED_WITHIN = 30


class Running:
    """A daemon process; `start` again after `kill` or `stop`."""

    def __init__(self, where: paths.Paths, environ: dict[str, str] | None = None) -> None:
        self.where, self.environ = where, environ or {}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> "Running":
        """Wait until it answers."""
        read, write = os.pipe()
        command = [sys.executable, "-P", "-m", "picode", "daemon", "run", "--ready-fd", str(write)]
        self.process = subprocess.Popen(
            command, env={**os.environ, **self.environ}, cwd="/", stdin=subprocess.DEVNULL, pass_fds=(write,)
        )
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            readable, _, _ = select.select([pipe], [], [], READY_WITHIN)
            told = pipe.readline() if readable else b"(nothing)"
        assert told == b"ready\n", told
        return self

    def connect(self, client: str = "script") -> Connection:
        return connect(self.where, client, start=False)

    def kill(self) -> None:
        """As `kill -9` does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(ENDED_WITHIN)

    def stop(self) -> int:
        """End it in order: its exit code."""
        if self.process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(ENDED_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@pytest.fixture
def daemon(where: paths.Paths) -> Iterator[Running]:
    """A daemon that runs, in this test's own directories."""
    running = Running(where).start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def strays(where: paths.Paths) -> Iterator[None]:
    """Ends a daemon that a client started by itself: it is nobody's child."""
    yield
    end_daemon(where)


def end_daemon(where: paths.Paths) -> None:
    """End the daemon of these directories, if there is one, and wait until its lock is free."""
    import psutil

    if pid := holder(where):
        with contextlib.suppress(psutil.Error):
            found = psutil.Process(pid)
            found.terminate()
            try:
                found.wait(ENDED_WITHIN)
            except psutil.TimeoutExpired:
                found.kill()


def executable(name: str = "picode") -> str:
    """A command of the environment that the tests run in."""
    return str(Path(sys.executable).parent / name)
