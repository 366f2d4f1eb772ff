"""No shell test leaves a process behind, not even a daemon that a key has just started."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.daemon import end_daemon


@pytest.fixture(autouse=True)
def nothing_is_left(home: Path, where: object) -> Iterator[None]:
    yield
    from picode import paths

    end_daemon(paths.resolve({"PICODE_HOME": str(home / "p")}))
    for _ in range(10):
        left = [child for child in psutil.Process().children(recursive=True) if belongs(child, home)]
        if not left:
            return
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=2)


def belongs(process: psutil.Process, home: Path) -> bool:
    """It was started with this test's home, and still runs."""
    try:
        return (
            process.environ().get("PICODE_HOME") == str(home / "p")
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.Error:
        return False
