"""What is said to and by a model: pure values, in the shapes of pi's session format v3.

A conversation is a list of messages: `User`, `Assistant`, `ToolResult`, `BashExecution`, `Custom`,
`BranchSummary`, `CompactionSummary`. A provider turns such a list into its own wire format and answers with
`StreamEvent`s, which `picode.draft` puts together into one `Assistant`.

Times are milliseconds since 1970; costs are US dollars; tokens are whole numbers.
"""

from typing import Any, Literal, get_args

from msgspec import Struct, field

Level = Literal["off", "minimal", "low", "medium", "high", "xhigh"]
"""How hard a model is asked to think; one that cannot think takes no notice."""
LEVELS: tuple[Level, ...] = get_args(Level)

StopReason = Literal["stop", "length", "toolUse", "error", "aborted"]


class Value(Struct, omit_defaults=True, rename="camel", tag_field="type"):
    """A content block or a part of a message; unknown fields are ignored when read."""


class Text(Value, tag="text"):
    text: str
    text_signature: str | None = None


class Thinking(Value, tag="thinking"):
    thinking: str
    thinking_signature: str | None = None
    redacted: bool = False


class Image(Value, tag="image"):
    data: str
    """base64"""
    mime_type: str


class ToolCall(Value, tag="toolCall"):
    id: str
    name: str
    arguments: dict[str, Any]
    thought_signature: str | None = None


class Cost(Struct, rename="camel"):
    """US dollars."""

    input: float = 0
    output: float = 0
    cache_read: float = 0
    cache_write: float = 0
    total: float = 0


class Usage(Struct, rename="camel"):
    """Tokens; `input` leaves out those read from a cache."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    total_tokens: int = 0
    cost: Cost = field(default_factory=Cost)


UserContent = Text | Image
AssistantContent = Text | Thinking | ToolCall


class Spoken(Struct, omit_defaults=True, rename="camel", tag_field="role"):
    """A message of a conversation."""


class User(Spoken, tag="user"):
    content: list[UserContent]
    timestamp: int


class Assistant(Spoken, tag="assistant"):
    content: list[AssistantContent]
    api: str
    provider: str
    model: str
    usage: Usage
    stop_reason: StopReason
    timestamp: int
    error_message: str | None = None


class ToolResult(Spoken, tag="toolResult"):
    tool_call_id: str
    tool_name: str
    content: list[UserContent]
    details: dict[str, Any] = field(default_factory=dict)
    is_error: bool = False
    timestamp: int = 0


class BashExecution(Spoken, tag="bashExecution"):
    """A command that the user ran with `!command`."""

    command: str
    output: str
    exit_code: int | None = None
    cancelled: bool = False
    truncated: bool = False
    full_output_path: str | None = None
    exclude_from_context: bool = False
    timestamp: int = 0


class Custom(Spoken, tag="custom"):
    custom_type: str
    content: str | list[UserContent]
    display: bool = True
    details: dict[str, Any] | None = None
    timestamp: int = 0


class BranchSummary(Spoken, tag="branchSummary"):
    summary: str
    from_id: str
    timestamp: int = 0


class CompactionSummary(Spoken, tag="compactionSummary"):
    summary: str
    tokens_before: int
    timestamp: int = 0


Message = User | Assistant | ToolResult | BashExecution | Custom | BranchSummary | CompactionSummary


class ToolSpec(Struct):
    """A tool as a model sees it; `parameters` is a JSON Schema of an object."""

    name: str
    description: str
    parameters: dict[str, Any]


class ModelRequest(Struct):
    """One call to a model: everything that it gets to see."""

    model: str
    """The provider's own id, without the provider's name."""
    system: str
    messages: list[Message]
    tools: list[ToolSpec] = []
    max_tokens: int = 16384
    thinking: str = "off"
    session_id: str = ""
    """For providers that route or cache by conversation."""


class TextDelta(Struct, tag=True):
    text: str
    signature: str | None = None
    """Belongs to the whole block, and comes with its last piece."""


class ThinkingDelta(Struct, tag=True):
    text: str
    signature: str | None = None
    """Comes with the last piece of a thinking block; `redacted` blocks carry only this."""
    redacted: bool = False


class ToolCallBegun(Struct, tag=True):
    index: int
    """Which call of this answer: parallel calls may come interleaved."""
    id: str
    name: str
    signature: str | None = None
    """What the provider wants back with this call: the thought behind it."""


class ToolCallDelta(Struct, tag=True):
    index: int
    json: str


class UsageSeen(Struct, tag=True):
    """Tokens so far; the last one counts."""

    usage: Usage


class Stopped(Struct, tag=True):
    """The provider's own end of the answer; a stream that ends without it was cut."""

    reason: StopReason


StreamEvent = TextDelta | ThinkingDelta | ToolCallBegun | ToolCallDelta | UsageSeen | Stopped


CONTEXT = "<context>\n"
"""How a block begins that holds pieces of the project, chosen for the question before it."""


def without_context(content: "str | list[UserContent]") -> "str | list[UserContent]":
    """What a person said and sent, without what was chosen for it."""
    if isinstance(content, str):
        return content
    return [one for one in content if not (isinstance(one, Text) and one.text.startswith(CONTEXT))]


def plain_text(content: "str | list[UserContent] | list[AssistantContent]") -> str:
    """The text blocks of a message's content, joined by line breaks."""
    if isinstance(content, str):
        return content
    return "\n".join(block.text for block in content if isinstance(block, Text))
