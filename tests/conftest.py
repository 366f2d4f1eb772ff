"""What every test gets: a sealed home, a sealed network, and paths short enough for sockets."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from picode import paths
from picode.credentials import secret
from support.model_server import model_server

__all__ = ["model_server"]

KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "CI",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PICODE_TEST_ZELLIJ",
    "PICODE_TEST_PI",
    "CARGO_HOME",
    "RUSTUP_HOME",
)


# A run in the background or under `nohup` ignores these, and what it starts would, too: Ctrl-C would end nothing.
# With a handler they are as usual again in every child, and still do nothing here.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory with a short name: a socket's path has 103 bytes at most."""
    directory = Path(tempfile.mkdtemp(prefix="pc", dir="/tmp"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(autouse=True)
def sealed_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's environment reaches a test, and nothing of a test reaches the user's home."""
    for name in list(os.environ):
        if name not in KEPT and not name.startswith("PYTEST"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PICODE_HOME", str(home / "p"))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", os.environ.get("LANG", "C.UTF-8"))
    # keys of one test are ordinary words in another
    monkeypatch.setattr(secret, "_HAD", {})
    # a keyring daemon is the user's: never asked in a test
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def where(sealed_environment: None) -> paths.Paths:
    return paths.resolve()


class ATestMustNotLeaveThisMachine(AssertionError):
    """A test opened a connection to something that is not loopback."""


@pytest.fixture(autouse=True)
def sealed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise ATestMustNotLeaveThisMachine(f"connect to {address}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
