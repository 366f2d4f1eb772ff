"""Events in pi's names: their order, their nesting, and the delta form."""

from picode.messages import (
    Assistant,
    BashExecution,
    Custom,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
)
from picode.pi_events import Translation
from picode.protocol import events
from picode.protocol.events import AnyEvent
from picode.protocol.values import Entry, Queued, Status, Summary


def answer(*content: Text | Thinking | ToolCall, stop: str = "stop") -> Assistant:
    return Assistant(list(content), "demo", "demo", "demo", Usage(), stop, 0)  # type: ignore[arg-type]


CALL = ToolCall("c1", "read", {"path": "a"})
TURN: list[AnyEvent] = [
    events.TurnStarted(),
    events.EntryAdded(Entry("1", User([Text("hi")], 0))),
    events.AnswerBegun("demo/demo"),
    events.ThoughtAdded("hm"),
    events.TextAdded("I "),
    events.TextAdded("look."),
    events.ToolPlanned("c1", "read"),
    events.EntryAdded(Entry("2", answer(Thinking("hm"), Text("I look."), CALL, stop="toolUse"))),
    events.ToolStarted("c1", "read", "read a"),
    events.ToolPrinted("c1", "text"),
    events.EntryAdded(Entry("3", ToolResult("c1", "read", [Text("text")]))),
    events.AnswerBegun("demo/demo"),
    events.TextAdded("Done."),
    events.EntryAdded(Entry("4", answer(Text("Done.")))),
    events.TurnEnded("done"),
]


def told(turn: list[AnyEvent]) -> list[dict[str, object]]:
    translation = Translation()
    return [one for event in turn for one in translation.objects(event)]


def names(turn: list[AnyEvent]) -> list[str]:
    out = []
    for one in told(turn):
        inner = one.get("assistantMessageEvent")
        out.append(str(inner["type"]) if isinstance(inner, dict) else str(one["type"]))
    return out


def test_order_and_nesting() -> None:
    assert names(TURN) == [
        "agent_start", "turn_start", "message_start", "message_end",
        "message_start", "thinking_start", "thinking_delta", "text_start", "text_delta", "text_delta",
        "toolcall_start", "toolcall_delta", "thinking_end", "text_end", "toolcall_end", "message_end",
        "tool_execution_start", "tool_execution_update", "tool_execution_end", "message_start", "message_end",
        "turn_end", "turn_start",
        "message_start", "text_start", "text_delta", "text_end", "message_end",
        "turn_end", "agent_end", "agent_settled",
    ]  # fmt: skip


def test_a_tool_call_carries_its_arguments_and_its_result() -> None:
    found = {str(one["type"]): one for one in told(TURN)}
    assert found["tool_execution_start"]["args"] == {"path": "a"}
    end = found["tool_execution_end"]
    assert end["result"] == {"content": [{"type": "text", "text": "text"}], "details": {}}
    assert end["isError"] is False


def test_the_end_carries_every_message_of_the_run() -> None:
    messages = told(TURN)[-2]["messages"]
    assert isinstance(messages, list)
    assert [one["role"] for one in messages] == ["user", "assistant", "toolResult", "assistant"]


def test_updates_carry_only_what_is_new() -> None:
    assert all("message" not in one for one in told(TURN) if one["type"] == "message_update")


def test_a_failed_answer_has_its_end_too() -> None:
    cut = [*TURN[:3], events.EntryAdded(Entry("2", answer(stop="error"))), events.TurnEnded("failed", "No.")]
    assert names(cut)[-4:] == ["message_end", "turn_end", "agent_end", "agent_settled"]


def test_a_changed_queue_is_told_once() -> None:
    status = Status("thinking", queue=[Queued("a", "steer"), Queued("b", "follow_up")])
    assert told([events.StatusChanged(status), events.StatusChanged(status)]) == [
        {"type": "queue_update", "steering": ["a"], "followUp": ["b"]}
    ]


def test_a_call_that_is_made_again_is_told_with_its_outcome() -> None:
    again: list[AnyEvent] = [*TURN[:3], events.Retrying(1, 3, 0.5, "Busy."), *TURN[11:]]
    found = [one for one in told(again) if str(one["type"]).startswith("auto_retry")]
    assert found == [
        {"type": "auto_retry_start", "attempt": 1, "maxAttempts": 3, "delayMs": 500, "errorMessage": "Busy."},
        {"type": "auto_retry_end", "success": True, "attempt": 1},
    ]


