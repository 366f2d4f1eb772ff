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
    # the field that takes how hard to think; empty: none
    effort: str = ""
    # tool call ids have to fit this; "" takes what every API takes
    call_ids: str = ""
    # whether thinking goes back in `reasoning_content`
    thinking_back: bool = False


OPENAI = Quirks("OpenAI", max_tokens="max_completion_tokens", key_needed=True, effort="reasoning_effort")
LOCAL = Quirks("the model server")

BY_HOST: tuple[tuple[str, Quirks], ...] = (
    (r"api\.openai\.com$", OPENAI),
    (r"\.openai\.azure\.com$", Quirks("Azure", max_tokens="max_completion_tokens", key_needed=True)),
    (r"openrouter\.ai$", Quirks("OpenRouter", key_needed=True, effort="reasoning_effort")),
    (r"api\.deepseek\.com$", Quirks("DeepSeek", key_needed=True, thinking_back=True)),
    (r"api\.groq\.com$", Quirks("Groq", max_tokens="max_completion_tokens", key_needed=True)),
    (
        r"api\.mistral\.ai$",
        Quirks("Mistral", key_needed=True, usage_option=False, call_ids=r"[a-zA-Z0-9]{9}"),
    ),
    (r"api\.x\.ai$", Quirks("xAI", key_needed=True)),
    (r"api\.together\.(xyz|ai)$", Quirks("Together", key_needed=True)),
    (r"api\.fireworks\.ai$", Quirks("Fireworks", key_needed=True)),
    (r"", LOCAL),
)


def of(host: str) -> Quirks:
    return next(quirks for pattern, quirks in BY_HOST if re.search(pattern, host))
