"""The system prompt: `prompts/system.md` with the tools, the user's and the project's instructions, and the place."""

import datetime
import platform
import string
from collections.abc import Sequence
from pathlib import Path

from picode.context import instructions
from picode.messages import ToolSpec
from picode.resources import skills

FILE = Path(__file__).parent / "prompts" / "system.md"


def system_prompt(
    found: instructions.Instructions, *, tools: list[ToolSpec], cwd: str, shell: str, now: int,
    known: Sequence[skills.Skill] = (),
) -> str:  # fmt: skip
    """`now`: milliseconds since 1970. A SYSTEM.md replaces our own words, never the instructions and the place.
    `known` skills are told where the model can read their files."""
    able = any(tool.name == "read" for tool in tools)
    values = {
        "tools": "\n".join(
            f"- {tool.name}: {tool.description.partition('. ')[0].rstrip('.')}." for tool in tools
        )
        or "- none",
        "instructions": _instructions(found, skills.told(known) if able else ""),
        "date": datetime.datetime.fromtimestamp(now / 1000).strftime("%A, %d %B %Y"),
        "cwd": cwd,
        "shell": shell.rpartition("/")[2] or "unknown",
        "system": platform.system(),
    }
    text = FILE.read_text()
    if found.system.strip():
        place = text[text.index("{instructions}") :]
        return f"{found.system.strip()}\n\n{_filled(place, values)}"
    return _filled(text, values)


def _filled(text: str, values: dict[str, str]) -> str:
    """Only the names that are ours: instructions may be full of braces."""
    out = []
    for literal, name, _, _ in string.Formatter().parse(text):
        out += [literal, values[name] if name else ""]
    return "".join(out).strip() + "\n"


def _instructions(found: instructions.Instructions, told: str) -> str:
    parts = [f"Instructions from {file.path}:\n\n{file.text.strip()}" for file in found.files]
    parts += [text for text in (found.append.strip(), told) if text]
    return "\n\n".join(parts) + "\n\n" if parts else ""
