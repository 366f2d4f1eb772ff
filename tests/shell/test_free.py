"""What a recorded shell costs: no process for a prompt, and nothing at all while it waits."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from support.ptyshell import SHELLS, RecordedShell, shared
from support.tools import need

REST = 11.0
"""Seconds in which nothing happens: more than the beginning of a mark is waited for."""


@pytest.fixture(scope="module", params=SHELLS)
def shells(request: pytest.FixtureRequest) -> Iterator[Callable[[], RecordedShell]]:
    kind = request.param
    need(kind)
    with (
        tempfile.TemporaryDirectory(prefix="pc", dir="/tmp") as home,
        shared(lambda: RecordedShell(Path(home), kind)) as shells,
    ):
        yield shells


@pytest.fixture
def shell(shells: Callable[[], RecordedShell]) -> RecordedShell:
    return shells()


def shell_of(shell: RecordedShell) -> psutil.Process:
    (inner,) = psutil.Process(shell.pid).children()
    return inner


def children_had(pid: int) -> int:
    """Page faults of the children that the process has had: they grow with every one."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[8])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux counts them")
def test_no_prompt_and_no_builtin_starts_a_process(shell: RecordedShell) -> None:
    inner = shell_of(shell)
    shell.run("cd /")
    before = (children_had(shell.pid), children_had(inner.pid))
    for command in ("cd /tmp", "true", "cd /", "false", "echo x"):
        shell.run(command)
        shell.send(b"\r")
    shell.run("true")
    assert (children_had(shell.pid), children_had(inner.pid)) == before


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux counts them")
def test_bash_has_started_none_by_its_first_prompt(home: Path) -> None:
    need("bash")
    shell = RecordedShell(home, "bash").ready()
    try:
        assert children_had(shell_of(shell).pid) == 0
    finally:
        shell.hang_up()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux counts them")
def test_a_recorder_does_not_wake_while_nothing_happens(home: Path) -> None:
    shells = [RecordedShell(home, need(kind) and kind).ready() for kind in SHELLS]
    try:
        for shell in shells:
            shell.run("true")
        # the last of it: the shells' prompts, and our own questions after the commands
        assert any(rest(shells, 1) for _ in range(20))
        assert rest(shells, REST)
    finally:
        for shell in shells:
            shell.hang_up()


def rest(shells: list[RecordedShell], seconds: float) -> bool:
    """Whether each recorder slept through so many seconds."""

    def woken() -> list[int]:
        return [psutil.Process(shell.pid).num_ctx_switches().voluntary for shell in shells]

    before, limit = woken(), time.monotonic() + seconds
    while (left := limit - time.monotonic()) > 0:
        for shell in shells:
            shell.read(left / len(shells))
    return woken() == before
