"""Which files a question is about, best first, and why. Reads the index; no model, no network.

Every signal lies between 0 and 1 and has a fixed weight. The weights were rounded from a fit that left out one of four
repositories at a time (docs/context.md has the figures).
"""

import math
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import basename, splitext

from picode.context.index import words
from picode.context.index.sync import last_row

WEIGHTS = {
    "text": 1.0,
    "history": 0.35,
    "recent": 0.4,
    "defines": 0.1,
    "named": 0.2,
    "often": 0.1,
    "linked": 0.1,
    "changed": 0.1,
    "open": 0.2,
    "traceback": 2.0,
}
COLUMNS = "3.0, 1.5, 0.4"
"""What a hit counts in a file's path, among its symbols, and in its text; against FTS5's k1 of 1.2."""
RARE = 1.3
"""Exponent: a rare word counts more than BM25 has it."""
FIRST_LINE = 1.5
DEFINED = (
    "'function', 'class', 'method', 'struct', 'enum', 'trait', 'impl', 'macro', 'type', 'interface', 'module'"
)
"""Symbols that a question means when it names them; a variable or a key is often an ordinary word."""
MOST_WORDS = 32
MOST_CANDIDATES = 200
MOST_COMMITS = 60
TEST = re.compile(
    r"(^|/)(tests?|testing|testsuite|e2e|__tests__|spec|fixtures|snapshots)(/|$)"
    r"|(^|/)(test_[^/]*|[^/]*_tests?|[^/]*\.test|[^/]*\.spec|conftest)\.\w+$"
)
"""Files of tests."""


@dataclass(frozen=True)
class Hints:
    """What is known beside the words: paths that are not as committed, are open in panes, or stand in a traceback
    (with the line)."""

    changed: Collection[str] = ()
    open: Collection[str] = ()
    traceback: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ranked:
    """`why`: each signal that spoke for it, weighted; `score` is their sum, times the file's kind."""

    path: str
    score: float
    why: dict[str, float]


@dataclass(frozen=True)
class Query:
    """A question's words and how much each weighs."""

    weights: dict[str, float]
    spoken: frozenset[str]
    """As they were said, in small letters."""
    code: frozenset[str]
    """Those of them that look like code."""


def query_of(question: str) -> Query:
    """The words of the first line count more, those that are said often a little more."""
    counts = words.of_question(question)
    first = words.of_question(question.strip().split("\n", 1)[0])
    weights = {
        word: (1 + math.log(count)) * (FIRST_LINE if word in first else 1) for word, count in counts.items()
    }
    kept = dict(sorted(weights.items(), key=lambda one: -one[1])[:MOST_WORDS])
    said = words.WORD.findall(question)
    return Query(
        kept,
        frozenset(word.lower() for word in said if len(word) > 2),
        frozenset(word.lower() for word in said if len(word) > 3 and words.looks_like_code(word)),
    )


def rank(
    connection: sqlite3.Connection,
    question: str,
    hints: Hints = Hints(),
    kind: Callable[[str], float] = lambda path: 1.0,
    most: int = 50,
) -> list[Ranked]:
    """The best files first; `kind(path)`: what a file's score is multiplied by, 0 leaves it out."""
    query = query_of(question)
    text = _text(connection, query)
    alike = _history(connection, query)
    history = dict.fromkeys((path for _, _, path in alike), 0.0)
    defines = _defines(connection, query)
    recent, often = _recent(connection, [*text, *history, *defines, *hints.changed, *hints.open])
    signals: dict[str, Mapping[str, float]] = {
        "text": text, "history": history, "defines": defines, "recent": recent, "often": often,
        "changed": dict.fromkeys(hints.changed, 1.0), "open": dict.fromkeys(hints.open, 1.0),
        "traceback": {path: 1 / (1 + at / 4) for at, path in enumerate(hints.traceback)},
    }  # fmt: skip
    candidates = {path for signal in signals.values() for path in signal}
    living = _living(connection, candidates)
    kinds = {path: factor for path in living if (factor := kind(path)) > 0}
    signals["history"] = _spread(alike, kinds)
    signals["named"] = {
        path: 1.0 for path in kinds if splitext(basename(path))[0].lower().strip("_") in query.spoken
    }
    why = _fused(signals, kinds)
    _link(connection, why)
    ranked = [Ranked(path, sum(parts.values()) * kinds[path], parts) for path, parts in why.items()]
    return sorted(ranked, key=lambda one: (-one.score, one.path))[:most]


def _fused(signals: Mapping[str, Mapping[str, float]], kinds: Collection[str]) -> dict[str, dict[str, float]]:
    """Each signal's best file gets its whole weight."""
    why: dict[str, dict[str, float]] = {path: {} for path in kinds}
    for name, signal in signals.items():
        most = max((value for path, value in signal.items() if path in why), default=0)
        if most > 0:
            for path, value in signal.items():
                if value > 0 and path in why:
                    why[path][name] = WEIGHTS[name] * value / most
    return why


