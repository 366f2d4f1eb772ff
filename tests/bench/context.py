"""The index and the choice, on Python's own library: cold index against parsing and querying alone, and a question."""

import asyncio
import shutil
import sqlite3
import sysconfig
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tree_sitter import QueryCursor

from bench.row import Row, absolute, against
from picode.context.choose.pack import pack
from picode.context.choose.ranking import rank
from picode.context.index.database import open_to_write, place
from picode.context.index.grammar import GrammarAnalyzer
from picode.context.index.languages import LANGUAGES
from picode.context.index.sync import sync
from picode.server.indexes import Indexes
from picode.server.watches import Watches
from picode.tasks import spawn

QUESTIONS = (
    "how does the json decoder report the position of an error",
    "asyncio wait_for swallows a cancellation when the inner future is done",
    "why does tarfile extract outside of the destination",
)
BUDGET = 4000
TURNS = 9
LEFT_OUT = ("site-packages", "__pycache__", "*.so")


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "library")
        library = sysconfig.get_paths()["stdlib"]
        shutil.copytree(
            library, root, ignore=shutil.ignore_patterns(*LEFT_OUT), ignore_dangling_symlinks=True
        )
        bare = _bare(root)
        began = time.process_time()
        connection, _ = open_to_write(Path(scratch, "index.db"))
        sync(connection, root)
        ours = time.process_time() - began
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        source = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
        ranking, packing = _asked(connection, root)
        connection.close()
        return [
            against("cold index of Python's library, processor", ours, bare, goal=1.3, unit="s"),
            against(
                "index on disk",
                Path(scratch, "index.db").stat().st_size / 1e6,
                source / 1e6,
                goal=1.5,
                unit="MB",
            ),
            absolute("a question: ranked, processor", ranking, goal=5, unit="ms"),
            absolute("a question: packed, processor", packing, goal=20, unit="ms"),
            absolute(
                "the loop's longest pause while it is indexed", asyncio.run(_pause(root)), goal=5, unit="ms"
            ),
        ]


def _bare(root: Path) -> float:
    """Seconds of parsing and querying alone."""
    language = next(one for one in LANGUAGES if one.name == "python")
    analyzer = GrammarAnalyzer(language)
    contents = [file.read_bytes() for file in root.rglob("*.py") if file.is_file()]
    began = time.process_time()
    for content in contents:
        QueryCursor(analyzer._query).matches(analyzer._parser.parse(content).root_node)
    return time.process_time() - began


def _asked(connection: sqlite3.Connection, root: Path) -> tuple[float, float]:
    """Milliseconds of the processor for ranking and for packing, of the slowest question."""
    found = []
    for question in QUESTIONS:
        ranked = rank(connection, question)
        found.append(
            (
                _best(lambda asked=question: rank(connection, asked)),  # type: ignore[misc]
                _best(lambda asked=question, best=ranked: pack(connection, root, best, asked, BUDGET)),  # type: ignore[misc]
            )
        )
    return max(one for one, _ in found), max(other for _, other in found)


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TURNS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return 1000 * min(times)


async def _pause(root: Path) -> float:
    """The longest time in which the daemon's loop did nothing else, in milliseconds, less what a loop alone has."""
    alone = await _longest(asyncio.sleep(2))
    with tempfile.TemporaryDirectory() as scratch:
        indexes = Indexes(Path(scratch), Watches(), lambda: Path("/nowhere"))
        index = await indexes.of(root)
        assert index is not None
        assert index.database == place(Path(scratch), root)
        longest = await _longest(index.ready.wait())
        await indexes.close()
    return max(0.0, longest - alone)


async def _longest(work: Coroutine[Any, Any, object]) -> float:
    loop, longest = asyncio.get_running_loop(), 0.0
    task = spawn(work, "work")
    while not task.done():
        began = loop.time()
        await asyncio.sleep(0.001)
        longest = max(longest, loop.time() - began - 0.001)
    return 1000 * longest


if __name__ == "__main__":
    for row in rows():
        print(row)
