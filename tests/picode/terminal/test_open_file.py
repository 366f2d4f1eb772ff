"""A Neovim that runs already is told to open the file."""

import os
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


async def test_a_neovim_that_is_gone_is_not_waited_for(home: Path) -> None:
    need("nvim")
    assert not await open_file._told(open_file.Neovim(str(home / "gone.sock"), ""), home / "a", 1, 1)