def test_a_call_that_fails_for_good_says_so() -> None:
    again: list[AnyEvent] = [events.Retrying(3, 3, 0.5, "Busy."), events.TurnEnded("failed", "Busy.")]
    assert told(again)[-2] == {
        "type": "auto_retry_end",
        "success": False,
        "attempt": 3,
        "finalError": "Busy.",
    }


def test_a_summary_by_hand_is_no_run_of_the_agent() -> None:
    by_hand: list[AnyEvent] = [
        events.TurnStarted(), events.CompactionStarted("manual"), events.CompactionEnded("manual", "Short."),
        events.TurnEnded("failed", "Short."),
    ]  # fmt: skip
    assert told(by_hand) == [
        {"type": "compaction_start", "reason": "manual"},
        {
            "type": "compaction_end",
            "reason": "manual",
            "aborted": False,
            "willRetry": False,
            "errorMessage": "Short.",
        },
        {"type": "agent_settled", "aborted": False},
    ]


def test_a_summary_is_told_with_what_it_says_and_the_tries_that_it_took() -> None:
    summary = Summary("Much was said.", "e1", 900, 100, {"readFiles": ["a"], "modifiedFiles": []})
    taken: list[AnyEvent] = [
        events.CompactionStarted("overflow"), events.Retrying(1, 3, 2.0, "Busy."),
        events.CompactionEnded("overflow", result=summary), events.CompactionStarted("manual"),
        events.CompactionEnded("manual", "Request was aborted", aborted=True),
    ]  # fmt: skip
    assert told(taken) == [
        {"type": "compaction_start", "reason": "overflow"},
        {
            "type": "summarization_retry_scheduled", "attempt": 1, "maxAttempts": 3, "delayMs": 2000,
            "errorMessage": "Busy.",
        },
        {"type": "summarization_retry_attempt_start", "source": "compaction", "reason": "overflow"},
        {"type": "summarization_retry_finished"},
        {
            "type": "compaction_end", "reason": "overflow", "aborted": False, "willRetry": True,
            "result": {
                "summary": "Much was said.", "firstKeptEntryId": "e1", "tokensBefore": 900, "estimatedTokensAfter": 100,
                "details": {"readFiles": ["a"], "modifiedFiles": []},
            },
        },
        {"type": "compaction_start", "reason": "manual"},
        {"type": "compaction_end", "reason": "manual", "aborted": True, "willRetry": False},
    ]  # fmt: skip


def test_what_a_call_prints_is_told_from_its_beginning_each_time() -> None:
    printed = [*TURN[:9], events.ToolPrinted("c1", "one "), events.ToolPrinted("c1", "two")]
    found = [one["partialResult"] for one in told(printed) if one["type"] == "tool_execution_update"]
    assert [one["content"][0]["text"] for one in found] == ["one ", "one two"]  # type: ignore[index]


def test_every_update_has_the_tokens_and_a_call_its_name_and_arguments() -> None:
    updates = [one for one in told(TURN) if one["type"] == "message_update"]
    assert all("totalTokens" in one["usage"] for one in updates)  # type: ignore[operator]
    inner = [one["assistantMessageEvent"] for one in updates]
    assert {"type": "toolcall_start", "contentIndex": 2, "id": "c1", "toolName": "read"} in inner
    assert {"type": "toolcall_delta", "contentIndex": 2, "delta": '{"path": "a"}'} in inner


def test_a_name_and_a_level_that_change_are_told() -> None:
    changed: list[AnyEvent] = [
        events.StatusChanged(Status(thinking="low")), events.StatusChanged(Status(thinking="high")),
        events.NameChanged("Tapes"),
    ]  # fmt: skip
    assert told(changed) == [
        {"type": "thinking_level_changed", "level": "high"},
        {"type": "session_info_changed", "name": "Tapes"},
    ]


def test_a_command_of_the_user_is_no_run_of_the_agent() -> None:
    ran: list[AnyEvent] = [
        events.ToolStarted("command_1", "bash", "ls"), events.ToolPrinted("command_1", "out"),
        events.EntryAdded(Entry("5", BashExecution("ls", "out", 0))),
    ]  # fmt: skip
    assert [one["type"] for one in told(ran)] == ["bash_execution_update", "message_start", "message_end"]


def test_an_extension_s_message_at_rest_begins_no_run() -> None:
    translation = Translation()
    note = events.EntryAdded(Entry("1", Custom("note", "noted")))
    assert [told["type"] for told in translation.objects(note)] == ["message_start", "message_end"]
    translation.objects(events.TurnStarted())
    assert [told["type"] for told in translation.objects(note)][:2] == ["agent_start", "turn_start"]
