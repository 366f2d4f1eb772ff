"""Just enough of KDL to find the nodes of a document without touching a byte of the others.

Zellij takes a permission file that it cannot parse for an empty one and overwrites it, so what this does not
understand is refused rather than written.
"""

import re
from dataclasses import dataclass

SPACE = re.compile(r"(?:[ \t\ufeff\u00a0]|\\[ \t]*(?://[^\n]*)?\r?\n)+")
WORD = re.compile(r'[^\s\\/(){}<>;\[\]=,"]+')
RAW = re.compile(r'r(#*)"')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)


class NotKdl(ValueError):
    """`line` is the number of the line, from 1, where the document stops being KDL."""

    def __init__(self, text: str, at: int) -> None:
        super().__init__("not KDL")
        self.line = text.count("\n", 0, at) + 1


@dataclass(frozen=True)
class Node:
    """`text[start:end]` is the whole node without its line break; `words` are the names in its block."""

    name: str
    start: int
    end: int
    words: tuple[str, ...] = ()


def nodes(text: str) -> list[Node]:
    """The top-level nodes; `NotKdl` when the text is not a document."""
    found, at = _nodes(text, 0)
    if at < len(text):
        raise NotKdl(text, at)
    return found


def quote(text: str) -> str:
    """`text` as a KDL string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r") + '"'


def _nodes(text: str, at: int) -> tuple[list[Node], int]:
    found: list[Node] = []
    while True:
        at = _blank(text, at, lines=True)
        if at >= len(text) or text[at] == "}":
            return found, at
        left_out = text.startswith("/-", at)
        node, at = _node(text, _blank(text, at + 2) if left_out else at)
        if not left_out:
            found.append(node)


def _node(text: str, start: int) -> tuple[Node, int]:
    name, at = _value(text, start)
    words: tuple[str, ...] = ()
    end = at
    while True:
        at = _blank(text, at)
        if at >= len(text) or text[at] in "\r\n;}":
            return Node(name, start, end, words), at + (text[at : at + 1] == ";")
        if text.startswith("/-", at):
            at = _blank(text, at + 2)
        if text[at : at + 1] == "{":
            inner, at = _nodes(text, at + 1)
            if text[at : at + 1] != "}":
                raise NotKdl(text, at)
            at, words = at + 1, tuple(node.name for node in inner)
        else:
            _, at = _value(text, at)
            if text[at : at + 1] == "=":
                _, at = _value(text, at + 1)
        end = at


def _value(text: str, at: int) -> tuple[str, int]:
    if raw := RAW.match(text, at):
        close = text.find('"' + raw[1], raw.end())
        if close >= 0:
            return text[raw.end() : close], close + 1 + len(raw[1])
    elif string := STRING.match(text, at):
        return _unescape(string[1]), string.end()
    elif word := WORD.match(text, at):
        return word[0], word.end()
    raise NotKdl(text, at)


def _blank(text: str, at: int, lines: bool = False) -> int:
    """Past spaces and comments; with `lines`, past line breaks and empty statements too."""
    while at < len(text):
        if space := SPACE.match(text, at):
            at = space.end()
        elif text.startswith("//", at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at):
            at = _comment(text, at)
        elif lines and text[at] in "\r\n;":
            at += 1
        else:
            break
    return at


def _comment(text: str, start: int) -> int:
    """Past a block comment; they nest."""
    depth, at = 0, start
    for mark in re.finditer(r"/\*|\*/", text[start:]):
        depth += 1 if mark[0] == "/*" else -1
        at = start + mark.end()
        if depth == 0:
            return at
    raise NotKdl(text, start)


def _unescape(text: str) -> str:
    simple = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}

    def replaced(found: "re.Match[str]") -> str:
        if found[1]:
            return chr(int(found[1], 16))
        return simple.get(found[2], found[2])

    return re.sub(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))", replaced, text, flags=re.S)
