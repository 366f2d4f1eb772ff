"""`picode sessions`, over a real daemon."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from picode import paths
from picode.cli.main import run
from picode.errors import Missing, TryLater, UsageError
from picode.protocol import replies
from picode.protocol import requests as r
from picode.protocol.values import Place
from picode.sessions.store import folder_of
from support.daemon import Running, daemon
from support.sessions import answer, conversation, entry, header, user, written

__all__ = ["daemon"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "proj" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "proj")
    return tmp_path / "proj"


@pytest.fixture
def kept(where: paths.Paths, project: Path) -> Path:
    """A conversation of this project on disk."""
    return written(
        where.sessions / folder_of(str(project)) / "2026_0123456789.jsonl",
        header(id="0123456789", cwd=str(project)),
        entry("a", None, "how do tapes \x1b]0;evil\x07 work?"),
        entry("b", "a", "another tape"),
    )


def test_a_list_shows_this_projects_and_with_all_everybodys(
    daemon: Running, kept: Path, where: paths.Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation(where.sessions / "--x--", "elsewhere").close()
    assert run(["sessions"]) == 0
    assert "01234567" in (first := capsys.readouterr().out)
    assert "elsewhere" not in first
    assert "\x1b]" not in first
    for arguments in (["list", "--all"], ["--all", "list"], ["--all"]):
        assert run(["sessions", *arguments, "--json"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert {json.loads(line)["first"][:9] for line in lines} == {"how do ta", "elsewhere"}
    assert run(["sessions", "--all", "--limit", "1", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_words_are_found_and_shown_harmless(
    daemon: Running, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sessions", "search", "tapes", "work"]) == 0
    shown = capsys.readouterr().out
    assert "01234567" in shown
    assert "how do tapes" in shown
    assert "\x1b]" not in shown
    assert "\x07" not in shown
    assert run(["sessions", "search", "--json", "tape"]) == 0
    hits = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [hit["entry"] for hit in hits] == ["b", "a"]
    assert run(["sessions", "search", "another tape"]) == 0
    assert run(["sessions", "search", "tapes another"]) == 1


def test_one_is_shown_without_its_escape_sequences(
    daemon: Running, kept: Path, where: paths.Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sessions", "show", "0123"]) == 0
    shown = capsys.readouterr().out
    assert "another tape" in shown
    assert "\x1b" not in shown
    assert not list(where.runtime.glob("export-*"))
    assert run(["sessions", "show", "nothing"]) == Missing.exit_code


def test_an_export_goes_to_a_new_file_or_to_the_output(
    daemon: Running, kept: Path, project: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name, beginning in (("a.html", b"<!DOCTYPE html>"), ("a.md", b"# "), ("a.json", b'{"session"')):
        assert run(["sessions", "export", "0123", "-o", name]) == 0
        assert (project / name).read_bytes().startswith(beginning)
        assert name.encode() in capsysbinary.readouterr().out
    assert run(["sessions", "export", "0123", "-o", "a.md"]) == UsageError.exit_code
    capsysbinary.readouterr()
    assert run(["sessions", "export", "0123", "--format", "json"]) == 0
    assert len(json.loads(capsysbinary.readouterr().out)["entries"]) == 2
    assert run(["sessions", "export", str(kept), "-o", "b.txt"]) == 0
    assert (project / "b.txt").read_text().startswith("Conversation 0123456789")


def test_a_file_comes_in_and_goes(
    daemon: Running, where: paths.Paths, project: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    written(project / "of-pi.jsonl", header(cwd=str(project)), entry("a", None, "imported"))
    assert run(["sessions", "import", "of-pi.jsonl"]) == 0
    assert "s1 is here now" in capsys.readouterr().out
    assert run(["sessions", "delete", "s1"]) == UsageError.exit_code
    monkeypatch.setattr(sys, "stdin", Answers("n\n"))
    assert run(["sessions", "delete", "s1"]) == 1
    assert len(list(where.sessions.rglob("*.jsonl"))) == 1
    monkeypatch.setattr(sys, "stdin", Answers("y\n"))
    assert run(["sessions", "delete", "s1"]) == 0
    assert list(where.sessions.rglob("*.jsonl")) == []
    assert run(["sessions", "delete", "--yes", "s1"]) == Missing.exit_code
    assert (project / "of-pi.jsonl").exists()


class Answers(io.StringIO):
    """A person at a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_living_conversation_is_searched_moved_forked_and_deleted(
    daemon: Running, project: Path, where: paths.Paths
) -> None:
    place = Place(str(project))
    session = conversation(where.sessions / folder_of(str(project)), "one")
    session.append_message(answer("ONE"))
    session.append_message(user("two"))
    ids = session.tree.ids
    session.close()
    with daemon.connect() as client:
        opened = client.ask_for(replies.Snapshot, r.Open(0, place, "named", session.id))
        assert len(opened.entries) == 3
        client.ask_for(replies.Accepted, r.SetName(0, session.id, "Tapes"))
        client.ask_for(replies.Accepted, r.SetLabel(0, session.id, ids[0], "start"))
        tree = client.ask_for(replies.Tree, r.GetTree(0, session.id))
        assert [(node.text, node.label, node.active) for node in tree.nodes] == [
            ("one", "start", True), ("ONE", "", True), ("two", "", True),
        ]  # fmt: skip
        moved = client.ask_for(replies.Moved, r.Navigate(0, session.id, ids[2]))
        assert (moved.conversation, moved.leaf, moved.text) == (session.id, ids[1], "two")
        seen = client.ask_for(replies.Snapshot, r.Look(0, session.id))
        assert (len(seen.entries), seen.name, seen.seq) == (2, "Tapes", opened.seq + 2)
        forked = client.ask_for(replies.Moved, r.Fork(0, session.id, ids[2]))
        assert forked.text == "two"
        assert len(client.ask_for(replies.Snapshot, r.Look(0, forked.conversation)).entries) == 2
        cloned = client.ask_for(replies.Moved, r.Clone(0, session.id))
        assert len({session.id, forked.conversation, cloned.conversation}) == 3
        found = client.ask_for(replies.Found, r.Search(0, "ONE"))
        assert len(found.hits) == 6
        client.ask_for(replies.Accepted, r.Delete(0, session.id))
        assert not session.path.exists()
        with pytest.raises(Missing):
            client.ask(r.Look(0, session.id))
        exported = client.ask_for(replies.Exported, r.Export(0, cloned.conversation))
        assert Path(exported.path).parent == where.data / "exports"
        assert os.path.getsize(exported.path) == exported.size


def test_one_that_is_at_work_is_neither_moved_nor_deleted(daemon: Running, project: Path) -> None:
    with daemon.connect() as client:
        opened = client.ask_for(replies.Snapshot, r.Open(0, Place(str(project)), "new"))
        client.ask(r.RunCommand(0, opened.conversation, "sleep 30"))
        for request in (r.Delete(0, opened.conversation), r.Navigate(0, opened.conversation, "x")):
            with pytest.raises(TryLater, match="at work"):
                client.ask(request)
        client.ask(r.Cancel(0, opened.conversation))
