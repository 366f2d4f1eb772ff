"""Code in the terminal's own colours, by pygments' grammars; loaded when the first code block with a language comes."""

from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Token,
)
from pygments.util import ClassNotFound

from picode.pane.lines import Line

STYLES = {
    Comment: "syntaxComment",
    Comment.Preproc: "syntaxKeyword",
    Keyword: "syntaxKeyword",
    Keyword.Type: "syntaxType",
    Keyword.Constant: "syntaxKeyword",
    Operator: "syntaxOperator",
    Operator.Word: "syntaxKeyword",
    Punctuation: "syntaxPunctuation",
    Name: "syntaxVariable",
    Name.Builtin: "syntaxType",
    Name.Function: "syntaxFunction",
    Name.Class: "bold syntaxFunction",
    Name.Decorator: "syntaxNumber",
    Name.Exception: "syntaxType",
    Name.Tag: "syntaxFunction",
    Name.Attribute: "syntaxType",
    String: "syntaxString",
    String.Escape: "syntaxNumber",
    Number: "syntaxNumber",
    Generic.Deleted: "toolDiffRemoved",
    Generic.Inserted: "toolDiffAdded",
    Generic.Heading: "mdHeading",
    Generic.Subheading: "syntaxKeyword",
    Generic.Error: "error",
    Generic.Prompt: "dim",
    Error: "mdCodeBlock",
    Token: "mdCodeBlock",
}  # fmt: skip


@lru_cache(maxsize=16)
def coloured(text: str, language: str) -> list[Line]:
    """The lines of `text`; of an unknown language without colours. Kept, as an unfinished block is drawn often."""
    lexer = _lexer(language.lower())
    if lexer is None:
        return [[("", line)] for line in text.split("\n")]
    out: list[Line] = [[]]
    for kind, value in lexer.get_tokens(text):
        style = _style(kind)
        first, *others = value.split("\n")
        if first:
            out[-1].append((style, first))
        for part in others:
            out.append([(style, part)] if part else [])
    # a lexer ends its text with a line feed
    return out[: len(text.split("\n"))]


@lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _style(kind: "object") -> str:
    while kind not in STYLES:
        kind = kind.parent  # type: ignore[attr-defined]
    return STYLES[kind]
