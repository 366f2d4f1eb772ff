"""The demo as a provider: it reads the conversation's last question, says what its rules know, and calls tools."""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from picode.messages import (
    ModelRequest,
    Stopped,
    StreamEvent,
    TextDelta,
    ToolCallBegun,
    ToolCallDelta,
    ToolResult,
    Usage,
    UsageSeen,
    User,
    plain_text,
    without_context,
)
from picode.providers.demo import speech
from picode.providers.demo.asked import understand
from picode.providers.demo.explain import explain
from picode.providers.demo.record import Record, find
from picode.providers.transcript import turns

WORDS = re.compile(r"\S+\s*|\s+")
AROUND = 5
"""Lines that are read before and behind the one in question."""


class Answer(msgspec.Struct):
    """What the demo says, and the one tool that it calls."""

    text: str
    tool: str = ""
    arguments: dict[str, Any] = {}


class Demo:
    """`pace`: seconds from word to word."""

    name = "demo"
    api = "demo"

    def __init__(self, pace: float = 0.025) -> None:
        self.pace = pace

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        answer = decide(request)
        for word in WORDS.findall(answer.text):
            await asyncio.sleep(self.pace)
            yield TextDelta(word)
        if answer.tool:
            yield ToolCallBegun(0, f"demo_{len(request.messages)}", answer.tool)
            yield ToolCallDelta(0, msgspec.json.encode(answer.arguments).decode())
        yield UsageSeen(_usage(request, answer))
        yield Stopped("toolUse" if answer.tool else "stop")

    def ready(self) -> tuple[bool, str]:
        return True, "built in; no language model"

    async def close(self) -> None:
        """There is nothing to let go of."""


def decide(request: ModelRequest) -> Answer:
    """The whole answer, from the request alone."""
    known = turns(request.messages)
    last = max((at for at, turn in enumerate(known) if isinstance(turn, User)), default=-1)
    if last < 0:
        return Answer(speech.WHO)
    user = known[last]
    results = [turn for turn in known[last + 1 :] if isinstance(turn, ToolResult)]
    assert isinstance(user, User)
    question, record = find(plain_text(without_context(user.content)))
    tools = {tool.name for tool in request.tools}
    if record is not None:
        return _explained(record, results, tools)
    if results:
        return Answer(speech.summary(results[-1]))
    if call := understand(question, tools):
        return Answer(speech.before(*call), *call)
    return Answer(speech.general(question, sum(isinstance(turn, User) for turn in known)))


def _explained(record: Record, results: list[ToolResult], tools: set[str]) -> Answer:
    """What a command's failure means; where a rule knows the place, it is read first."""
    finding = explain(record)
    if results:
        return Answer(speech.looked(finding, results[-1]))
    if not finding.path or "read" not in tools:
        return Answer(speech.told(finding))
    start = max(1, finding.line - AROUND)
    arguments = {"path": finding.path, "offset": start, "limit": finding.line - start + AROUND + 1}
    return Answer(f"{finding.text}\n\nI look at the place.", "read", arguments)


def _usage(request: ModelRequest, answer: Answer) -> Usage:
    """Four characters count as a token; nothing costs anything."""
    said = sum(len(plain_text(turn.content)) for turn in turns(request.messages))
    usage = Usage(input=(len(request.system) + said) // 4, output=len(answer.text) // 4)
    usage.total_tokens = usage.input + usage.output
    return usage
