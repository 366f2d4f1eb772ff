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
    assert found.info("p", 5_000_000).modified == 5


def test_marks_on_the_border_of_two_pieces_are_counted_once(home: Path) -> None:
    named = '{"type":"session_info","id":"n","parentId":"a","timestamp":"t","name":"N"}\n'
    path = written(home / "s.jsonl", header(), entry("a", None), named, entry("b", "a"))
    for piece in range(30, path.stat().st_size + 2):
        survey.PIECE = piece
        found = survey.survey(path)
        assert found is not None
        assert (found.messages, found.name) == (2, "N")
    survey.PIECE = 1024 * 1024


def test_what_was_added_is_read_alone_and_says_the_same_as_the_whole(home: Path) -> None:
    named = '{"type":"session_info","id":"n","parentId":"a","timestamp":"t","name":"N"}\n'
    whole = (header() + entry("a", None) + named + entry("b", "a") + entry("c", "b")).encode()
    path = home / "s.jsonl"
    for cut in range(len(header()), len(whole)):
        path.write_bytes(whole[:cut])
        before = survey.survey(path)
        path.write_bytes(whole)
        assert survey.survey(path, before) == survey.survey(path), cut


def test_a_file_that_was_rewritten_is_read_anew(home: Path) -> None:
    path = written(home / "s.jsonl", header(), entry("a", None, "old"), entry("b", "a"))
    before = survey.survey(path)
    written(path, header(), entry("a", None, "new"), *[entry("b", "a")] * 9)
    found = survey.survey(path, before)
    assert found is not None
    assert (found.first, found.messages) == ("new", 10)
    written(path, header())
    found = survey.survey(path, before)
    assert found is not None
    assert (found.first, found.messages) == ("", 0)


def test_other_files_have_none(home: Path) -> None:
    assert survey.survey(home / "none") is None
    assert survey.survey(home) is None
    for content in ("", "x", "{}", "\x00" * 9, '{"type":"session"}'):
        assert survey.survey(written(home / "f", content)) is None
        assert survey.header_of(home / "f") is None
