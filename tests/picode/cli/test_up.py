import io
import os
import sys
from pathlib import Path

import pytest

from picode.cli.main import run
from support.screen import Terminal
from support.tools import need_zellij


def up(home: Path, *arguments: str, **environment: str) -> Terminal:
    return Terminal([sys.executable, "-m", "picode", "up", *arguments], {**os.environ, **environment}, home)


def test_without_a_terminal_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert run(["up"]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_a_directory_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["up", "/not/there"]) == 66
    assert "There is no directory /not/there." in capsys.readouterr().err


def test_a_zellij_that_is_too_old_is_one_sentence_and_nothing_is_written(home: Path) -> None:
    old = home / "zellij"
    old.write_text("#!/bin/sh\necho zellij 0.43.1\n")
    old.chmod(0o755)
    terminal = up(home, PICODE_ZELLIJ=str(old))
    try:
        assert terminal.wait_end() == 69
        assert "is Zellij 0.43.1; PiCode needs 0.44.3 or newer" in " ".join(terminal.screen.split())
    finally:
        terminal.close()
    assert not (home / ".config").exists()


def test_inside_zellij_it_says_what_to_do(home: Path) -> None:
    terminal = up(home, ZELLIJ="0", ZELLIJ_SESSION_NAME="other")
    try:
        assert terminal.wait_end() == 2
        terminal_text = " ".join(terminal.screen.split())
        assert "inside the Zellij session other already" in terminal_text
        assert "zellij action new-tab --layout picode" in terminal_text
    finally:
        terminal.close()


def test_a_terminal_of_ten_columns_and_three_rows_is_one_sentence(home: Path) -> None:
    environment = {**os.environ, "PICODE_ZELLIJ": need_zellij()}
    terminal = Terminal([sys.executable, "-m", "picode", "up"], environment, home, columns=10, rows=3)
    try:
        assert terminal.wait_end() == 69
        said = b"".join(bytes(terminal.raw).split())
        assert b"Thisterminalhas10columnsand3rows" in said
    finally:
        terminal.close()
    assert not (home / ".config").exists()
