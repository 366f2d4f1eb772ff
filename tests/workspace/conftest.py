"""A real Zellij for each test, in a home of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.tools import need_zellij
from support.zellij import Workspace


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    with Workspace(home, need_zellij()) as made:
        yield made
