"""From words to hits: every word must be there; the last one may be the beginning of a longer one."""

import re
import sqlite3
from collections.abc import Callable

from picode.protocol.values import Hit

BEGUN, ENDED = "\x02", "\x03"
"""Around each match in a snippet; no text in the index has control characters."""
AROUND = 24
"""Words of a snippet."""
SHORTEST_BEGINNING = 3
PIECES = re.compile(f"[{BEGUN}{ENDED}]")
FIND = """
SELECT files.id, files.path, files.cwd, files.name, files.first, said.entry, said.role, said.time,
    snippet(words, 0, char(2), char(3), '…', {around})
FROM words CROSS JOIN said ON said.number = words.rowid CROSS JOIN files ON files.number = said.file
WHERE words MATCH ? AND files.id IS NOT NULL {ours}
ORDER BY words.rowid DESC LIMIT ?
"""


def matching(
    database: sqlite3.Connection, words: str, ours: Callable[[str], bool] | None, limit: int
) -> list[Hit]:
    """At most `limit` hits, newest first, in conversations whose directory is `ours`."""
    question = query(words)
    if not question:
        return []
    if ours is not None:
        known: dict[str, bool] = {}
        database.create_function(
            "ours", 1, lambda cwd: known[cwd] if cwd in known else known.setdefault(cwd, ours(cwd))
        )
    sql = FIND.format(around=AROUND, ours="AND ours(files.cwd)" if ours is not None else "")
    return [_hit(row) for row in database.execute(sql, (question, limit))]


def query(words: str) -> str:
    """In FTS5's language; what stands in double quotes is a phrase, and nothing else has a meaning."""
    found: list[str] = []
    for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', words.replace("\0", " ")):
        text = phrase or word
        if any(char.isalnum() for char in text):
            found.append(f'"{text}"')
    if found and len(found[-1]) >= SHORTEST_BEGINNING + 2 and not words.rstrip().endswith('"'):
        found[-1] += "*"
    return " ".join(found)


def _hit(row: tuple[str, str, str, str, str, str, str, int, str]) -> Hit:
    id_, path, cwd, name, first, entry, role, time, snippet = row
    return Hit(
        conversation=id_, path=path, cwd=cwd, name=name or first, entry=entry, role=role, time=time,
        pieces=[re.sub(r"\s+", " ", piece) for piece in PIECES.split(snippet)],
    )  # fmt: skip
