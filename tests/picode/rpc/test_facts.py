"""What pi's clients ask about a conversation, from entries of all its versions."""

from typing import Any

from picode.protocol.values import ModelInfo, Prices, Status
from picode.rpc import facts

AT = {"timestamp": "2026-11-20T21:42:15.510Z"}
MS = 1795210935510


def user(id_: str, parent: str | None, text: str) -> dict[str, Any]:
    message = {"role": "user", "content": text, "timestamp": MS}
    return {"type": "message", "id": id_, "parentId": parent, **AT, "message": message}


def answer(id_: str, parent: str, **usage: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": [{"type": "text", "text": "Yes."}], "usage": usage}
    return {"type": "message", "id": id_, "parentId": parent, **AT, "message": message}


def test_what_is_no_message_has_a_messages_time() -> None:
    entries = [
        user("a", None, "hi"),
        {"type": "custom_message", "id": "b", "parentId": "a", **AT, "customType": "x", "content": "c",
         "display": True},
        {"type": "branch_summary", "id": "c", "parentId": "b", **AT, "summary": "left", "fromId": "z"},
        {"type": "compaction", "id": "d", "parentId": "c", **AT, "summary": "old", "tokensBefore": 9,
         "firstKeptEntryId": "b"},
    ]  # fmt: skip
    assert facts.messages(entries, "d") == [
        {"role": "compactionSummary", "summary": "old", "tokensBefore": 9, "timestamp": MS},
        {"role": "custom", "customType": "x", "content": "c", "display": True, "timestamp": MS},
        {"role": "branchSummary", "summary": "left", "fromId": "z", "timestamp": MS},
    ]
    # one that keeps nothing names itself
    entries[-1]["firstKeptEntryId"] = "d"
    assert [one["role"] for one in facts.messages(entries, "d")] == ["compactionSummary"]


def test_a_model_has_its_price_by_the_million_tokens() -> None:
    told = facts.model(ModelInfo("a/m", True, prices=Prices(1, 5, 0.1, 1.25)))
    assert told["cost"] == {"input": 1, "output": 5, "cacheRead": 0.1, "cacheWrite": 1.25}
    assert set(facts.model(ModelInfo("a/m", True))["cost"].values()) == {0}


def test_edits_of_later_versions_count_and_the_last_one_wins() -> None:
    def edit(id_: str, parent: str, target: str, replacement: Any) -> dict[str, Any]:
        return {"type": "context_edit", "id": id_, "parentId": parent, **AT, "targetId": target,
                "replacement": replacement}  # fmt: skip

    entries = [
        user("a", None, "hi"), user("b", "a", "gone"), edit("c", "b", "b", None), edit("d", "c", "a", None),
        edit("e", "d", "a", {"content": "new"}),
    ]  # fmt: skip
    assert [one["content"] for one in facts.messages(entries, "e")] == ["new"]
    assert [one["content"] for one in facts.messages(entries, "b")] == ["hi", "gone"]


def test_tokens_are_those_of_answers_and_summaries_and_the_context_is_not_known_after_one() -> None:
    counts = {"input": 10, "output": 2, "cacheRead": 3, "cacheWrite": 4}
    newer = {"type": "compaction", "id": "c", "parentId": "b", **AT, "summary": "s", "usage": {"input": 5}}
    ours = {"type": "branch_summary", "id": "d", "parentId": "c", **AT, "summary": "s",
            "details": {"usage": {"output": 7}}}  # fmt: skip
    entries = [user("a", None, "hi"), answer("b", "a", **counts), newer, ours]
    status = Status(context_used=50, context_window=200)
    told = facts.stats(entries, "d", status)
    assert told["tokens"] == {"input": 15, "output": 9, "cacheRead": 3, "cacheWrite": 4, "total": 31}
    assert told["contextUsage"] == {"tokens": None, "contextWindow": 200, "percent": None}
    assert facts.stats(entries, "b", status)["contextUsage"]["percent"] == 25
    assert "contextUsage" not in facts.stats(entries, "b", Status())
