"""Events in pi's names: their order, their nesting, and the delta form."""

from picode.cli.pi_events import Translation
from picode.messages import Assistant, Text, ToolCall, ToolResult, Usage, User
from picode.protocol import events
from picode.protocol.events import AnyEvent
from picode.protocol.values import Entry, Queued, Status


def answer(*content: Text | ToolCall, stop: str = "stop") -> Assistant:
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
    events.EntryAdded(Entry("2", answer(Text("I look."), CALL, stop="toolUse"))),
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
        "toolcall_start", "text_end", "toolcall_end", "done", "message_end",
        "tool_execution_start", "tool_execution_update", "tool_execution_end", "message_start", "message_end",
        "turn_end", "turn_start",
        "message_start", "text_start", "text_delta", "text_end", "done", "message_end",
        "turn_end", "agent_end",
    ]  # fmt: skip


def test_a_tool_call_carries_its_arguments_and_its_result() -> None:
    found = {str(one["type"]): one for one in told(TURN)}
    assert found["tool_execution_start"]["args"] == {"path": "a"}
    end = found["tool_execution_end"]
    assert end["result"] == {"content": [{"type": "text", "text": "text"}], "details": {}}
    assert end["isError"] is False


def test_the_end_carries_every_message_of_the_run() -> None:
    messages = told(TURN)[-1]["messages"]
    assert isinstance(messages, list)
    assert [one["role"] for one in messages] == ["user", "assistant", "toolResult", "assistant"]


def test_updates_carry_only_what_is_new() -> None:
    assert all("message" not in one for one in told(TURN) if one["type"] == "message_update")


def test_a_failed_answer_ends_with_an_error() -> None:
    cut = [*TURN[:3], events.EntryAdded(Entry("2", answer(stop="error"))), events.TurnEnded("failed", "No.")]
    assert names(cut)[-4:] == ["error", "message_end", "turn_end", "agent_end"]


def test_a_changed_queue_is_told_once() -> None:
    status = Status("thinking", queue=[Queued("a", "steer"), Queued("b", "follow_up")])
    assert told([events.StatusChanged(status), events.StatusChanged(status)]) == [
        {"type": "queue_update", "steering": ["a"], "followUp": ["b"]}
    ]
