"""The files that the last answer names, from a session file."""

from pathlib import Path

from picode.messages import Assistant, Text, Usage, User
from picode.server.explorer_view import Shown
from picode.server.referred import Referred
from picode.sessions.file import SessionFile


def answer(session: SessionFile, text: str) -> None:
    session.append_message(User([Text("?")], 1))
    session.append_message(Assistant([Text(text)], "demo", "demo", "demo", Usage(), "stop", timestamp=1))


def test_files_of_the_project_that_are_there_are_named_by_the_last_answer_alone(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    (project / "src").mkdir(parents=True)
    for name in ("src/app.py", "a.py", "b.py"):
        (project / name).write_text("")
    (tmp_path / "out.py").write_text("")
    session = SessionFile.create(tmp_path / "sessions", str(project / "src"))
    referred = Referred()
    assert referred.below(project, session) == {}
    answer(session, "See app.py:12:3, app.py:4, ../a.py:7, gone.py:1 and ../../out.py:2.")
    assert referred.below(project, session) == {"src/app.py": (12, 3), "a.py": (7, 0)}
    answer(session, "Now ../b.py:9.")
    assert referred.below(project, session) == {"b.py": (9, 0)}
    session.close()


def test_a_named_file_is_shown_with_its_line_and_means_that_place() -> None:
    shown = Shown(referred={"src/app.py": (12, 3)})
    assert (shown.visible("src/app.py"), shown.visible("a.py")) == ("src/app.py:12", "a.py")
    assert shown.place("src/app.py:12") == ("src/app.py", 12, 3)
    assert shown.place("a.py") == ("a.py", 0, 0)
    shown.referred = {}
    # a plugin that was not told yet
    assert shown.place("src/app.py:12") == ("src/app.py", 0, 0)
