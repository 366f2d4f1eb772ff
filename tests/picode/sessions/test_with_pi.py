"""Real pi and PiCode continue the same file in turns (`.ci/pi` installs the versions)."""

import json
from pathlib import Path

import pytest

from picode.errors import TryLater
from picode.messages import CompactionSummary, Text, ToolResult, plain_text
from picode.sessions import branching
from picode.sessions.file import SessionFile
from picode.sessions.messages import context_of
from support.model_script import Call, Script
from support.model_server import ModelServer, Received, say
from support.pi import VERSIONS, Pi
from support.sessions import BEGAN, answer, user

EXTENSION = """
export default function (pi) {
    pi.registerCommand("mark", { description: "", handler: async (args, ctx) =>
        pi.setLabel(ctx.sessionManager.getLeafId(), args) });
    pi.registerCommand("back", { description: "", handler: async (args, ctx) =>
        ctx.navigateTree(args, { summarize: false }) });
}
"""
"""What pi does only at a keyboard otherwise: labels, and going elsewhere in the tree."""


@pytest.fixture
def pi(home: Path, model_server: ModelServer) -> Pi:
    return Pi("0.73.1", home, model_server)


def as_asked(request: Received) -> Script:
    """pi asks for one summary or two, as it finds fit: they are what was not asked for here."""
    last = request.body["messages"][-1]
    content = last["content"]
    words = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
    if words == "read the file":
        return Script(Call("read", {"path": "a.txt"}))
    if last["role"] == "tool":
        return say("read by pi")
    answers = {
        "on a branch": "on the other branch",
        "and now": "after the summary",
        "and pi again": "the end",
    }
    return say(answers.get(words, "All that was, in pi's words."))


def texts(session: SessionFile) -> list[str]:
    return [
        plain_text(message.content) for message in context_of(session).messages if hasattr(message, "content")
    ]


def test_each_continues_what_the_other_wrote_and_every_byte_stays(pi: Pi) -> None:
    pi.say("first of pi", "answer one")
    file = pi.only_file()
    kept = file.read_bytes()
    for turn in range(2):
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
    assert len(texts(session)) == 2 + 2 * 6
    assert session.name == "Name 1"
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


@pytest.mark.parametrize("version", VERSIONS)
def test_tools_labels_branches_and_summaries_go_both_ways(
    home: Path, model_server: ModelServer, version: str
) -> None:
    pi = Pi(version, home, model_server)
    (home / "marks.ts").write_text(EXTENSION)
    (pi.project / "a.txt").write_text("what stands in the file\n")
    # begun here, with a call of a tool
    session = SessionFile.create(pi.sessions, str(pi.project))
    session.append_message(user("begun here"))
    session.append_message(answer("looking", calls=("call_1",)))
    session.append_message(ToolResult("call_1", "read", [Text("our content")], timestamp=BEGAN))
    there = session.append_message(answer("ours"))
    session.append_message(user("a way that is left"))
    session.append_message(answer("left"))
    session.close()
    file, ours = session.path, session.path.read_bytes()

    # pi: a call of a tool, a label, a name, back to where we were, another branch, a summary
    model_server.when_empty = as_asked
    pi.rpc(
        file, {"turn": "read the file"}, {"type": "prompt", "message": "/mark of pi"},
        {"type": "set_session_name", "name": "Named by pi"}, {"type": "prompt", "message": f"/back {there}"},
        {"turn": "on a branch"}, {"type": "compact"}, {"turn": "and now"}, extension=home / "marks.ts",
    )  # fmt: skip
    theirs = file.read_bytes()
    assert theirs.startswith(ours)
    session = SessionFile.open(file)
    assert session.notices == []
    assert session.name == "Named by pi"
    assert list(branching.labels(session).values()) == ["of pi"]
    assert isinstance(context_of(session).messages[0], CompactionSummary)
    assert texts(session)[-2:] == ["and now", "after the summary"]
    assert b"what stands in the file" in theirs

    # here: back to the file that pi read, a label, a summary
    marked = next(iter(branching.labels(session)))
    assert branching.navigate(session, marked) == ""
    assert texts(session)[-1] == "read by pi"
    last = session.append_message(user("on from there"))
    session.append_message(answer("gone on"))
    branching.set_label(session, last, "of ours")
    session.append("compaction", {"summary": "In our words.", "firstKeptEntryId": last, "tokensBefore": 9})
    session.close()
    mixed = file.read_bytes()
    assert mixed.startswith(theirs)

    told = json.dumps(pi.say("and pi again", "the end", file=file))
    assert "In our words." in told
    assert "on from there" in told
    assert "what stands in the file" not in told
    assert file.read_bytes().startswith(mixed)
    session = SessionFile.open(file)
    assert session.notices == []
    assert sorted(branching.labels(session).values()) == ["of ours", "of pi"]
    assert texts(session) == ["on from there", "gone on", "and pi again", "the end"]
    session.close()


def test_what_pi_writes_into_an_open_conversation_is_kept_and_told(pi: Pi) -> None:
    pi.say("one", "answer one")
    file = pi.only_file()
    session = SessionFile.open(file)
    session.append_message(user("two"))
    with pytest.raises(TryLater, match="is open in another process"):
        SessionFile.open(file)
    # pi takes no lock, and asks for none
    pi.say("three", "answer three", file=file)
    theirs = file.read_bytes()
    session.append_message(answer("answer two"))
    [told] = session.fresh
    assert "such as pi, has written to this conversation's file" in told
    assert texts(session) == ["one", "answer one", "two", "answer two"]
    session.close()
    assert file.read_bytes().startswith(theirs)
    again = SessionFile.open(file)
    [leaf_of_pi] = [id_ for id_ in again.tree.ids if b"answer three" in again.line(again.tree.by_id[id_])]
    assert branching.navigate(again, leaf_of_pi) == ""
    assert texts(again) == ["one", "answer one", "two", "three", "answer three"]
    again.close()


def test_the_versions_are_those_that_are_installed_for_the_checks() -> None:
    script = (Path(__file__).parents[3] / ".ci" / "pi").read_text()
    assert f"set -- {' '.join(VERSIONS)}\n" in script