def _text(connection: sqlite3.Connection, query: Query) -> dict[str, float]:
    """BM25 over path, symbols and text, each word weighted as we weigh it."""
    total = last_row(connection)
    parts, values = [], []
    for word, weight in query.weights.items():
        match = f'"{word}"'
        count = _count(connection, match)
        rare = math.log(1 + (total - count + 0.5) / (count + 0.5)) ** RARE
        if count > total / 2:
            # a word that most files have says something only where it names them
            match = f'{{path symbols}} : "{word}"'
            count = _count(connection, match)
        if count:
            # FTS5 multiplies with a rarity of its own, which makes nothing of every word in more than half of all files
            theirs = math.log((total - count + 0.5) / (count + 0.5))
            parts.append(
                f"SELECT rowid AS id, ? * bm25(words, {COLUMNS}) AS score FROM words WHERE words MATCH ?"
            )
            values += [-weight * rare / (theirs if theirs > 0 else 1e-6), match]
    if not parts:
        return {}
    # the limit keeps SQLite from merging the inner query into the outer, where bm25 has no meaning
    found = connection.execute(
        f"SELECT path, sum(score) AS whole FROM ({' UNION ALL '.join(parts)} LIMIT -1) AS hits "
        f"JOIN files ON files.id = hits.id GROUP BY files.id ORDER BY whole DESC LIMIT {MOST_CANDIDATES}",
        values,
    )
    return dict(found.fetchall())


def _count(connection: sqlite3.Connection, match: str) -> int:
    found = connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (match,))
    return int(found.fetchone()[0])


def _history(connection: sqlite3.Connection, query: Query) -> list[tuple[int, float, str]]:
    """Commits with like messages, how like, and the files that each changed."""
    if not query.weights:
        return []
    match = " OR ".join(f'"{word}"' for word in query.weights)
    rows: list[tuple[int, float, str]] = connection.execute(
        "WITH alike AS (SELECT rowid AS id, -bm25(messages) AS score FROM messages WHERE messages MATCH ? "
        f"ORDER BY bm25(messages) LIMIT {MOST_COMMITS}) "
        "SELECT alike.id, score, path FROM alike JOIN touched ON commit_id = alike.id",
        (match,),
    ).fetchall()
    return rows


def _spread(rows: list[tuple[int, float, str]], kinds: Collection[str]) -> dict[str, float]:
    """A commit speaks for each of the files that it changed, the less the more there are."""
    counted = [row for row in rows if row[2] in kinds]
    together = Counter(commit for commit, _, _ in counted)
    found: dict[str, float] = {}
    for commit, score, path in counted:
        found[path] = max(found.get(path, 0.0), score / math.sqrt(together[commit]))
    return found


def _defines(connection: sqlite3.Connection, query: Query) -> dict[str, float]:
    """Files that define what the question names."""
    found: dict[str, float] = {}
    for word in sorted(query.spoken)[: 2 * MOST_WORDS]:
        rows = connection.execute(
            "SELECT DISTINCT path FROM symbols JOIN files ON files.content = symbols.content "
            f"WHERE name = ? AND kind IN ({DEFINED}) LIMIT 100",
            (word,),
        ).fetchall()
        for (path,) in rows:
            found[path] = found.get(path, 0.0) + (2 if word in query.code else 1) / len(rows)
    return found


def _recent(connection: sqlite3.Connection, more: Iterable[str]) -> tuple[dict[str, float], dict[str, float]]:
    """How recently and how often Git has seen a file changed: of the candidates, and of those that lead."""
    rows = connection.execute("SELECT path, last, often FROM recent ORDER BY last DESC LIMIT 50").fetchall()
    for some in _in_parts(sorted(set(more) - {path for path, _, _ in rows})):
        marks = ",".join("?" * len(some))
        rows += connection.execute(f"SELECT path, last, often FROM recent WHERE path IN ({marks})", some)
    return {path: last for path, last, _ in rows}, {path: often for path, _, often in rows}


def _living(connection: sqlite3.Connection, paths: Collection[str]) -> set[str]:
    """Those that are files of the project now."""
    living: set[str] = set()
    for some in _in_parts(sorted(paths)):
        marks = ",".join("?" * len(some))
        living |= {
            path for (path,) in connection.execute(f"SELECT path FROM files WHERE path IN ({marks})", some)
        }
    return living


def _link(connection: sqlite3.Connection, why: dict[str, dict[str, float]]) -> None:
    """A file whose neighbours are about the question may be, too: half of it, where the three best import it or are
    imported."""
    base = {path: sum(parts.values()) for path, parts in why.items()}
    most = max(base.values(), default=0)
    leaders = sorted(base, key=lambda path: -base[path])[:20]
    near: dict[str, list[float]] = {}
    for some in _in_parts(leaders):
        marks = ",".join("?" * len(some))
        query = (
            f"SELECT source, target FROM edges WHERE source IN ({marks}) "
            f"UNION SELECT target, source FROM edges WHERE target IN ({marks})"
        )
        for leader, other in connection.execute(query, some * 2):
            if other in why:
                near.setdefault(other, []).append(base[leader] / most)
    for path, scores in near.items():
        why[path]["linked"] = WEIGHTS["linked"] * sum(sorted(scores)[-3:]) / 3


def _in_parts(values: list[str]) -> Iterable[list[str]]:
    return (values[begin : begin + 400] for begin in range(0, len(values), 400))
