import asyncio
import os
import stat
import subprocess
from pathlib import Path

import psutil
import pytest

from picode import tasks
from picode.tools import output
from picode.tools.base import Running
from picode.tools.processes import MARK
from support.toolbox import call, text, toolbox

ENDS = [
    ("echo hello", "hello\n", False),
    ("true", "(no output)", False),
    ("echo out; echo err >&2", "out\nerr\n", False),
    ("exit 3", "(no output)\n\nCommand exited with code 3", True),
    ("echo x; exit 1", "x\n\n\nCommand exited with code 1", True),
    ("kill -9 $$", "(no output)\n\nCommand exited with code 137", True),
    ("cat", "(no output)", False),
    ("printf '\\033[31mred\\033[0m and \\033]0;title\\007plain\\n'", "red and plain\n", False),
    ("printf '10%%\\r50%%\\r100%%\\n'", "100%\n", False),
    ("echo ${BASH_VERSION:+bash}", "bash\n", False),
]


@pytest.mark.parametrize(("command", "shown", "failed"), ENDS)
async def test_what_the_model_gets(home: Path, command: str, shown: str, failed: bool) -> None:
    result = await call(toolbox(home), home, "bash", command=command)
    assert (text(result), result.is_error) == (shown, failed)


async def test_long_output_is_cut_at_the_head_and_kept_in_a_private_file(home: Path) -> None:
    result = await call(toolbox(home), home, "bash", command="seq 1 3000")
    path = Path(result.details["fullOutputPath"])
    assert text(result).startswith("1001\n")
    assert text(result).endswith(f"3000\n\n[Showing lines 1001-3000 of 3000. Full output: {path}]")
    assert path.read_text().splitlines()[0] == "1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.parent == home / "cache"


async def test_output_beyond_what_is_held_in_memory(home: Path) -> None:
    result = await call(toolbox(home), home, "bash", command="seq 1 400000")
    path = Path(result.details["fullOutputPath"])
    assert text(result).endswith(f"400000\n\n[Showing lines 398001-400000 of 400000. Full output: {path}]")
    assert path.read_text() == "".join(f"{n}\n" for n in range(1, 400001))


async def test_a_command_that_never_stops_does_not_fill_the_disk(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "LARGEST_FILE", 1_000_000)
    result = await call(toolbox(home), home, "bash", command="yes", timeout=0.5)
    path = Path(result.details["fullOutputPath"])
    assert f"The first part of the output: {path}]" in text(result)
    assert path.stat().st_size < 3_000_000


async def test_cut_by_size_and_one_endless_line(home: Path) -> None:
    box = toolbox(home)
    by_size = await call(box, home, "bash", command="yes " + "x" * 99 + " | head -n 1000")
    assert (
        f"[Showing lines 489-1000 of 1000 (50.0KB limit). Full output: {by_size.details['fullOutputPath']}]"
        in text(by_size)
    )
    line = await call(box, home, "bash", command="head -c 60000 /dev/zero | tr '\\0' x")
    path = line.details["fullOutputPath"]
    assert text(line).endswith(f"[Showing last 50.0KB of line 1 (line is 58.6KB). Full output: {path}]")


async def test_a_time_out_says_so_and_keeps_the_output(home: Path) -> None:
    result = await call(toolbox(home), home, "bash", command="echo begun; sleep 60", timeout=0.3)
    assert text(result) == "begun\n\n\nCommand timed out after 0.3 seconds"
    assert result.is_error


@pytest.mark.parametrize("timeout", [0, -1, "nan", "inf"])
async def test_a_time_out_must_be_a_time(home: Path, timeout: object) -> None:
    assert (await call(toolbox(home), home, "bash", command="true", timeout=timeout)).is_error


async def test_output_comes_while_it_runs(home: Path) -> None:
    came = asyncio.Event()
    pieces: list[str] = []

    def printed(piece: str) -> None:
        pieces.append(piece)
        came.set()

    running = Running(printed)
    task = tasks.spawn(call(toolbox(home), home, "bash", running, command="echo first; sleep 60"), "bash")
    async with asyncio.timeout(10):
        await came.wait()
    assert pieces == ["first\n"]
    running.stop.set()
    result = await task
    assert text(result) == "first\n\n\nCommand aborted"


TREES = [
    "sleep {n} & sleep {n} & wait",
    "setsid sleep {n} & sleep {n}",
    "(setsid sh -c 'sleep {n} & sleep {n}' &) ; sleep {n}",
    "nohup sleep {n} >/dev/null 2>&1 & disown; sleep {n}",
    "trap '' TERM; sh -c \"trap '' TERM; sleep {n}; sleep {n}\"; sleep {n}",
    "env -u " + MARK + " sleep {n}",
    "sh -c 'kill -STOP $$' & sleep {n}",
]


@pytest.mark.parametrize("tree", TREES)
async def test_a_whole_tree_is_ended(home: Path, tree: str) -> None:
    before = {process.pid for process in psutil.process_iter()}
    command = tree.format(n=5823)
    result = await call(toolbox(home), home, "bash", command=command, timeout=0.5)
    assert "timed out" in text(result)
    assert _left(before) == []


async def test_a_child_in_the_background_lives_until_the_toolbox_is_closed(home: Path) -> None:
    box = toolbox(home)
    before = {process.pid for process in psutil.process_iter()}
    result = await call(box, home, "bash", command="sleep 5824 & echo started")
    assert text(result) == "started\n"
    assert _left(before) == ["sleep 5824"]
    await box.close()
    assert _left(before) == []
    assert "aborted" in text(await call(box, home, "bash", command="echo no"))


async def test_what_a_killed_daemon_left_is_swept_and_what_belongs_to_a_living_one_is_not(home: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    orphan = subprocess.Popen(["sleep", "5825"], env={MARK: f"{dead.pid}.abc.1."})
    living = subprocess.Popen(["sleep", "5826"], env={MARK: f"{os.getpid()}.abc.1."})
    try:
        await toolbox(home).sweep()
        assert orphan.wait(10) == -15
        assert living.poll() is None
    finally:
        living.kill()
        living.wait()


async def test_old_files_with_whole_output_are_removed(home: Path) -> None:
    box = toolbox(home)
    first = await call(box, home, "bash", command="seq 1 3000")
    os.utime(first.details["fullOutputPath"], (1, 1))
    second = await call(box, home, "bash", command="seq 1 3000")
    assert [str(path) for path in (home / "cache").iterdir()] == [second.details["fullOutputPath"]]


def _left(before: set[int]) -> list[str]:
    """Command lines of sleepers and shells that were not there before."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or [])
        if process.pid not in before and "582" in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(line)
    return found


async def test_a_directory_that_is_gone_is_told(home: Path) -> None:
    result = await call(toolbox(home), home / "gone", "bash", command="pwd")
    assert text(result).startswith(f"Working directory does not exist: {home}/gone")


async def test_secrets_are_taken_out_of_output(home: Path) -> None:
    result = await call(toolbox(home), home, "bash", command="echo ghp_$(printf a1B2c3D4e5F6%.0s 1 2 3)")
    assert text(result) == "[redacted: GitHub token]\n"
