"""What the user and the project tell every conversation."""

import os
from pathlib import Path

import pytest

from picode.context.instructions import LONGEST, load
from support.sessions import written


def texts(cwd: Path, config: Path) -> list[str]:
    return [file.text for file in load(str(cwd), config).files]


def test_the_users_come_first_then_the_directories_from_the_root(home: Path) -> None:
    config, here = home / "config", home / "a" / "b"
    (home / "a" / ".git").mkdir(parents=True)
    for path, text in ((here, "deep"), (home / "a", "top"), (home, "above"), (config, "mine")):
        written(path / "AGENTS.md", text)
    written(here / "CLAUDE.md", "not this one")
    assert texts(here, config) == ["mine", "above", "top", "deep"]
    (here / "AGENTS.md").unlink()
    assert texts(here, config) == ["mine", "above", "top", "not this one"]
    assert load(str(here), config).files[0].path == config / "AGENTS.md"


def test_an_empty_file_or_one_that_is_there_twice_is_passed_over(home: Path) -> None:
    written(home / "AGENTS.md", " \n")
    written(home / "CLAUDE.md", "\ufeffx")
    (home / "a").mkdir()
    (home / "a" / "AGENTS.md").symlink_to(home / "CLAUDE.md")
    assert texts(home / "a", home / "none") == ["x"]


def test_a_file_that_is_too_long_is_cut_and_told(home: Path) -> None:
    written(home / "AGENTS.md", "x" * (LONGEST + 9))
    found = load(str(home), home / "none")
    assert len(found.files[0].text) == LONGEST
    assert "longer than 64 KB" in found.notices[0]


def test_what_cannot_be_read_is_passed_over(home: Path) -> None:
    os.mkfifo(home / "AGENTS.md")
    (home / "CLAUDE.md").mkdir()
    assert load(str(home), home / "none").files == []
    assert load(str(home / "gone"), home / "none").files == []
    (home / "a").mkdir()
    (home / "a" / "AGENTS.md").symlink_to("AGENTS.md")
    assert "cannot be read" in load(str(home / "a"), home / "none").notices[0]


def test_above_the_project_only_the_users_own_count(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "p" / ".git").mkdir(parents=True)
    written(home / "AGENTS.md", "planted")
    written(home / "p" / "AGENTS.md", "the project's")
    if os.getuid() == 0:
        for path in (home / "AGENTS.md", home / "p", home / "p" / "AGENTS.md"):
            os.chown(path, 12345, 12345)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    found = load(str(home / "p"), home / "none")
    assert [file.text for file in found.files] == ["the project's"]
    assert "belongs to somebody else" in found.notices[0]


def test_the_projects_system_prompt_wins_over_the_users(home: Path) -> None:
    here, config = home / "p", home / "config"
    written(config / "SYSTEM.md", "mine")
    written(config / "APPEND_SYSTEM.md", "more")
    here.mkdir()
    assert (load(str(here), config).system, load(str(here), config).append) == ("mine", "more")
    written(here / ".pi" / "SYSTEM.md", "pi's")
    assert load(str(here), config).system == "pi's"
    written(here / ".picode" / "SYSTEM.md", "ours")
    assert (load(str(here), config).system, load(str(here), config).append) == ("ours", "more")


def test_pi_s_own_files_count_where_ours_say_nothing_and_the_project_s_before_both(tmp_path: Path) -> None:
    config, pi, project = (tmp_path / name for name in ("config", "pi", "project"))
    for directory in (config, pi, project / ".pi"):
        directory.mkdir(parents=True)
    (pi / "AGENTS.md").write_text("pi's word")
    (pi / "SYSTEM.md").write_text("pi's system")
    (pi / "APPEND_SYSTEM.md").write_text("pi's end")
    found = load(str(project), config, pi)
    assert (found.files[0].text, found.system, found.append) == ("pi's word", "pi's system", "pi's end")
    (config / "CLAUDE.md").write_text("our word")
    (config / "SYSTEM.md").write_text("our system")
    (project / ".pi" / "APPEND_SYSTEM.md").write_text("the project's end")
    found = load(str(project), config, pi)
    assert [file.text for file in found.files] == ["our word"]
    assert (found.system, found.append) == ("our system", "the project's end")
    assert load(str(project), config).append == "the project's end"
