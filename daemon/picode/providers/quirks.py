"""How servers that speak Chat Completions differ, as data. The first row whose host fits counts."""

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Quirks:
    label: str
    # which field says how long the answer may be
    max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    # whether nothing is asked without a key
    key_needed: bool = False
    # whether usage comes only when it is asked for
    usage_option: bool = True
    # where how hard to think is said, with a dot before a field within; empty: nowhere
    effort: str = ""
    # what goes along when a model thinks, as JSON, and when it shall not
    thinking_on: str = "{}"
    thinking_off: str = "{}"
    # tool call ids have to fit this; "" takes what every API takes
    call_ids: str = ""
    # whether thinking goes back in the field that it came in
    thinking_back: bool = False
    # whether an assistant has to speak between a tool's result and the user
    speaks_after_tools: bool = False
    # the header with the key; another than `authorization` has the key alone
    key_header: str = "authorization"
    # whether addresses have Azure's form
    azure: bool = False


OPENAI = Quirks("OpenAI", max_tokens="max_completion_tokens", key_needed=True, effort="reasoning_effort")
LOCAL = Quirks("the model server")
AZURE = Quirks(
    "Azure", max_tokens="max_completion_tokens", key_needed=True, effort="reasoning_effort",
    key_header="api-key", azure=True,
)  # fmt: skip

BY_HOST: tuple[tuple[str, Quirks], ...] = (
    (r"^api\.openai\.com$", OPENAI),
    (r"\.(openai|cognitiveservices|services\.ai)\.azure\.com$", AZURE),
    (r"(^|\.)openrouter\.ai$", Quirks("OpenRouter", key_needed=True, effort="reasoning.effort", thinking_back=True)),
    (
        r"^api\.deepseek\.com$",
        Quirks(
            "DeepSeek", key_needed=True, thinking_back=True,
            thinking_on='{"thinking": {"type": "enabled"}}', thinking_off='{"thinking": {"type": "disabled"}}',
        ),
    ),
    (
        r"^api\.groq\.com$",
        Quirks(
            "Groq", max_tokens="max_completion_tokens", key_needed=True, effort="reasoning_effort",
            thinking_on='{"reasoning_format": "parsed"}',
        ),
    ),
    (
        r"^api\.mistral\.ai$",
        Quirks(
            "Mistral", key_needed=True, usage_option=False, call_ids=r"[a-zA-Z0-9]{9}", speaks_after_tools=True
        ),
    ),
    (r"^api\.x\.ai$", Quirks("xAI", max_tokens="max_completion_tokens", key_needed=True, effort="reasoning_effort")),
    (r"^api\.together\.(xyz|ai)$", Quirks("Together", key_needed=True, effort="reasoning_effort")),
    (r"^api\.fireworks\.ai$", Quirks("Fireworks", key_needed=True, effort="reasoning_effort")),
    (r"", LOCAL),
)  # fmt: skip


def of(host: str) -> Quirks:
    return next(quirks for pattern, quirks in BY_HOST if re.search(pattern, host))
