"""pi's settings.json as a layer under PiCode's own files: which of its keys mean a setting here, and which value."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = "settings.json"
PROJECT_FILE = Path(".pi") / FILE
SAME = {
    "defaultThinkingLevel": "models.thinking",
    "steeringMode": "agent.steering",
    "followUpMode": "agent.follow_up",
    "theme": "pane.theme",
    "enableSkillCommands": "resources.skill_commands",
    "enabledModels": "models.scoped",
    "doubleEscapeAction": "pane.double_escape",
}
NESTED = {
    ("compaction", "enabled"): "compaction.enabled",
    ("compaction", "reserveTokens"): "compaction.reserve_tokens",
    ("compaction", "keepRecentTokens"): "compaction.keep_recent_tokens",
    ("retry", "maxRetries"): "models.retries",
}
PROVIDERS = {"anthropic", "openai", "openai-responses", "google", "ollama", "demo"}
"""Those of PiCode; pi's models.json may name more."""
LISTS = ("packages", "skills", "prompts", "themes", "extensions")


def read(file: Path) -> tuple[dict[str, Any], str]:
    """(what the file says, what is wrong with it: a sentence); nothing where there is none."""
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}, ""
    except (OSError, UnicodeDecodeError):
        return {}, f"{file} cannot be read and was left out."
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        return {}, f"{file} is no JSON and was left out: {error}."
    return (found, "") if isinstance(found, dict) else ({}, f"{file} holds no object and was left out.")


def known_provider(name: str, models: Path) -> bool:
    """Whether PiCode has it, or this models.json describes it."""
    if name in PROVIDERS:
        return True
    try:
        return name in json.loads(models.read_bytes())["providers"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def settings(found: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(pi's name, `section.key`, value) for what PiCode has, too; relative paths stay as they are."""
    provider, model = found.get("defaultProvider"), found.get("defaultModel")
    if isinstance(provider, str) and isinstance(model, str) and provider and model:
        yield "defaultModel", "models.default", f"{provider}/{model}"
    for key, name in SAME.items():
        if key in found:
            yield key, name, found[key]
    for (key, inner), name in NESTED.items():
        table = found.get(key)
        if isinstance(table, dict) and inner in table:
            yield f"{key}.{inner}", name, table[inner]
    yield from _retry(found.get("retry"))
    if isinstance(found.get("hideThinkingBlock"), bool):
        yield "hideThinkingBlock", "pane.thoughts", not found["hideThinkingBlock"]
    for key in LISTS:
        if isinstance(found.get(key), list):
            yield key, f"resources.{key}", found[key]


def _retry(table: object) -> Iterator[tuple[str, str, Any]]:
    if not isinstance(table, dict):
        return
    if table.get("enabled") is False:
        yield "retry.enabled", "models.retries", 0
    delay = table.get("baseDelayMs")
    if isinstance(delay, int | float) and not isinstance(delay, bool):
        yield "retry.baseDelayMs", "models.retry_delay", delay / 1000


def unused(found: dict[str, Any]) -> list[str]:
    """Keys that mean nothing here, as pi calls them."""
    known = {*SAME, *LISTS, "defaultProvider", "defaultModel", "compaction", "retry", "lastChangelogVersion",
             "hideThinkingBlock", "sessionDir"}  # fmt: skip
    return sorted(set(found) - known)


def absolute(name: str, values: list[Any], base: Path) -> list[Any]:
    """The paths of a list of resources, made absolute; a package's source that is no path stays."""
    return [_absolute(value, base, name.endswith(".packages")) for value in values]


def _absolute(value: Any, base: Path, package: bool) -> Any:
    if isinstance(value, dict):
        return {**value, "source": _absolute(value.get("source"), base, package)}
    if not isinstance(value, str) or (package and not re.match(r"~|/|\.{1,2}(/|$)", value)):
        return value
    # a pattern that takes away or adds keeps its sign
    sign, path = (value[0], value[1:]) if value[:1] in ("!", "+", "-") and not package else ("", value)
    return sign + os.path.abspath(base / os.path.expanduser(path))
