"""What Zellij has saved of a session is out of its sight while a terminal comes to the living one."""

from pathlib import Path

from picode.terminal.zellij_revival import ASIDE, SAVED, put_aside, put_back


def saved(directory: Path, text: str) -> Path:
    directory.mkdir(exist_ok=True)
    (directory / SAVED).write_text(text)
    return directory


def test_it_is_put_aside_and_comes_back(tmp_path: Path) -> None:
    session = saved(tmp_path / "w", "old")
    with put_aside(session):
        assert not (session / SAVED).exists()
    assert [file.read_text() for file in session.iterdir()] == ["old"]


def test_what_was_saved_meanwhile_stays(tmp_path: Path) -> None:
    session = saved(tmp_path / "w", "old")
    with put_aside(session):
        saved(session, "new")
    assert [(file.name, file.read_text()) for file in session.iterdir()] == [(SAVED, "new")]


def test_what_somebody_left_aside_who_was_killed_comes_back(tmp_path: Path) -> None:
    saved(tmp_path / "w", "old")
    (tmp_path / "w" / SAVED).rename(tmp_path / "w" / ASIDE)
    put_back(tmp_path)
    assert (tmp_path / "w" / SAVED).read_text() == "old"


def test_nothing_saved_is_nothing_to_do(tmp_path: Path) -> None:
    with put_aside(tmp_path / "none"):
        put_back(tmp_path)
    assert list(tmp_path.iterdir()) == []
