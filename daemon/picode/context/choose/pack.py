"""The best files of a question, packed into a budget of tokens: what the model gets, and what the user sees of it.

<context>
<file path="src/app.py" lines="210">
⋮ 12
def login(cookie):
…
</file>
</context>
"""

import os
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from picode.context.choose.lines import Run, choose_lines, tokens
from picode.context.choose.ranking import Hints, Ranked, query_of
from picode.context.index.analyzer import Symbol

BEGIN = (
    "<context>\nThese parts of the project's files were chosen for this question, as they are now. "
    "They may not be all that it needs. `⋮ 12`: lines are left out, and what follows begins at line 12.\n"
)
END = "</context>"
MOST_FILES = 12
LEAST_SCORE = 0.3
"""Of the best file's; what is below is left out."""
LEAST = 60
"""Tokens; less of a file says nothing."""
SHARE = 0.45
"""Of what is left of the budget, the next file's; a small file takes what it needs."""
LARGEST = 1_000_000
"""Bytes of a file that is looked into."""


@dataclass(frozen=True)
class Chosen:
    """What the model gets of a file. `text` is its block; `lines`: `1-40, 80-95`, or empty for the whole file."""

    path: str
    lines: str
    tokens: int
    score: float
    text: str


def pack(
    connection: sqlite3.Connection,
    root: Path,
    ranked: Sequence[Ranked],
    question: str,
    budget: int,
    *,
    hints: Hints = Hints(),  # noqa: B008 - it is frozen
    known: Callable[[str, str], bool] = lambda path, text: False,
    pinned: Collection[str] = (),
) -> list[Chosen]:
    """At most `budget` tokens, in the order of the paths. `known(path, text)`: these lines are in the conversation;
    `pinned`: come first, whatever the question is."""
    wanted = query_of(question).weights
    left = budget - tokens(BEGIN) - tokens(END)
    found: list[Chosen] = []
    for one in _candidates(ranked, pinned):
        share = round(left * SHARE) if len(found) < MOST_FILES - 1 else left
        if share < LEAST or len(found) == MOST_FILES:
            break
        line = hints.traceback.get(one.path, 0)
        lines = read_lines(root / one.path)
        symbols = symbols_of(connection, one.path) if lines else []
        choose = partial(choose_lines, lines, symbols, wanted, line=line)
        chosen = _of_file(one, lines, share, choose, known)
        if chosen is not None:
            found.append(chosen)
            left -= chosen.tokens
    return sorted(found, key=lambda one: one.path)


def block(chosen: Sequence[Chosen]) -> str:
    """What is said to the model; empty when nothing was chosen."""
    return f"{BEGIN}{''.join(one.text for one in chosen)}{END}" if chosen else ""


def _candidates(ranked: Sequence[Ranked], pinned: Collection[str]) -> list[Ranked]:
    best = ranked[0].score if ranked else 0
    worth = [one for one in ranked if one.score >= LEAST_SCORE * best and one.path not in pinned]
    return [Ranked(path, best, {"pinned": best}) for path in sorted(pinned)] + worth


def _of_file(
    one: Ranked,
    lines: list[str],
    budget: int,
    choose: Callable[[int], list[Run]],
    known: Callable[[str, str], bool],
) -> Chosen | None:
    """`choose(budget)`: which of its lines."""
    if not lines:
        return None
    head, tail = f'<file path="{_attribute(one.path)}" lines="{len(lines)}">\n', "</file>\n"
    room = budget - tokens(head) - tokens(tail)
    parts = []
    kept: list[Run] = []
    for run in choose(room):
        text = "\n".join(lines[run.begin - 1 : run.end])
        if text.strip() and not known(one.path, text):
            kept.append(run)
            parts.append(f"⋮ {run.begin}\n{text}\n" if run.begin > 1 else f"{text}\n")
    if not parts:
        return None
    whole = kept == [Run(1, len(lines))]
    told = "" if whole else ", ".join(map(_span, kept))
    text = f"{head}{''.join(parts)}{tail}"
    return Chosen(one.path, told, tokens(text), one.score, text)


def symbols_of(connection: sqlite3.Connection, path: str) -> list[Symbol]:
    rows = connection.execute(
        "SELECT name, kind, line, end FROM symbols JOIN files ON files.content = symbols.content "
        "WHERE path = ? ORDER BY line, end DESC", (path,),
    )  # fmt: skip
    return [Symbol(*row) for row in rows]


def read_lines(path: Path) -> list[str]:
    """Of a text file that is not too large; none of another. Symbolic links are not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError:
        return []
    if len(content) > LARGEST or b"\0" in content:
        return []
    return content.decode(errors="replace").split("\n")


def _span(run: Run) -> str:
    return str(run.begin) if run.begin == run.end else f"{run.begin}-{run.end}"


def _attribute(path: str) -> str:
    return path.replace("&", "&amp;").replace('"', "&quot;").replace("\n", " ")
