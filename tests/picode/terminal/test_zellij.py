"""Running `zellij`: found, bounded, tried again, reaped. A shell script stands in for it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from picode.errors import Unavailable
from picode.terminal import zellij

Stand = Callable[[str], dict[str, str]]


@pytest.fixture
def stand_in(tmp_path: Path) -> Stand:
    """The environment in which `zellij` is this script."""

    def make(script: str) -> dict[str, str]:
        program = tmp_path / "zellij"
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(0o755)
        return {"PICODE_ZELLIJ": str(program), "HERE": str(tmp_path), "PATH": os.environ["PATH"]}

    return make


async def gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"process {pid} lives"
        await asyncio.sleep(0.02)


def test_it_is_found_by_setting_path_and_checkout(stand_in: Stand, tmp_path: Path) -> None:
    env = stand_in("")
    assert zellij.find_zellij(env) == tmp_path / "zellij"
    assert zellij.find_zellij({"PATH": str(tmp_path)}) == tmp_path / "zellij"


async def test_an_action_names_its_session_and_has_no_input(stand_in: Stand) -> None:
    env = stand_in('echo "$@"; cat; echo "$ZELLIJ_SOCKET_DIR"')
    out = await zellij.action("s 1", env | {"ZELLIJ_SOCKET_DIR": "/x"}, "rename-pane", "a b")
    assert out == "--session s 1 action rename-pane a b\n/x\n"


async def test_what_is_slow_is_ended_with_all_its_children(stand_in: Stand, tmp_path: Path) -> None:
    env = stand_in('sleep 600 & echo $! >"$HERE/child"; wait')
    with pytest.raises(Unavailable, match=r"did not answer within 0.5 s"):
        await zellij.action("s", env, "x", timeout=0.5)
    await gone(int((tmp_path / "child").read_text()))


async def test_a_session_that_is_missed_is_tried_again_and_then_given_up(
    stand_in: Stand, tmp_path: Path
) -> None:
    script = 'echo x >>"$HERE/tries"; [ $(wc -l <"$HERE/tries") = 2 ] && echo here && exit 0;'
    env = stand_in(script + 'echo "There is no active session!" >&2; exit 1')
    assert await zellij.action("s", env, "x") == "here\n"
    with pytest.raises(Unavailable, match="no active session"):
        await zellij.action("s", env, "x")
    assert len((tmp_path / "tries").read_text().splitlines()) == 2 + zellij.TRIES


async def test_another_failure_is_not_tried_again(stand_in: Stand, tmp_path: Path) -> None:
    env = stand_in('echo x >>"$HERE/tries"; echo "unknown pane"; exit 2')
    with pytest.raises(Unavailable, match="unknown pane"):
        await zellij.action("s", env, "x")
    assert (tmp_path / "tries").read_text() == "x\n"


async def test_a_missing_zellij_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"cannot be started|not installed"):
        await zellij.action("s", {"PICODE_ZELLIJ": str(tmp_path / "none")}, "x")


async def test_clients_and_panes_are_read(stand_in: Stand) -> None:
    env = stand_in(
        'case "$*" in *list-clients*) printf "CLIENT_ID ZELLIJ_PANE_ID\\n1 t\\n2 t\\n";; *) echo "[{}]";; esac'
    )
    assert await zellij.count_clients("s", env) == 2
    assert await zellij.list_panes("s", env) == [{}]


async def test_a_held_pipe_gives_lines_as_they_come_and_ends_with_close(stand_in: Stand) -> None:
    env = stand_in("echo one; head -c 200000 /dev/zero | tr '\\0' x; echo; echo two; exec sleep 600")
    pipe = await zellij.HeldPipe.open("s", env, "picode-events", "{}")
    assert await anext(pipe) == b"one\n"
    # the line that is too long is left out, but for its end
    rest = [await asyncio.wait_for(anext(pipe), 10)]
    while rest[-1] != b"two\n":
        rest.append(await asyncio.wait_for(anext(pipe), 10))
    await pipe.close()
    await gone(pipe.pid)
    with pytest.raises(StopAsyncIteration):
        await anext(pipe)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells of another process's end")
async def test_a_held_pipe_ends_with_the_server_that_it_follows(stand_in: Stand) -> None:
    server = subprocess.Popen(["sleep", "600"])
    pipe = await zellij.HeldPipe.open("s", stand_in("exec sleep 600"), "picode-events", "{}")
    pipe.follow(server.pid)
    assert pipe.follows
    server.send_signal(signal.SIGKILL)
    server.wait()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(pipe), 10)
    await pipe.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="parent-death signals are Linux's")
async def test_a_held_pipe_dies_with_its_parent(stand_in: Stand, tmp_path: Path) -> None:
    env = stand_in('echo $$ >"$HERE/pipe"; echo ready; exec sleep 600')
    script = (
        "import asyncio, os, signal\n"
        "from picode.terminal import zellij\n"
        "async def main():\n"
        f"    pipe = await zellij.HeldPipe.open('s', {env!r}, 'picode-events', '{{}}')\n"
        "    await anext(pipe)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script], timeout=30, check=False)
    await gone(int((tmp_path / "pipe").read_text()))
