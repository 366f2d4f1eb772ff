"""Real pi and PiCode continue the same file in turns. PICODE_TEST_PI names pi's installed package directory."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from picode.messages import Text, ToolResult, plain_text
from picode.sessions import branching
from picode.sessions.file import SessionFile
from picode.sessions.messages import context_of
from support.model_server import ModelServer, say
from support.sessions import BEGAN, answer, user
from support.tools import need

WITHIN = 90
"""Seconds for one answer of pi."""


class Pi:
    """pi in a home of its own, with one provider: the scripted server."""

    def __init__(self, home: Path, server: ModelServer) -> None:
        named = os.environ.get("PICODE_TEST_PI")
        if not named:
            pytest.skip("PICODE_TEST_PI does not name an installed @mariozechner/pi-coding-agent")
        self.command = [need("node"), str(Path(named) / "dist" / "cli.js")]
        self.server = server
        self.home, self.project, self.sessions = home / "pi", home / "proj", home / "sessions"
        for directory in (self.home, self.project, self.sessions):
            directory.mkdir()
        model = {"id": "fake-1", "contextWindow": 100_000, "maxTokens": 1000}
        provider = {
            "baseUrl": f"{server.url}/v1",
            "apiKey": "x",
            "api": "openai-completions",
            "models": [model],
        }
        (self.home / "models.json").write_text(json.dumps({"providers": {"fake": provider}}))

    def say(self, words: str, *reply: str, file: Path | None = None) -> list[dict[str, Any]]:
        """Ask pi once; what the model was told."""
        self.server.enqueue(*(say(text) for text in reply))
        before = len(self.server.requests)
        where = ["--session", str(file)] if file else ["--session-dir", str(self.sessions)]
        done = subprocess.run(
            [*self.command, "-p", "--provider", "fake", "--model", "fake-1", "--no-tools", *where, words],
            env={**os.environ, "PI_CODING_AGENT_DIR": str(self.home), "PI_OFFLINE": "1", "PI_SKIP_VERSION_CHECK": "1"},
            cwd=self.project, capture_output=True, text=True, timeout=WITHIN, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert reply[-1] in done.stdout
        messages: list[dict[str, Any]] = self.server.wait_for(before + 1)[-1].body["messages"]
        return messages

    def only_file(self) -> Path:
        [file] = self.sessions.rglob("*.jsonl")
        return file


@pytest.fixture
def pi(home: Path, model_server: ModelServer) -> Pi:
    return Pi(home, model_server)


def texts(session: SessionFile) -> list[str]:
    return [
        plain_text(message.content) for message in context_of(session).messages if hasattr(message, "content")
    ]


def test_each_continues_what_the_other_wrote_and_every_byte_stays(pi: Pi) -> None:
    pi.say("first of pi", "answer one")
    file = pi.only_file()
    kept = file.read_bytes()
    for turn in range(3):
        session = SessionFile.open(file)
        assert not session.notices
        assert texts(session)[-1].startswith("answer")
        session.append_message(user(f"read it {turn}"))
        session.append_message(answer(calls=(f"call_{turn}",)))
        session.append_message(ToolResult(f"call_{turn}", "read", [Text(f"content {turn}")], timestamp=BEGAN))
        session.append_message(answer(f"ours {turn}"))
        branching.set_label(session, session.tree.ids[-1], f"mark {turn}")
        branching.set_name(session, f"Name {turn}")
        session.close()
        ours = file.read_bytes()
        assert ours.startswith(kept)
        told = json.dumps(pi.say(f"again {turn}", f"answer again {turn}", file=file))
        for words in ("first of pi", "answer one", f"content {turn}", f"ours {turn}", f"again {turn}"):
            assert words in told
        kept = file.read_bytes()
        assert kept.startswith(ours)
    session = SessionFile.open(file)
    assert len(texts(session)) == 2 + 3 * 6
    assert session.name == "Name 2"
    session.close()


def test_a_branch_and_a_compaction_of_ours_mean_the_same_to_pi(pi: Pi) -> None:
    pi.say("the way", "answer to it")
    file = pi.only_file()
    session = SessionFile.open(file)
    first = next(
        id_ for id_, kind in zip(session.tree.ids, session.tree.kinds, strict=True) if kind == "message"
    )
    assert branching.navigate(session, first) == "the way"
    session.append_message(user("another way"))
    session.append_message(answer("answer to that"))
    session.close()
    told = json.dumps(pi.say("go on", "gone on", file=file))
    assert "another way" in told
    assert 'the way"' not in told.replace("another way", "")
    session = SessionFile.open(file)
    last = next(
        id_
        for id_, kind in zip(session.tree.ids[::-1], session.tree.kinds[::-1], strict=True)
        if kind == "message"
    )
    session.append("compaction", {"summary": "All that was.", "firstKeptEntryId": last, "tokensBefore": 9})
    session.close()
    told = json.dumps(pi.say("and now", "now", file=file))
    assert "All that was." in told
    assert "gone on" in told
    assert "another way" not in told
    session = SessionFile.open(file)
    assert texts(session) == ["gone on", "and now", "now"]
    session.close()


def test_pi_continues_a_conversation_that_began_here_and_its_fork(pi: Pi) -> None:
    session = SessionFile.create(pi.sessions, str(pi.project))
    session.append_message(user("begun here"))
    session.append_message(answer("answered here"))
    branching.set_label(session, session.tree.ids[0], "start")
    session.append_message(user("left out"))
    made, text = branching.fork(session, session.tree.ids[-1])
    assert text == "left out"
    session.close()
    made.close()
    for file in (session.path, made.path):
        before = file.read_bytes()
        told = json.dumps(pi.say("in pi", "said by pi", file=file))
        assert "answered here" in told
        assert ("left out" in told) == (file == session.path)
        assert file.read_bytes().startswith(before)
        again = SessionFile.open(file)
        assert texts(again)[-2:] == ["in pi", "said by pi"]
        assert branching.labels(again) == {again.tree.ids[0]: "start"}
        again.close()


def test_a_last_line_without_its_end_is_not_glued_to_ours(pi: Pi) -> None:
    pi.say("one", "answer one")
    file = pi.only_file()
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    session = SessionFile.open(file)
    session.append_message(user("two"))
    session.append_message(answer("answer two"))
    session.close()
    assert "answer two" in json.dumps(pi.say("three", "answer three", file=file))
