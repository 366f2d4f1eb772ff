"""The demo as a provider: it streams, calls tools, and says what it is."""

import time

from picode.draft import Draft
from picode.messages import (
    Assistant,
    Message,
    ModelRequest,
    Stopped,
    Text,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolSpec,
    UsageSeen,
    plain_text,
)
from picode.providers.demo.provider import Demo
from support.model_calls import READ, collect, request, said, user

LS = ToolSpec("ls", "List.", {"type": "object"})
FAILED = (
    '<command status="1" cwd="/x" duration="1.2s">\n$ python a.py\n</command>\n<output>\n'
    "Traceback (most recent call last):\n  File \"a.py\", line 20, in f\n    g()\nKeyError: 'x'\n</output>"
)


async def answer(asked: ModelRequest) -> Assistant:
    draft = Draft("demo", "demo", "demo")
    for event in await collect(Demo(0).stream(asked)):
        draft.apply(event)
    message, broken = draft.finish(0)
    assert broken == {}
    return message


def result(call: ToolCall, text: str, is_error: bool = False) -> ToolResult:
    return ToolResult(call.id, call.name, [Text(text)], is_error=is_error)


async def test_it_says_that_it_is_no_language_model() -> None:
    for messages in ([user("hello")], [user("")], [user("hello"), user("again")]):
        told = plain_text((await answer(request(*messages))).content)
        assert "no language model" in told
    assert "message number 2" in told


async def test_it_speaks_word_by_word_at_its_pace() -> None:
    events = await collect(Demo(0).stream(request(user("hello"))))
    words = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(words) > 50
    assert all(len(word.split()) <= 1 for word in words)
    assert isinstance(events[-2], UsageSeen)
    assert events[-1] == Stopped("stop")
    begun = time.monotonic()
    stream = Demo(0.01).stream(request(user("hello")))
    for _ in range(5):
        await anext(stream)
    await stream.aclose()
    assert time.monotonic() - begun >= 0.05


async def test_a_question_for_a_file_calls_the_tool_and_sums_it_up() -> None:
    asked = [user("read a.txt")]
    first = await answer(request(*asked, tools=[READ, LS]))
    call = first.content[-1]
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments, first.stop_reason) == ("read", {"path": "a.txt"}, "toolUse")
    second = await answer(request(*asked, first, result(call, "one\ntwo"), tools=[READ, LS]))
    assert second.stop_reason == "stop"
    assert "2 lines:\n\n```\none\ntwo\n```" in plain_text(second.content)


async def test_a_refused_tool_is_told() -> None:
    first = await answer(request(user("list src"), tools=[LS]))
    call = first.content[-1]
    assert isinstance(call, ToolCall)
    told = await answer(request(user("list src"), first, result(call, "The user said no.", True), tools=[LS]))
    assert "failed:" in plain_text(told.content)


async def test_a_failure_with_a_place_is_read_around_its_line() -> None:
    asked: list[Message] = [user(FAILED)]
    first = await answer(request(*asked, tools=[READ]))
    call = first.content[-1]
    assert isinstance(call, ToolCall)
    assert call.arguments == {"path": "a.py", "offset": 15, "limit": 11}
    assert "KeyError" in plain_text(first.content)
    second = await answer(request(*asked, first, result(call, "def f():\n    g()"), tools=[READ]))
    assert "Around a.py:20" in plain_text(second.content)


async def test_without_a_reading_tool_it_only_explains() -> None:
    told = await answer(request(user(FAILED)))
    assert [type(block) for block in told.content] == [Text]
    assert told.stop_reason == "stop"


async def test_a_fix_stands_in_a_shell_block() -> None:
    text = '<command status="127" cwd="/x">\n$ gti status\n</command>\n<output>\ngti: command not found\n</output>'
    text = text.replace("gti: c", "bash: gti: c")
    assert "\n```sh\ngit status\n```\n" in said(await collect(Demo(0).stream(request(user(text)))))


async def test_a_conversation_without_a_user_gets_an_answer_too() -> None:
    assert "no language model" in plain_text((await answer(ModelRequest("demo", "", []))).content)
