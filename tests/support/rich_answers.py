"""One answer with everything in it, in each wire format: what the server sends, and what is to come of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from picode.draft import Draft
from picode.messages import Assistant, AssistantContent, StreamEvent, Text, Thinking, ToolCall
from picode.providers import anthropic as anthropic_api
from picode.providers import (
    bedrock_answer,
    catalog,
    google_answer,
    ollama_answer,
    openai_answer,
    openai_responses_answer,
)
from picode.providers.base import Provider
from picode.providers.eventstream import EventStream
from picode.providers.exchange import Answer
from picode.providers.failures import Asked
from picode.providers.ndjson import Lines
from picode.providers.sse import Events, Framing
from support import (
    model_wire,
    model_wire_bedrock,
    model_wire_google,
    model_wire_ollama,
    model_wire_responses,
)
from support.model_calls import anthropic, bedrock, google, ollama, openai, responses, vertex
from support.model_script import Call, Calls, Raw, Say, Script, Think, Tokens
from support.model_wire_bedrock import event as bedrock_event

NOWHERE = "http://localhost:1"
THOUGHT, SAID = "First I think — gründlich.", "Grüße 🌍 und\n\tmehr"
REASONING: dict[str, Any] = {
    "type": "reasoning",
    "id": "rs_0",
    "summary": [{"type": "summary_text", "text": THOUGHT}],
    "encrypted_content": "sealed",
}


SIGNATURE = json.dumps(REASONING, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Rich:
    """`tokens`: input, output, cache reads, cache writes and all of them; `cost`: US dollars. `fresh` begins an answer
    without a network, `framing` cuts the bytes of `wire` into its events."""

    script: Script
    whole: list[AssistantContent]
    model: str
    tokens: tuple[int, int, int, int, int]
    cost: float
    provider: Callable[[str], Provider]
    fresh: Callable[[], Answer]
    wire: Callable[[Script, str], Any]
    framing: Callable[[], Framing] = Events

    @property
    def plain(self) -> Script:
        """Without what only an event stream may hold: comments and pings."""
        steps = (step for step in self.script.steps if not isinstance(step, Raw))
        return Script(*steps, usage=self.script.usage)


def draft(events: list[StreamEvent]) -> Assistant:
    made = Draft("api", "provider", "model")
    for event in events:
        made.apply(event)
    return made.finish(0)[0]


ANTHROPIC = Rich(
    Script(
        Raw(b": hello\n\n"),
        Raw(b'event: ping\ndata: {"type": "ping"}\n\n'),
        Think(THOUGHT, "sig=="),
        Say("Grüße "),
        Say("🌍 und\n\tmehr"),
        Calls(Call("read", {"path": "naïve.py"}), Call("ls", {})),
        Think("", "secret", redacted=True),
        Raw(b'event: future\ndata: {"type": "something_new", "index": {"a": 1}}\n\n'),
        usage=Tokens(100, 20, 50, 30),
    ),
    [
        Thinking(THOUGHT, "sig=="),
        Text(SAID),
        ToolCall("call_1", "read", {"path": "naïve.py"}),
        ToolCall("call_2", "ls", {}),
        Thinking("", "secret", redacted=True),
    ],
    "claude-sonnet-5-5",
    (100, 20, 50, 30, 200),
    (100 * 2 + 20 * 10 + 50 * 0.1 + 30 * 2.5) / 1e6,
    anthropic,
    lambda: anthropic_api.Answer(anthropic(NOWHERE).asked("m", ""), catalog.load()),
    model_wire.Anthropic,
)

OPENAI = Rich(
    Script(
        Raw(b": OPENROUTER PROCESSING\n\n"),
        Think(THOUGHT),
        Say("Grüße "),
        Say("🌍 und\n\tmehr"),
        Calls(Call("read", {"path": "naïve.py"}), Call("ls", {"path": "a/b/c"}), piece=3),
        usage=Tokens(100, 20, 50),
    ),
    [
        Thinking(THOUGHT, "reasoning_content"),
        Text(SAID),
        ToolCall("call_1", "read", {"path": "naïve.py"}),
        ToolCall("call_2", "ls", {"path": "a/b/c"}),
    ],
    "gpt-5.4",
    (100, 20, 50, 0, 170),
    (100 * 2.5 + 20 * 15 + 50 * 0.25) / 1e6,
    openai,
    lambda: openai_answer.Answer(openai(NOWHERE).asked("m", ""), catalog.load()),
    model_wire.OpenAI,
)

GOOGLE = Rich(
    Script(
        Raw(b": a comment\n\n"),
        Think(THOUGHT, "c2lnbmVk"),
        Say("Grüße "),
        Say("🌍 und\n\tmehr", signature="dGV4dA=="),
        Calls(
            Call("read", {"path": "naïve.py"}, "r1", signature="Y2FsbA=="), Call("ls", {"path": "a/b"}, "l1")
        ),
        usage=Tokens(100, 20, 50),
    ),
    [
        Thinking(THOUGHT, "c2lnbmVk"),
        Text(SAID, "dGV4dA=="),
        ToolCall("r1", "read", {"path": "naïve.py"}, "Y2FsbA=="),
        ToolCall("l1", "ls", {"path": "a/b"}),
    ],
    "gemini-3.5-flash",
    (100, 20, 50, 0, 170),
    (100 * 1.5 + 20 * 9 + 50 * 0.15) / 1e6,
    google,
    lambda: google_answer.Answer(google(NOWHERE).asked("gemini-3.5-flash", ""), catalog.load()),
    model_wire_google.Google,
)

RESPONSES = Rich(
    Script(
        Raw(b": a comment\n\n"),
        Think(THOUGHT, "sealed"),
        Say("Grüße "),
        Say("🌍 und\n\tmehr"),
        Calls(Call("read", {"path": "naïve.py"}), Call("ls", {"path": "a/b/c"}), piece=3),
        usage=Tokens(100, 20, 50),
    ),
    [
        Thinking(THOUGHT, SIGNATURE),
        Text(SAID),
        ToolCall("call_1", "read", {"path": "naïve.py"}),
        ToolCall("call_2", "ls", {"path": "a/b/c"}),
    ],
    "gpt-5.4",
    (100, 20, 50, 0, 170),
    (100 * 2.5 + 20 * 15 + 50 * 0.25) / 1e6,
    responses,
    lambda: openai_responses_answer.Answer(responses(NOWHERE).asked("gpt-5.4", ""), catalog.load()),
    model_wire_responses.Responses,
)

OLLAMA = Rich(
    Script(
        Raw(b"\n"),
        Think("First I think "),
        Think("— gründlich."),
        Say("Grüße "),
        Say("🌍 und\n\tmehr"),
        Calls(Call("read", {"path": "naïve.py"}, "r1"), Call("ls", {"path": "a/b"}, "l1")),
        usage=Tokens(100, 20),
    ),
    [
        Thinking(THOUGHT),
        Text(SAID),
        ToolCall("r1", "read", {"path": "naïve.py"}),
        ToolCall("l1", "ls", {"path": "a/b"}),
    ],
    "qwen3",
    (100, 20, 0, 0, 120),
    0,
    ollama,
    lambda: ollama_answer.Answer(ollama(NOWHERE).asked("m", ""), catalog.load()),
    model_wire_ollama.Ollama,
    Lines,
)

BEDROCK = Rich(
    Script(
        Think(THOUGHT, "sig=="),
        Say("Grüße "),
        Say("🌍 und\n\tmehr"),
        Calls(Call("read", {"path": "naïve.py"}), Call("ls", {})),
        Raw(bedrock_event("somethingNew", b'{"a": 1}')),
        usage=Tokens(100, 20, 50, 30),
    ),
    [
        Thinking(THOUGHT, "sig=="),
        Text(SAID),
        ToolCall("call_1", "read", {"path": "naïve.py"}),
        ToolCall("call_2", "ls", {}),
    ],
    "amazon.nova-pro-v1:0",
    (100, 20, 50, 30, 200),
    0,
    bedrock,
    lambda: bedrock_answer.Answer(Asked("bedrock", "Bedrock", NOWHERE, "m", "", ""), catalog.load()),
    model_wire_bedrock.Converse,
    EventStream,
)

BEDROCK_CLAUDE = replace(
    ANTHROPIC, script=ANTHROPIC.plain, model="us.anthropic.claude-sonnet-5-5-v1:0", provider=bedrock,
    wire=model_wire_bedrock.Chunked, framing=EventStream,
)  # fmt: skip
VERTEX_CLAUDE = replace(ANTHROPIC, model="claude-sonnet-5-5@20260101", provider=vertex)
VERTEX = replace(GOOGLE, provider=vertex)

FORMATS = {
    "anthropic": ANTHROPIC,
    "openai": OPENAI,
    "google": GOOGLE,
    "responses": RESPONSES,
    "ollama": OLLAMA,
    "bedrock": BEDROCK,
}
SAME_WIRES = {"bedrock-claude": BEDROCK_CLAUDE, "vertex": VERTEX, "vertex-claude": VERTEX_CLAUDE}
"""At another address, with another key or in another frame than what is in `FORMATS`."""
