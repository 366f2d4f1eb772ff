"""What reads a language: the interface that others can implement, and the default for what nobody reads.

A package of yours offers one under the entry point group `picode.languages`; docs/context.md has an example.
"""

import re
from typing import NamedTuple, Protocol


class Symbol(NamedTuple):
    """Something that has a name: `kind` is function, class, method, key, heading …; lines from 1, the last included."""

    name: str
    kind: str
    line: int
    end: int


class Analyzer(Protocol):
    """Reads one language. `suffixes`: of its files, such as `.lua`. Both methods get a file's whole content."""

    suffixes: tuple[str, ...]

    def extract_symbols(self, content: bytes) -> list[Symbol]: ...

    def extract_imports(self, content: bytes) -> list[str]:
        """As they are written: `os.path`, `./util`, `crate::tab`."""
        ...


class DefaultAnalyzer:
    """For a language that nobody reads: what looks like a definition in most of them."""

    suffixes: tuple[str, ...] = ()
    _definition = re.compile(
        rb"^[ \t]*(?:(?:pub|public|private|protected|static|export|local|async|final|abstract)[ \t]+)*"
        rb"(def|fn|func|fun|function|class|struct|enum|trait|interface|module|type|proc|sub)[ \t]+([A-Za-z_][\w.:]*)",
        re.MULTILINE,
    )

    def extract_symbols(self, content: bytes) -> list[Symbol]:
        found = [(one.start(), one) for one in self._definition.finditer(content)]
        lines = [content.count(b"\n", 0, at) + 1 for at, _ in found]
        last = content.rstrip(b"\n").count(b"\n") + 1
        ends = [*(line - 1 for line in lines[1:]), last][: len(lines)]
        return [
            Symbol(one[2].decode(), one[1].decode(), line, max(line, end))
            for (_, one), line, end in zip(found, lines, ends, strict=True)
        ]

    def extract_imports(self, content: bytes) -> list[str]:
        return []
