"""Markdown that arrives in pieces: blocks are given out as soon as they are whole, and never looked at again.

    feed(stream, text) -> (stream, finished blocks)      finish(stream) -> the blocks that are left

Pure. The cost of a piece depends on the piece and on the unfinished block, never on the answer; blocks that could
grow without end (a code block, a table, a paragraph without a break) are given out in parts.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["paragraph", "heading", "item", "quote", "table", "rule", "open", "code", "close", "blank"]

LONGEST_BLOCK = 2000
"""Characters of an unfinished block; more is given out in parts."""
CODE_TAIL = 24
"""Lines of an open code block that are kept back, so that few are highlighted twice."""
CODE_CONTEXT = 30
"""Lines before a part of a code block that its highlighting looks at: an open string, a comment."""

FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([^`]*)$")
HEADING = re.compile(r"^ {0,3}(#{1,6})(?:\s+|$)(.*?)(?:\s+#+)?\s*$")
RULE = re.compile(r"^ {0,3}([-*_])(?:\s*\1){2,}\s*$")
ITEM = re.compile(r"^(\s*)([-*+]|\d{1,9}[.)])(\s+|$)(.*)$")
QUOTE = re.compile(r"^ {0,3}>")
DELIMITER = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
BEGUN_FENCE = ("`", "``", "~", "~~")
SETEXT = re.compile(r"^ {0,3}(=+|-+)\s*$")


@dataclass(frozen=True)
class Block:
    kind: Kind
    text: str = ""
    info: str = ""
    """`code`, `open`: the language; `heading`: its level."""
    context: str = ""
    """`code`: the lines before these."""


@dataclass(frozen=True)
class Fence:
    marker: str
    indent: int
    language: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """`lines` are the whole lines of the unfinished block, `rest` the beginning of its last line."""

    lines: tuple[str, ...] = ()
    rest: str = ""
    kind: Kind = "paragraph"
    fence: Fence | None = None
    size: int = 0


def feed(stream: Stream, text: str) -> tuple[Stream, list[Block]]:
    """Take in the next piece."""
    done: list[Block] = []
    *whole, rest = (stream.rest + text).split("\n")
    for line in whole:
        stream = _line(stream, line, done)
    if len(rest) > LONGEST_BLOCK:
        # no line feed in sight: broken at a space, as a paragraph or a line of code is wrapped anyway
        at = rest.rfind(" ", LONGEST_BLOCK // 2) + 1 or len(rest)
        stream = _flushed(_line(stream, rest[:at].rstrip(), done), done)
        rest = rest[at:]
    # many times a second: `replace` takes several times as long
    return Stream(stream.lines, rest, stream.kind, stream.fence, stream.size), done


def finish(stream: Stream) -> list[Block]:
    """What is left; a fence that was never closed ends here."""
    done: list[Block] = []
    if stream.rest:
        stream = _line(stream, stream.rest, done)
    _flushed(stream, done)
    if stream.fence:
        done.append(Block("close"))
    return done


def parse(text: str) -> list[Block]:
    stream, done = feed(Stream(), text)
    return done + finish(stream)


def _line(stream: Stream, line: str, done: list[Block]) -> Stream:
    if stream.fence:
        return _code(stream, stream.fence, line, done)
    if fence := FENCE.match(line):
        _flushed(stream, done)
        language = fence[3].split()[0] if fence[3].split() else ""
        done.append(Block("open", info=language))
        return Stream(fence=Fence(fence[2], len(fence[1]), language), kind="code")
    if not line.strip():
        _flushed(stream, done)
        done.append(Block("blank"))
        return Stream()
    return _prose(stream, line, done)


def _prose(stream: Stream, line: str, done: list[Block]) -> Stream:  # noqa: PLR0911
    setext = SETEXT.match(line)
    if setext and stream.kind == "paragraph" and stream.lines:
        done.append(
            Block("heading", " ".join(map(str.strip, stream.lines)), "1" if line.strip()[0] == "=" else "2")
        )
        return Stream()
    if heading := HEADING.match(line):
        _flushed(stream, done)
        done.append(Block("heading", heading[2], str(len(heading[1]))))
        return Stream()
    if RULE.match(line):
        _flushed(stream, done)
        done.append(Block("rule"))
        return Stream()
    if ITEM.match(line):
        return _begin(stream, line, "item", done)
    if QUOTE.match(line) and stream.kind != "quote":
        return _begin(stream, line, "quote", done)
    if (
        stream.kind == "paragraph"
        and len(stream.lines) == 1
        and "|" in stream.lines[0]
        and DELIMITER.match(line)
    ):
        stream = replace(stream, kind="table")
    elif stream.kind == "table" and "|" not in line:
        return _begin(stream, line, "paragraph", done)
    stream = replace(stream, lines=(*stream.lines, line), size=stream.size + len(line))
    if stream.size <= LONGEST_BLOCK:
        return stream
    rest = _flushed(stream, done)
    # the next part of a table needs the head again
    return replace(rest, kind="table", lines=stream.lines[:2]) if stream.kind == "table" else rest


def _begin(stream: Stream, line: str, kind: Kind, done: list[Block]) -> Stream:
    _flushed(stream, done)
    return Stream(lines=(line,), kind=kind, size=len(line))


def _code(stream: Stream, fence: Fence, line: str, done: list[Block]) -> Stream:
    closing = line.strip()
    if closing.startswith(fence.marker) and not closing.strip(fence.marker[0]):
        _flushed(stream, done)
        done.append(Block("close"))
        return Stream()
    indent = min(fence.indent, len(line) - len(line.lstrip()))
    stream = replace(stream, lines=(*stream.lines, line[indent:]))
    if len(stream.lines) < CODE_TAIL * 2:
        return stream
    part = replace(stream, lines=stream.lines[:CODE_TAIL])
    return replace(_flushed(part, done), lines=stream.lines[CODE_TAIL:])


def _flushed(stream: Stream, done: list[Block]) -> Stream:
    """The stream without its block, which is done."""
    if not stream.fence:
        if stream.lines:
            done.append(Block(stream.kind, "\n".join(stream.lines)))
        return Stream()
    fence = stream.fence
    if stream.lines:
        done.append(Block("code", "\n".join(stream.lines), fence.language, "\n".join(fence.context)))
        fence = replace(fence, context=(*fence.context, *stream.lines)[-CODE_CONTEXT:])
    return replace(stream, lines=(), fence=fence, size=0)


def unfinished(stream: Stream) -> list[Block]:
    """What is not given out yet, as it looks so far."""
    if stream.fence:
        lines = [*stream.lines, stream.rest] if stream.rest else list(stream.lines)
        if not lines:
            return []
        context = "\n".join(stream.fence.context)
        return [Block("code", "\n".join(lines), stream.fence.language, context)]
    if stream.rest.strip() in BEGUN_FENCE:
        stream = replace(stream, rest="")
    return [block for block in finish(stream) if block.kind != "close"]
