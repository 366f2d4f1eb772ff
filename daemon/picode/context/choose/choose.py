"""For a question: the files of a project that it is about, and what of them goes to the model."""

import re
import sqlite3
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from picode.context.choose.modes import MODES, factor
from picode.context.choose.pack import Chosen, pack
from picode.context.choose.ranking import Hints, Ranked, rank

ABOUT_TESTS = re.compile(r"\b(tests?|testing|pytest|spec|fixture)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """`took`: milliseconds for ranking, and for packing."""

    ranked: list[Ranked]
    chosen: list[Chosen]
    files: int
    """In the index."""
    took: tuple[float, float] = (0.0, 0.0)


NOTHING = Choice([], [], 0)


def choose(
    connection: sqlite3.Connection,
    root: Path,
    question: str,
    budget: int,
    *,
    hints: Hints = Hints(),  # noqa: B008 - it is frozen
    mode: str = "ask",
    known: Callable[[str, str], bool] = lambda path, text: False,
    pinned: Collection[str] = (),
    dropped: Collection[str] = (),
) -> Choice:
    """`pinned` come first, `dropped` not at all. Blocks: use a thread. Raises sqlite3.Error."""
    kind = partial(factor, mode=MODES[mode], about_tests=bool(ABOUT_TESTS.search(question)))
    began = time.perf_counter()
    ranked = rank(connection, question, hints, lambda path: 0.0 if path in dropped else kind(path))
    middle = time.perf_counter()
    pins = [path for path in pinned if kind(path) > 0]
    chosen = pack(connection, root, ranked, question, budget, hints=hints, known=known, pinned=pins)
    took = (1000 * (middle - began), 1000 * (time.perf_counter() - middle))
    return Choice(ranked, chosen, count(connection), took)


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM files").fetchone()[0])
