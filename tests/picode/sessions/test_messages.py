"""The model's context of a conversation."""

from pathlib import Path

from picode.messages import (
    BranchSummary,
    CompactionSummary,
    Custom,
    Message,
    Text,
    ToolResult,
    User,
    plain_text,
)
from picode.sessions.file import SessionFile
from picode.sessions.messages import INTERRUPTED, context_of, paired
from support.sessions import PI_LINES, answer, conversation, user


def said(session: SessionFile) -> list[str]:
    return [
        message.summary if isinstance(message, CompactionSummary | BranchSummary)
        else plain_text(message.content) if not hasattr(message, "command") else message.command
        for message in context_of(session).messages
    ]  # fmt: skip


def result(call: str, text: str = "ok") -> ToolResult:
    return ToolResult(call, "read", [Text(text)])


def test_model_and_thinking_are_the_last_that_were_chosen_or_answered(home: Path) -> None:
    session = conversation(home)
    assert context_of(session).model == ""
    assert context_of(session).thinking == ""
    session.append("model_change", {"provider": "anthropic", "modelId": "m/1"})
    session.append("thinking_level_change", {"thinkingLevel": "high"})
    assert (context_of(session).model, context_of(session).thinking) == ("anthropic/m/1", "high")
    session.append_message(answer("x"))
    session.append_message(user("y"))
    assert context_of(session).model == "demo/demo"


def test_a_compaction_comes_first_then_what_it_kept_then_the_rest(home: Path) -> None:
    session = conversation(home, "one", "two")
    kept = session.leaf
    session.append_message(answer("three"))
    session.append("compaction", {"summary": "S", "firstKeptEntryId": kept, "tokensBefore": 9})
    session.append_message(user("four"))
    assert said(session) == ["S", "two", "three", "four"]


def test_only_the_last_compaction_counts(home: Path) -> None:
    session = conversation(home, "one")
    kept = session.leaf
    session.append("compaction", {"summary": "S", "firstKeptEntryId": kept, "tokensBefore": 9})
    session.append_message(user("two"))
    session.append("compaction", {"summary": "T", "firstKeptEntryId": kept, "tokensBefore": 9})
    assert said(session) == ["T", "one", "two"]


def test_a_compaction_that_names_nothing_on_the_path_keeps_nothing(home: Path) -> None:
    session = conversation(home, "one")
    session.append("compaction", {"summary": "S", "firstKeptEntryId": "nowhere", "tokensBefore": 9})
    session.append_message(user("two"))
    assert said(session) == ["S", "two"]


def test_custom_messages_and_branch_summaries_are_part_of_it(home: Path) -> None:
    session = conversation(home, "one")
    session.append_message(Custom("note", "injected", details={"k": 1}))
    session.append_message(BranchSummary("tried that", session.leaf or ""))
    session.append("custom", {"customType": "state", "data": {}})
    session.append("label", {"targetId": session.leaf, "label": "here"})
    assert said(session) == ["one", "injected", "tried that"]


def test_edits_of_later_versions_replace_or_hide_an_entry(home: Path) -> None:
    session = conversation(home, "one")
    first = session.leaf
    second = session.append_message(user("two"))
    session.append("context_edit", {"targetId": first, "replacement": {"content": "edited"}})
    session.append("context_edit", {"targetId": second, "replacement": None})
    assert said(session) == ["edited"]


def test_what_pi_wrote_gives_the_context_that_pi_makes(home: Path) -> None:
    path = home / "pi.jsonl"
    path.write_bytes(PI_LINES.read_bytes())
    found = context_of(SessionFile.open(path))
    assert found.model == "fake/fake-1"
    assert [type(message).__name__ for message in found.messages] == [
        "CompactionSummary", "User", "Assistant", "ToolResult", "ToolResult", "BashExecution", "Assistant",
        "BranchSummary", "Custom",
    ]  # fmt: skip
    assert [type(message).__name__ for message in paired(found.messages)][:4] == [
        "CompactionSummary", "User", "Assistant", "ToolResult",
    ]  # fmt: skip


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    asked = answer("", ("c1", "c2"))
    found = paired([user("a"), asked, result("c2"), user("b")])
    assert [type(message) for message in found] == [User, type(asked), ToolResult, ToolResult, User]
    assert isinstance(found[2], ToolResult)
    assert (found[2].tool_call_id, found[2].is_error, plain_text(found[2].content)) == (
        "c1",
        True,
        INTERRUPTED,
    )
    assert found[3] == result("c2")


def test_a_result_without_a_call_is_left_out() -> None:
    assert paired([result("c"), user("a"), result("c")]) == [user("a")]


def test_the_first_of_several_results_counts_and_comes_right_behind_its_call() -> None:
    messages: list[Message] = [
        answer("", ("c",)),
        user("in between"),
        result("c", "first"),
        result("c", "second"),
    ]
    assert paired(messages) == [messages[0], messages[2], messages[1]]


def test_an_id_that_a_model_uses_again_has_its_own_result() -> None:
    messages: list[Message] = [answer("", ("c",)), answer("", ("c",)), result("c")]
    found = paired(messages)
    assert [getattr(message, "is_error", None) for message in found] == [None, True, None, False]


def test_what_is_whole_stays_as_it_is() -> None:
    messages: list[Message] = [
        user("a"),
        answer("", ("c1", "c2")),
        result("c1"),
        result("c2"),
        answer("done"),
    ]
    assert paired(messages) == messages
    assert paired(paired(messages)) == messages
    assert paired([]) == []
