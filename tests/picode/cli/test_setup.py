import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from picode.cli.main import run
from support.installation import tree
from support.screen import Terminal
from support.tools import need_plugin


@pytest.fixture(autouse=True)
def plugin() -> Path:
    return need_plugin()


@pytest.fixture(autouse=True)
def bash(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/bash")
    (home / ".bashrc").write_bytes(b"alias a=b")


def test_everything_is_shown_and_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["setup", "--yes"]) == 0
    told = capsys.readouterr().out
    for word in ("picode.kdl", ".wasm", "ReadCliPipes", "picode.bash", "+ [ -r", "PiCode is set up"):
        assert word in told
    assert (home / ".config/zellij/layouts/picode.kdl").exists()
    assert run(["setup", "--yes"]) == 0
    assert "Everything is set up already" in capsys.readouterr().out


def test_uninstalling_restores_every_byte(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(home)
    run(["setup", "--yes"])
    assert run(["setup", "--uninstall", "--yes"]) == 0
    assert tree(home) == before
    assert run(["setup", "--uninstall", "--yes"]) == 0
    assert "Nothing of PiCode's set-up is left" in capsys.readouterr().out


def test_without_a_terminal_nothing_is_written_unless_yes_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(home)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert run(["setup"]) == 2
    assert "no terminal to ask on" in capsys.readouterr().err
    assert tree(home) == before


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 77), ("", 77)])
def test_on_a_terminal_it_asks_once(home: Path, answer: str, code: int) -> None:
    terminal = Terminal([sys.executable, "-m", "picode", "setup"], os.environ, home)
    try:
        terminal.wait_for("Write this? [y/N]")
        terminal.type(f"{answer}\r")
        assert terminal.wait_end() == code
    finally:
        terminal.close()
    assert (home / ".config/zellij/layouts/picode.kdl").exists() == (code == 0)


def test_a_symlinked_rc_file_is_followed_and_stays_a_symlink(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dotfiles = home / "dotfiles"
    dotfiles.mkdir()
    (home / ".bashrc").rename(dotfiles / "bashrc")
    (home / ".bashrc").symlink_to("dotfiles/bashrc")
    before = tree(home)
    run(["setup", "--yes"])
    assert "(the file behind ~/.bashrc)" in capsys.readouterr().out
    assert os.readlink(home / ".bashrc") == "dotfiles/bashrc"
    assert "picode.bash" in (dotfiles / "bashrc").read_text()
    run(["setup", "--uninstall", "--yes"])
    assert tree(home) == before


def test_no_grant_leaves_zellijs_permissions_alone(home: Path) -> None:
    assert run(["setup", "--yes", "--no-grant"]) == 0
    assert not (home / ".cache/zellij/permissions.kdl").exists()


def test_a_full_disk_is_one_sentence_and_nothing_is_half_done(home: Path) -> None:
    before = tree(home)
    # the limit on a file's size stands for a full disk: the plugin does not fit
    limited = "import resource,sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000,) * 2);"
    main = "from picode.cli.main import run; sys.exit(run(['setup', '--yes']))"
    done = subprocess.run(
        [sys.executable, "-c", limited + main], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 74
    assert done.stderr.count("\n") == 1
    assert ".wasm cannot be written" in done.stderr
    assert tree(home) == before


def test_an_rc_file_that_is_a_directory_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".bashrc").unlink()
    (home / ".bashrc").mkdir()
    assert run(["setup", "--yes"]) == 74
    assert ".bashrc cannot be read: Is a directory." in capsys.readouterr().err


def test_a_damaged_record_is_one_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["setup", "--yes"])
    (home / "p/data/setup.json").write_text("{")
    assert run(["setup", "--yes"]) == 65
    assert "is not what set-up wrote there" in capsys.readouterr().err
