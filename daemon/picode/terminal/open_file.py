"""Opening a file at a line in a workspace: in the Neovim that runs there already, else in a floating pane.

A pane of its own and floating, so that an editor never has to fit into the explorer's narrow column, nor takes room
from the shell.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from picode.errors import Missing, Unavailable
from picode.terminal import zellij

FLOATING = ("--floating", "--x", "8%", "--y", "6%", "--width", "84%", "--height", "86%", "--close-on-exit")
TOLD_WITHIN = 5.0
"""Seconds in which a running editor answers."""


class Neovim(NamedTuple):
    """One that runs in a pane of the session."""

    socket: str
    pane: str


async def open_at(session: str, env: Mapping[str, str], file: Path, line: int = 0, column: int = 0) -> None:
    """Show the file to whoever is attached to the session. Raises PicodeError."""
    if not await asyncio.to_thread(file.exists):
        raise Missing(f"There is no file {file}.")
    neovim = await asyncio.to_thread(running, session, file)
    if neovim is not None and await _told(neovim, file, line, column):
        if neovim.pane:
            with contextlib.suppress(
                Unavailable
            ):  # 0.44 calls it a failure when the pane has the focus already
                await zellij.action(session, env, "focus-pane-id", f"terminal_{neovim.pane}")
        return
    # the pane has the user's environment, and so the user's EDITOR; the daemon may have another one
    here = [
        sys.executable,
        "-I",
        "-m",
        "picode",
        "open",
        "--here",
        f"{file}:{line}:{column}" if line else str(file),
    ]
    name = f"{file.name}:{line}" if line else file.name
    await zellij.action(
        session, env, "new-pane", *FLOATING, "--name", _clean(name), "--cwd", str(file.parent), "--", *here
    )  # fmt: skip


def running(session: str, file: Path) -> Neovim | None:
    """The Neovim of this session that works nearest to the file; looked up now, for it listens without being asked."""
    import psutil

    best: tuple[int, Neovim] | None = None
    for process in psutil.process_iter(["name", "uids"]):
        if process.info["name"] != "nvim" or process.info["uids"].real != os.getuid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            environ = process.environ()
            if environ.get("ZELLIJ_SESSION_NAME") != session:
                continue
            cwd = Path(process.cwd())
            sockets = [one.laddr for one in process.net_connections("unix") if str(one.laddr).startswith("/")]
            if sockets and file.is_relative_to(cwd):
                found = Neovim(str(sockets[0]), environ.get("ZELLIJ_PANE_ID", ""))
                if best is None or len(cwd.parts) > best[0]:
                    best = (len(cwd.parts), found)
    return best[1] if best is not None else None


async def _told(neovim: Neovim, file: Path, line: int, column: int) -> bool:
    """Whether it opens the file. One that waits for a key, or is busy, finds the order only later: with its claim
    withdrawn, that order does nothing any more, so a file is never opened in two places."""
    program = editors_program()
    if program is None:
        return False
    try:
        claim = _claim()
    except OSError:
        return False
    order = expression(str(file), line, column, claim)
    withdrawn = True
    try:
        code, out = await _ask(program, neovim.socket, order)
    except OSError:
        return False
    finally:
        withdrawn = _withdrawn(claim)
    if code is None:
        # no answer: who has taken the claim has begun, and shows the file when it can
        return not withdrawn
    return code == 0 and out.strip().endswith(b"opened")


async def _ask(program: str, socket: str, order: str) -> tuple[int | None, bytes]:
    """Exit status and answer; None for the status: there was no answer in time. Raises OSError."""
    process = await asyncio.create_subprocess_exec(
        program, "--server", socket, "--remote-expr", order,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TOLD_WITHIN):
            out, _ = await process.communicate()
    except TimeoutError:
        return None, b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out


def _claim() -> str:
    """A file that whoever opens takes away first. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix="picode-open-")
    os.close(descriptor)
    return name


def _withdrawn(claim: str) -> bool:
    """Whether nobody had taken it."""
    try:
        os.unlink(claim)
    except FileNotFoundError:
        return False
    return True


def editors_program() -> str | None:
    import shutil

    return shutil.which("nvim")


def expression(file: str, line: int, column: int, claim: str) -> str:
    """For Neovim's `--remote-expr`: open the file, a changed buffer being kept beside it; nothing without the claim."""
    name = file.replace("'", "''")
    place = f"cursor({line},{max(1, column)})" if line else "0"
    opened = f"execute((&modified && !&hidden ? 'split ' : 'edit ') .. fnameescape('{name}'))"
    taken = "delete('{}') == 0".format(claim.replace("'", "''"))
    return f"{taken} ? [{opened}, {place}, 'opened'][2] : 'late'"


def _clean(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name)[:60]
