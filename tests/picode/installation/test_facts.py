import os
from pathlib import Path

import pytest

from picode import paths
from picode.errors import DiskFailed
from picode.installation.facts import look, own_command, read, users_shell
from support.tools import need_plugin


def test_looking_writes_nothing(home: Path, where: paths.Paths) -> None:
    need_plugin()
    look(where)
    assert os.listdir(home) == []


def test_an_rc_file_that_exists_or_whose_shell_is_the_users_is_found(
    home: Path, where: paths.Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_plugin()
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    (home / ".zshrc").touch()
    facts = look(where)
    assert facts.rc_files == {"zsh": home / ".zshrc", "fish": home / ".config/fish/config.fish"}
    assert users_shell({"SHELL": "/usr/bin/fish"}) == "fish"


def test_the_command_is_an_absolute_path() -> None:
    assert os.path.isabs(own_command()[0])


def test_a_file_that_cannot_be_read_is_one_sentence(home: Path) -> None:
    assert read(home / "nothing") is None
    (home / "loop").symlink_to("loop")
    with pytest.raises(DiskFailed, match="loop cannot be read"):
        read(home / "loop")
