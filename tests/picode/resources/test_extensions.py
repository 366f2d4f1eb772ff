"""Which extensions count, in which order, and which of them wait to be allowed."""

from pathlib import Path

import pytest

from picode.cli.main import run
from picode.config.schema import Resources, Settings
from picode.resources import trust
from picode.resources.collection import Where
from picode.resources.extensions import extension_files, find


def place(home: Path, *, settings: Settings | None = None, pi: bool = True) -> Where:
    for name in ("project/.git", "config", "pi"):
        (home / name).mkdir(parents=True, exist_ok=True)
    found = settings or Settings()
    return Where(home / "project", home / "config", home, home / "pi" if pi else None, found)


def put(*files: Path, text: str = "") -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def names(files: list[Path], home: Path) -> list[str]:
    return [str(file.relative_to(home.resolve())) for file in files]


def test_files_and_directories_that_are_extensions(tmp_path: Path) -> None:
    put(*(tmp_path / name for name in (
        "a.py", "b.ts", "c.js", "types.d.ts", "_helper.py", ".hidden.py", "notes.md", "one/__init__.py",
        "one/helper.py", "two/index.ts", "three/helper.ts", "node_modules/x/index.js",
    )))  # fmt: skip
    put(tmp_path / "four/package.json", text='{"pi": {"extensions": ["./src/main.ts", "gone.ts"]}}')
    put(tmp_path / "four/src/main.ts", tmp_path / "four/index.ts")
    found = [str(file.relative_to(tmp_path)) for file in extension_files(tmp_path, directory=True)]
    assert found == ["a.py", "b.ts", "c.js", "four/src/main.ts", "one/__init__.py", "two/index.ts"]
    assert list(extension_files(tmp_path / "one")) == [tmp_path / "one/__init__.py"]
    assert list(extension_files(tmp_path / "notes.md")) == []


def test_the_project_s_come_first_then_one_s_own_then_settings_then_packages(tmp_path: Path) -> None:
    put(
        tmp_path / "project/.picode/extensions/a.py", tmp_path / "project/.pi/extensions/b.ts",
        tmp_path / "config/extensions/c.py", tmp_path / "pi/extensions/d.ts", tmp_path / "more/e.py",
        tmp_path / "package/extensions/f.py",
    )  # fmt: skip
    resources = Resources(extensions=[str(tmp_path / "more")], packages=[str(tmp_path / "package")])
    at = place(tmp_path, settings=Settings(resources=resources))
    trust.allow(at.config, at.project, find(at).held)
    assert [Path(name).name for name in names(find(at).files, tmp_path)] == [
        "a.py", "b.ts", "c.py", "d.ts", "e.py", "f.py"
    ]  # fmt: skip


def test_a_project_s_wait_until_they_are_allowed_and_again_after_each_change(tmp_path: Path) -> None:
    own, helper = tmp_path / "config/extensions/c.py", tmp_path / "project/.picode/extensions/_helper.py"
    theirs = tmp_path / "project/.picode/extensions/a.py"
    put(own, theirs, helper)
    at = place(tmp_path)
    found = find(at)
    assert (names(found.files, tmp_path), names(found.held, tmp_path)) == (
        ["config/extensions/c.py"], ["project/.picode/extensions/a.py"]
    )  # fmt: skip
    assert "they were not run: a.py. `picode trust` shows them" in found.notices[0]
    trust.allow(at.config, at.project, found.held)
    assert find(at).held == []
    helper.write_text("changed")
    assert names(find(at).held, tmp_path) == ["project/.picode/extensions/a.py"]
    trust.allow(at.config, at.project, find(at).held)
    put(tmp_path / "project/.picode/extensions/new.py")
    assert len(find(at).held) == 2


def test_what_was_named_runs_and_alone_where_nothing_else_is_wanted(tmp_path: Path) -> None:
    named = tmp_path / "project/own.py"
    put(named, tmp_path / "config/extensions/c.py")
    at = place(tmp_path)
    at = Where(at.cwd, at.config, at.home, at.pi, at.settings, {"extensions": [str(named)]}, ["extensions"])
    assert names(find(at).files, tmp_path) == ["project/own.py"]


def test_one_file_by_two_ways_counts_once(tmp_path: Path) -> None:
    put(tmp_path / "config/extensions/c.py")
    (tmp_path / "pi").mkdir()
    (tmp_path / "pi/extensions").symlink_to(tmp_path / "config/extensions")
    assert len(find(place(tmp_path)).files) == 1


def test_picode_trust_shows_allows_and_forgets(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(home / "project/.git/HEAD", home / "project/.picode/extensions/a.py")
    monkeypatch.chdir(home / "project")
    assert run(["trust"]) == 2
    assert "Nobody can be asked here." in capsys.readouterr().err
    assert run(["trust", "--yes"]) == 0
    assert "a.py" in capsys.readouterr().out
    assert run(["trust"]) == 0
    assert "a.py  (allowed)\nThey are allowed as they are." in capsys.readouterr().out
    assert run(["trust", "--forget"]) == 0
    assert "no longer allowed" in capsys.readouterr().out
    (home / "project/.picode/extensions/a.py").unlink()
    assert run(["trust"]) == 0
    assert "This project brings no extensions." in capsys.readouterr().out


def test_an_option_that_nobody_knows_is_refused_where_there_are_no_extensions(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(home / "project/.git/HEAD")
    monkeypatch.chdir(home / "project")
    assert run(["-p", "hi", "--plann"]) == 2
    assert "Unrecognized arguments: --plann." in capsys.readouterr().err
