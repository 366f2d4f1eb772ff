"""A project, a daemon whose model is the test's own server, and panes on terminals."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, end_daemon, executable
from support.model_server import ModelServer
from support.panes import MakePane
from support.screen import Terminal


@pytest.fixture
def project(home: Path) -> Path:
    directory = home / "project"
    directory.mkdir()
    (directory / "notes.txt").write_text("one\ntwo\n")
    return directory


@pytest.fixture
def served(where: paths.Paths, model_server: ModelServer) -> Iterator[Running]:
    """A daemon whose model is the test's own server."""
    running = Running(
        where, {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    ).start()
    yield running
    running.stop()
    end_daemon(where)


@pytest.fixture
def pane(project: Path, model_server: ModelServer) -> Iterator[MakePane]:
    opened: list[Terminal] = []

    def make(*arguments: str, columns: int = 80, rows: int = 24, **environ: str) -> Terminal:
        # xterm does not fold rows that became too long, and no more does the test's screen
        given = {**os.environ, **model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model",
                 "PICODE_NO_RECORD": "1", "XTERM_VERSION": "XTerm(390)", **environ}  # fmt: skip
        terminal = Terminal([executable(), "chat", *arguments], given, project, columns, rows)
        opened.append(terminal)
        return terminal

    yield make
    for terminal in opened:
        terminal.close()
