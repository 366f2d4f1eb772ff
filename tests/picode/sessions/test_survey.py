"""What a list shows of a file."""

from pathlib import Path

from picode.sessions import survey
from support.sessions import conversation, entry, header, user, written


def test_a_survey_tells_what_a_list_shows(home: Path) -> None:
    session = conversation(home, "first\n  question", "second")
    session.append("session_info", {"name": "old"})
    session.append("session_info", {"name": "new"})
    session.append_message(user("third"))
    found = survey.survey(session.path)
    assert found is not None
    assert (found.id, found.cwd, found.name) == (session.id, "/home/u/proj", "new")
    assert (found.first, found.messages) == ("first question", 3)
    assert found.created == 1_795_210_935_497
    assert found.modified > 0


def test_marks_on_the_border_of_two_pieces_are_counted_once(home: Path) -> None:
    named = '{"type":"session_info","id":"n","parentId":"a","timestamp":"t","name":"N"}\n'
    path = written(home / "s.jsonl", header(), entry("a", None), named, entry("b", "a"))
    for piece in range(30, path.stat().st_size + 2):
        survey.PIECE = piece
        found = survey.survey(path)
        assert found is not None
        assert (found.messages, found.name) == (2, "N")
    survey.PIECE = 1024 * 1024


def test_other_files_have_none(home: Path) -> None:
    assert survey.survey(home / "none") is None
    assert survey.survey(home) is None
    for content in ("", "x", "{}", "\x00" * 9, '{"type":"session"}'):
        assert survey.survey(written(home / "f", content)) is None
        assert survey.header_of(home / "f") is None
