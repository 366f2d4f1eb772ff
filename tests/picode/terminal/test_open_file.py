"""A Neovim that runs already is told to open the file."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode.terminal import open_file
from picode.terminal.driver import Driven
from support.tools import need
from support.zellij import wait_for


@pytest.fixture
def editor(home: Path) -> Iterator[Driven]:
    environ = {
        "PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color", "TMPDIR": str(home),
        "XDG_RUNTIME_DIR": str(home), "ZELLIJ_SESSION_NAME": "shop", "ZELLIJ_PANE_ID": "4", "LANG": "C.UTF-8",
    }  # fmt: skip
    started = Driven([need("nvim"), "--clean", "-n"], environ, str(home))
    yield started
    started.send(b"\x1b:qa!\r")
    started.hang_up()


async def test_the_neovim_of_the_session_shows_the_file_at_the_line(home: Path, editor: Driven) -> None:
    file = home / "it's a 'file' %.txt"
    file.write_text("".join(f"line number {n}\n" for n in range(1, 200)))

    def found() -> open_file.Neovim | None:
        editor.read(0.02)
        return open_file.running("shop", file)

    neovim = wait_for(found, "the editor")
    assert neovim is not None
    assert neovim.pane == "4"
    assert open_file.running("another", file) is None
    assert open_file.running("shop", Path("/elsewhere/file")) is None
    assert await open_file._told(neovim, file, 150, 6)
    editor.wait_for(b"line number 150", timeout=20)


def test_an_order_that_nobody_took_in_time_does_nothing_when_it_is_found_at_last(
    home: Path, editor: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for a pipe meanwhile, as for a slow disk, and reads no orders."""
    os.mkfifo(home / "pipe")
    file = home / "late.txt"
    file.write_text("too late\n")
    (home / "next.txt").write_text("this one\n")
    monkeypatch.setattr(open_file, "TOLD_WITHIN", 1.0)
    monkeypatch.setattr(tempfile, "tempdir", str(home))

    def found() -> open_file.Neovim | None:
        editor.read(0.02)
        return open_file.running("shop", file)

    neovim = wait_for(found, "the editor")
    assert neovim is not None
    editor.wait_for(b"[No Name]", timeout=20)
    editor.send(b":lua io.open('pipe'):read('a')\r")
    wait_for(lambda: asked(neovim, "1") is None, "the wait for the pipe")
    assert not asyncio.run(open_file._told(neovim, file, 1, 1))
    (home / "pipe").write_text("")
    wait_for(lambda: asked(neovim, "1") == b"1", "Neovim's answer")
    assert asked(neovim, "bufname('%')") == b""
    assert not list(home.glob("picode-open-*"))
    assert asyncio.run(open_file._told(neovim, home / "next.txt", 1, 1))
    editor.wait_for(b"this one", timeout=20)
    assert not list(home.glob("picode-open-*"))


def test_who_has_begun_to_open_is_not_asked_twice(
    home: Path, editor: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A swap file's question, an autocommand that takes its time: the file is shown there, so it counts as told."""
    file = home / "slow.txt"
    file.write_text("at last\n")
    monkeypatch.setattr(open_file, "TOLD_WITHIN", 1.0)

    def found() -> open_file.Neovim | None:
        editor.read(0.02)
        return open_file.running("shop", file)

    neovim = wait_for(found, "the editor")
    assert neovim is not None
    editor.wait_for(b"[No Name]", timeout=20)
    editor.send(b":autocmd BufReadPre * call getchar()\r")
    wait_for(lambda: asked(neovim, "exists('#BufReadPre')") == b"1", "the autocommand")
    assert asyncio.run(open_file._told(neovim, file, 1, 1))
    editor.send(b"x")
    editor.wait_for(b"at last", timeout=20)


def asked(neovim: open_file.Neovim, expression: str) -> bytes | None:
    """What Neovim says; None: nothing in time."""
    code, out = asyncio.run(open_file._ask(need("nvim"), neovim.socket, expression))
    return out.strip() if code == 0 else None


async def test_a_neovim_that_is_gone_is_not_waited_for(home: Path) -> None:
    need("nvim")
    assert not await open_file._told(open_file.Neovim(str(home / "gone.sock"), ""), home / "a", 1, 1)
