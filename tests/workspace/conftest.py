"""A real Zellij for each test in a home of its own, and a model server on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.model_server import ModelServer
from support.tools import need_zellij
from support.zellij import Workspace


@pytest.fixture
def workspace(home: Path, model_server: ModelServer) -> Iterator[Workspace]:
    """Nothing is set up; the environment has the models' keys."""
    with Workspace(home, need_zellij(), model_server.environ()) as made:
        yield made


@pytest.fixture
def ready(workspace: Workspace) -> Workspace:
    """`picode setup` has run."""
    workspace.set_up()
    return workspace
