"""The only place that runs `zellij`.

Every call names its session, has no standard input and a bound, and its process is reaped. Nothing here may be
called before the session has shown itself (a recorder's or an assistant's hello, a line of the plugin), nor in a
tight loop: `zellij` probes every session's socket, and a probe can end a server that is just starting.
"""

import asyncio
import ctypes
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from picode import paths
from picode.errors import Unavailable
from picode.terminal import session_names, zellij_starts

NEEDED = (
    "ZELLIJ_SOCKET_DIR",
    "ZELLIJ_CONFIG_DIR",
    "XDG_RUNTIME_DIR",
    "XDG_CACHE_HOME",
    "TMPDIR",
    "HOME",
    "PATH",
)
"""What a `zellij` process needs of a pane's environment to find that pane's session."""

TRIES = 3
MOST_STARTS = 5
LONGEST_LINE = 64 * 1024
PR_SET_PDEATHSIG = 1
HINT = "Run `picode doctor` to see what is wrong."


def find_zellij(environ: Mapping[str, str] = os.environ) -> Path | None:
    """PICODE_ZELLIJ, else the one on PATH, else the one that a checkout has built for itself."""
    if chosen := environ.get("PICODE_ZELLIJ"):
        return Path(chosen)
    if found := shutil.which("zellij", path=environ.get("PATH")):
        return Path(found)
    built = Path(__file__).parents[3] / ".tools" / "bin" / "zellij"
    return built if os.access(built, os.X_OK) else None


def needed_env(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The part of a pane's environment that `Place.zellij_env` carries."""
    return {name: environ[name] for name in (*NEEDED, "PICODE_ZELLIJ") if name in environ}


def child_env(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a `zellij` process: the daemon's, with what the pane said, without ZELLIJ's own marks."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("ZELLIJ")}
    if env:
        for name in set(NEEDED) - {"HOME", "PATH"}:
            mine.pop(name, None)
    return mine | dict(env)


def dies_with_us(number: int = signal.SIGKILL) -> Callable[[], None] | None:
    """For the child, between fork and exec: get this signal when this process ends, however it ends (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)

    return prepare


async def _start(session: str, env: Mapping[str, str], args: tuple[str, ...]) -> asyncio.subprocess.Process:
    program = find_zellij(os.environ | dict(env))
    if program is None:
        raise Unavailable(
            "Zellij is not installed.", "Install it with your package manager: https://zellij.dev."
        )
    try:
        return await asyncio.create_subprocess_exec(
            program, "--session", session_names.now(session, child_env(env)), *args,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=child_env(env), start_new_session=True, preexec_fn=dies_with_us(), limit=LONGEST_LINE, cwd="/",
        )  # fmt: skip
    except OSError as error:
        raise Unavailable(f"{program} cannot be started: {error.strerror}.", HINT) from error


async def _held_still() -> None:
    """Until no terminal is just starting or attaching; several may come one after the other."""
    for _ in range(MOST_STARTS):
        if not (pause := zellij_starts.left(paths.resolve().runtime)):
            return
        await asyncio.sleep(pause)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    await process.wait()


async def _once(
    session: str, env: Mapping[str, str], args: tuple[str, ...], timeout: float
) -> tuple[int, str, str]:
    await _held_still()
    with zellij_starts.call(paths.resolve().runtime):
        process = await _start(session, env, args)
        try:
            # wait_for would lose a cancellation that comes with the answer, in Python 3.11
            async with asyncio.timeout(timeout):
                out, err = await process.communicate()
        except TimeoutError as error:
            raise Unavailable(f"Zellij did not answer within {timeout:g} s.", HINT) from error
        finally:
            await _end(process)
    return process.returncode or 0, out.decode(errors="replace"), err.decode(errors="replace")


async def run(session: str, env: Mapping[str, str], *args: str, timeout: float = 3.0) -> str:
    """What `zellij --session SESSION ARGS…` printed. Each try is bounded by `timeout` seconds.

    Calls at the same moment can miss a living session ("There is no active session"): those are tried again.
    """
    said = ""
    for attempt in range(TRIES):
        code, out, err = await _once(session, env, args, timeout)
        said = (
            (err.strip() or out.strip()).splitlines()[0]
            if err.strip() or out.strip()
            else f"exit status {code}"
        )
        if code == 0:
            return out
        if "active session" not in err + out and "not found" not in err + out:
            break
        if attempt + 1 < TRIES:
            await asyncio.sleep(random.uniform(0.1, 0.4))
    raise Unavailable(f"Zellij's session {session} did not do it: {said}", HINT)


async def action(session: str, env: Mapping[str, str], *args: str, timeout: float = 3.0) -> str:
    """`zellij action ARGS…` in the session."""
    return await run(session, env, "action", *args, timeout=timeout)


async def list_panes(session: str, env: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every pane, as Zellij describes it; asked again when the answer is empty, as happens in a living session."""
    for attempt in range(TRIES):
        if attempt:
            await asyncio.sleep(0.2)
        try:
            panes = json.loads(await action(session, env, "list-panes", "--json", "--all"))
        except ValueError:
            continue
        if panes:
            return list(panes)
    return []


async def count_clients(session: str, env: Mapping[str, str]) -> int:
    """How many terminals are attached."""
    lines = (await action(session, env, "list-clients")).splitlines()
    return len([line for line in lines[1:] if line.strip()])


async def pipe_once(
    session: str, env: Mapping[str, str], name: str, payload: str, timeout: float = 3.0
) -> str:
    """Send one message to the session's plugins; what they wrote to its pipe."""
    return await run(session, env, "pipe", "--name", name, "--", payload, timeout=timeout)


class HeldPipe:
    """A `zellij pipe` that a plugin keeps open: an async iterator of the lines that the plugin writes.

    It ends when the process ends. `close` kills and reaps the process. `follow` ties it to the Zellij server: a
    `zellij pipe` whose server was killed never ends by itself, and uses a whole core.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._server: int | None = None

    @classmethod
    async def open(cls, session: str, env: Mapping[str, str], name: str, payload: str) -> "HeldPipe":
        await _held_still()
        return cls(await _start(session, env, ("pipe", "--name", name, "--", payload)))

    @property
    def pid(self) -> int:
        return self._process.pid

    def follow(self, server: int) -> None:
        """End with the Zellij server, process `server`, where the system can tell of its end (Linux)."""
        if self._server is not None or not hasattr(os, "pidfd_open"):
            return
        try:
            self._server = os.pidfd_open(server)
        except OSError:
            return
        asyncio.get_running_loop().add_reader(self._server, self.end)

    def end(self) -> None:
        """Kill the process; whoever reads its lines comes to their end."""
        self._forget_server()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def _forget_server(self) -> None:
        if self._server is not None:
            asyncio.get_running_loop().remove_reader(self._server)
            os.close(self._server)
            self._server = None

    @property
    def follows(self) -> bool:
        return self._server is not None

    def spins(self) -> bool:
        """Whether the process has used seconds of processor time, which a pipe that waits never does."""
        import psutil

        try:
            times = psutil.Process(self.pid).cpu_times()
        except psutil.Error:
            return False
        return bool(times.user + times.system > 2)

    def __aiter__(self) -> "HeldPipe":
        return self

    async def __anext__(self) -> bytes:
        assert self._process.stdout is not None
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError:
                continue  # a line longer than any of ours
            if not line:
                raise StopAsyncIteration
            return line

    async def close(self) -> None:
        self._forget_server()
        await _end(self._process)
