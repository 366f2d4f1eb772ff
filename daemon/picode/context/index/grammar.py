"""A language by its tree-sitter grammar and a query of ours: queries/<name>.scm.

In a query `@name` is what a symbol is called, the capture around it says its kind and how far it reaches, and
`@import` is what is imported. Runs in the child process only: the binding holds the interpreter's lock.
"""

import importlib
from importlib import resources
from typing import Any

from tree_sitter import Language as Grammar
from tree_sitter import Parser, Query, QueryCursor

from picode.context.index.analyzer import Symbol
from picode.context.index.languages import Language

LONGEST_NAME = 200
MOST_SYMBOLS = 5000
"""Of one file: generated code has more, and nobody asks for them."""


class GrammarAnalyzer:
    """Raises when grammar or query cannot be loaded."""

    def __init__(self, language: Language) -> None:
        grammar = Grammar(getattr(importlib.import_module(language.grammar), language.function)())
        name = "typescript" if language.name == "tsx" else language.name
        query = resources.files("picode.context.index") / "queries" / f"{name}.scm"
        self.suffixes = language.suffixes
        self._parser = Parser(grammar)
        self._query = Query(grammar, query.read_text(encoding="utf-8"))
        self._last: tuple[bytes, list[Symbol], list[str]] = (b"", [], [])

    def extract_symbols(self, content: bytes) -> list[Symbol]:
        return self._read(content)[1]

    def extract_imports(self, content: bytes) -> list[str]:
        return self._read(content)[2]

    def _read(self, content: bytes) -> tuple[bytes, list[Symbol], list[str]]:
        """Both at once: a file is parsed for the first question and not for the second."""
        if content is not self._last[0]:
            tree = self._parser.parse(content)
            matches = QueryCursor(self._query).matches(tree.root_node)
            symbols = {symbol: None for _, found in matches if (symbol := _symbol(found)) is not None}
            imports = {
                _text(node).strip("\"'<> `"): None for _, found in matches for node in found.get("import", ())
            }
            ordered = sorted(symbols, key=lambda symbol: (symbol.line, -symbol.end))[:MOST_SYMBOLS]
            self._last = content, ordered, [one for one in imports if one]
        return self._last


def _symbol(found: dict[str, list[Any]]) -> Symbol | None:
    if "name" not in found:
        return None
    name = _text(found["name"][0]).strip("\"' \n")[:LONGEST_NAME]
    for kind, nodes in found.items():
        if kind != "name" and name:
            node = nodes[0]
            end = node.end_point[0] + (1 if node.end_point[1] else 0)
            return Symbol(name, kind, node.start_point[0] + 1, max(end, node.start_point[0] + 1))
    return None


def _text(node: Any) -> str:
    return bytes(node.text or b"").decode(errors="replace")
