"""A conversation as Markdown, and as plain text."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from picode.sessions.file import SessionFile

if TYPE_CHECKING:
    from picode.sessions.export import Part, Said

FENCES = re.compile(r"`{3,}")


def when(time: int) -> str:
    """In the local time of this machine; empty when it is not known."""
    try:
        return datetime.fromtimestamp(time / 1000).strftime("%Y-%m-%d %H:%M") if time > 0 else ""
    except (OverflowError, ValueError, OSError):
        return ""


def title_of(session: SessionFile) -> str:
    return session.name or f"Conversation {session.id}"


def markdown(session: SessionFile, messages: "Iterable[Said]") -> Iterator[str]:
    yield f"# {' '.join(title_of(session).split())}\n\n{session.cwd}\n"
    for said in messages:
        yield f"\n## {_heading(said)}\n"
        for part in said.parts:
            yield f"\n{_in_markdown(part)}\n"


def plain(session: SessionFile, messages: "Iterable[Said]") -> Iterator[str]:
    yield f"{' '.join(title_of(session).split())}\n{session.cwd}\n"
    for said in messages:
        yield f"\n--- {_heading(said)}\n"
        for part in said.parts:
            text = "[an image]" if part.kind == "image" else part.text.rstrip("\n")
            title = f"[{part.title}]\n" if part.title and part.kind != "image" else ""
            yield f"{title}{text}\n"


def _heading(said: "Said") -> str:
    return ", ".join(filter(None, (said.who, when(said.time))))


def _in_markdown(part: "Part") -> str:
    if part.kind == "text":
        return part.text.rstrip("\n")
    if part.kind == "image":
        return f"*an image ({part.title})*"
    if part.kind == "thinking":
        return "\n".join(f"> {line}" for line in part.text.rstrip("\n").split("\n"))
    # a fence must be longer than any in what it holds
    fence = "`" * max(3, *(len(found) + 1 for found in FENCES.findall(part.text)), 0)
    return f"**{' '.join(part.title.split())}**\n\n{fence}\n{part.text.rstrip(chr(10))}\n{fence}"
