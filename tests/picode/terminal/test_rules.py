"""The user's rules, as the recorder reads them."""

import os
from pathlib import Path

import pytest

from picode import paths
from picode.terminal.rules import Reader
from picode.terminal.unrecorded import Rules


@pytest.fixture
def settings(home: Path) -> Path:
    file = paths.resolve({"PICODE_HOME": str(home / "p")}).settings
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def reader(home: Path) -> Reader:
    return Reader(paths.resolve({"PICODE_HOME": str(home / "p")}))


def test_a_pattern_that_is_added_counts_from_the_next_look_on(home: Path, settings: Path) -> None:
    found = reader(home)
    assert found.rules() == Rules()
    settings.write_text('[shell]\nignore_commands = ["pass"]\nignore_space = false\n')
    assert found.rules() == Rules(("pass",), (), False)
    settings.write_text('[shell]\nignore_directories = ["~/private"]\n')
    os.utime(settings, ns=(1, 1))
    assert found.rules() == Rules((), ("~/private",), True)
    settings.unlink()
    assert found.rules() == Rules()


def test_a_broken_file_lets_nothing_be_recorded_and_says_why(home: Path, settings: Path) -> None:
    found = reader(home)
    settings.write_text("[shell\n")
    assert str(settings) in found.rules().broken
    settings.write_text("[shell]\n")
    assert found.rules() == Rules()


def test_variables_count_without_a_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICODE_SHELL_IGNORE_COMMANDS", "pass, *vault*")
    assert reader(home).rules().commands == ("pass", "*vault*")
