"""`picode -p` as a whole process, in a project, with a daemon and a model server on loopback."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, executable
from support.model_server import ModelServer

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(home: Path) -> Path:
    (home / "project").mkdir()
    return home / "project"


@pytest.fixture
def picode(where: paths.Paths, model_server: ModelServer, project: Path) -> Iterator[Run]:
    given = {
        **model_server.environ(),
        "PICODE_MODELS_DEFAULT": "openai/local-model",
        "PICODE_MODELS_RETRIES": "0",
    }
    running = Running(where, given).start()

    def run(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [executable(), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=project,
            timeout=60,
            check=False,
        )

    yield run
    running.stop()
