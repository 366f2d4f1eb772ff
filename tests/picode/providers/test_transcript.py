"""A conversation in three roles: what a session keeps and an API does not know."""

from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Custom,
    Message,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
    plain_text,
)
from picode.providers.transcript import NO_RESULT, call_id, turns
from support.model_calls import user


def calling(*ids: str) -> Assistant:
    return Assistant([ToolCall(id_, "ls", {}) for id_ in ids], "a", "p", "m", Usage(), "toolUse", 1)


def result(id_: str) -> ToolResult:
    return ToolResult(id_, "ls", [Text(f"of {id_}")])


def test_results_stand_behind_their_calls_whatever_came_between() -> None:
    told: list[Message] = [user("a"), calling("1", "2"), user("steering"), result("2"), result("1")]
    assert turns(told) == [user("a"), calling("1", "2"), result("1"), result("2"), user("steering")]


def test_a_call_without_result_gets_one_and_a_result_without_call_goes() -> None:
    made = turns([user("a"), calling("1"), result("other"), user("b")])
    assert [type(turn) for turn in made] == [User, Assistant, ToolResult, User]
    missing = made[2]
    assert isinstance(missing, ToolResult)
    assert missing.is_error
    assert plain_text(missing.content) == NO_RESULT


def test_commands_summaries_and_custom_entries_are_the_users_words() -> None:
    told: list[Message] = [
        BashExecution("make", "out\n", exit_code=2),
        BashExecution("secret", "x", exclude_from_context=True),
        BashExecution("true", "", cancelled=True),
        Custom("note", "words"),
        Custom("note", [Text("blocks")]),
        BranchSummary("branched", "id"),
        BranchSummary("", "id"),
        CompactionSummary("short", 10),
    ]
    words = [plain_text(turn.content) for turn in turns(told)]
    assert all(isinstance(turn, User) for turn in turns(told))
    assert words[0] == "Ran `make`\n```\nout\n```\nCommand exited with code 2"
    assert words[1] == "Ran `true`\n(no output)\n(command cancelled)"
    assert words[2:4] == ["words", "blocks"]
    assert "<summary>\nbranched\n</summary>" in words[4]
    assert "<summary>\nshort\n</summary>" in words[5]
    assert len(words) == 6


def test_an_answer_that_says_nothing_is_left_out() -> None:
    empty = Assistant([Text(" \n"), Thinking("")], "a", "p", "m", Usage(), "aborted", 1)
    assert turns([user("a"), empty, user("b")]) == [user("a"), user("b")]


def test_ids_fit_every_api_and_stay_apart() -> None:
    assert call_id("toolu_01-abc") == "toolu_01-abc"
    strange = ["a.b", "a:b", "x" * 41, "", "ü", "\ud800"]
    made = [call_id(id_) for id_ in strange]
    assert all(id_.isalnum() and len(id_) <= 40 for id_ in made)
    assert len(set(made)) == len(strange)
    assert made == [call_id(id_) for id_ in strange]
