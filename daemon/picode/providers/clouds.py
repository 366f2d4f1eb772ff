"""Models of others behind a cloud: how Bedrock and Vertex call what Anthropic and Google make."""

import re

OWNERS = {"bedrock": ("anthropic",), "vertex": ("google", "anthropic")}
"""Whose lists know a cloud's models."""
NAMED_ONLY = frozenset(OWNERS)
"""Never taken as a default by themselves: who has an account there did not mean a model by it."""
BEDROCK = re.compile(r"^(?:[a-z-]+\.)?anthropic\.(claude.+?)(?:-v\d+(?::\d+)?)?$")
DATED = re.compile(r"[@-]\d{8}$")


def names(model: str) -> list[str]:
    """What a model's maker may call it: `us.anthropic.claude-x-20250929-v1:0` is `claude-x-20250929`, or `claude-x`."""
    plain = found[1] if (found := BEDROCK.match(model.rpartition("/")[2])) else model.replace("@", "-")
    return list(dict.fromkeys((plain, DATED.sub("", plain))))


def is_claude(model: str) -> bool:
    return "claude" in model
