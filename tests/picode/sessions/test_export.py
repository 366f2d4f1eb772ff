"""A conversation as a file for people and for programs."""

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from picode.messages import BashExecution, Custom, Image, Text, Thinking, ToolResult, User
from picode.sessions import branching
from picode.sessions.export import FORMS, export
from picode.sessions.file import SessionFile
from support.sessions import BEGAN, answer, conversation

EVIL = "</pre></div><script>alert(1)</script><img src=x onerror=alert(2)> & \"quotes\" 'too'"


@pytest.fixture
def session(home: Path) -> SessionFile:
    made = conversation(home, f"what? {EVIL}")
    thought = answer("so:\n```python\nprint('<b>')\n```\ndone", calls=("c1",))
    thought.content.insert(0, Thinking(EVIL))
    made.append_message(thought)
    made.append_message(ToolResult("c1", "read", [Text(f"```\n{EVIL}")], is_error=True, timestamp=BEGAN))
    made.append_message(BashExecution(command=f"echo {EVIL}", output="out", timestamp=BEGAN))
    made.append_message(Custom("x", EVIL))
    images = [Image("aGk=", "image/png"), Image('"><script>', "image/png"), Image("aGk=", "image/svg+xml")]
    made.append_message(User([*images], BEGAN))
    branching.set_name(made, f"Name {EVIL}")
    return made


def exported(session: SessionFile, form: str) -> str:
    file = io.BytesIO()
    export(session, form, file)
    return file.getvalue().decode()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_is_one_file_and_nothing_that_was_said_is_markup(session: SessionFile) -> None:
    page = exported(session, "html")
    tags = Tags()
    tags.feed(page)
    names = [tag for tag, _ in tags.found]
    assert names.count("script") == 1
    assert names.count("article") == 6
    sources = [attributes.get("src") for tag, attributes in tags.found if "src" in attributes]
    assert sources == ["data:image/png;base64,aGk="]
    assert not any(
        name.startswith("on") or name == "href" for _, attributes in tags.found for name in attributes
    )
    assert tags.text.count("<script>alert(1)</script>") >= 5
    assert "print('<b>')" in tags.text
    assert "prefers" in page or "color-scheme: light dark" in page


def test_the_pages_policy_allows_its_own_script_and_no_other(session: SessionFile) -> None:
    import base64
    import hashlib

    page = exported(session, "html")
    for tag in ("script", "style"):
        [content] = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page


def test_a_program_gets_every_entry_of_the_path_as_it_is(session: SessionFile) -> None:
    found = json.loads(exported(session, "json"))
    assert found["session"]["id"] == session.id
    assert found["entries"] == [session.read(position) for position in session.path_to_leaf()]


def test_the_path_alone_is_a_session_file_that_goes_on(session: SessionFile, tmp_path: Path) -> None:
    branching.navigate(session, session.tree.ids[1])
    session.append_message(answer("Another way."))
    left = len(session.tree)
    file = tmp_path / "out.jsonl"
    file.write_text(exported(session, "jsonl"))
    whole = session.path.read_bytes().splitlines()
    lines = file.read_bytes().splitlines()
    assert lines == [whole[0], *(session.line(position) for position in session.path_to_leaf())]
    assert len(lines) < left
    again = SessionFile.open(file)
    assert (again.id, again.leaf) == (session.id, session.leaf)
    again.close()


def test_markdown_keeps_fences_apart(session: SessionFile) -> None:
    page = exported(session, "md")
    assert page.startswith("# Name ")
    assert "## You, " in page
    assert "\n````\n```\n" in page
    assert "> </pre>" in page


def test_plain_text_says_who_and_what(session: SessionFile) -> None:
    page = exported(session, "text")
    assert "--- You, " in page
    assert "[read failed]" in page
    assert "[an image]" in page


@pytest.mark.parametrize("form", sorted(FORMS))
def test_one_without_a_message_is_no_error(home: Path, form: str) -> None:
    assert exported(SessionFile.create(home, "/x"), form)
