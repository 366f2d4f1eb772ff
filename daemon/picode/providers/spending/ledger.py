"""Every request to a model, with what it cost: a SQLite file that only the daemon writes.

A request is written down with its worst case before it is sent, in the same transaction that checks the limits, and
settled when its usage is known. What a daemon that was killed left open keeps its worst case: nobody knows better.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from picode.errors import DiskFailed
from picode.messages import Usage
from picode.providers.spending.caps import Caps, Spent, check

VERSION = 1
T = TypeVar("T")
SCHEMA = """
CREATE TABLE requests(
    number INTEGER PRIMARY KEY, time INTEGER NOT NULL, day TEXT NOT NULL,
    turn TEXT NOT NULL, conversation TEXT NOT NULL, workspace TEXT NOT NULL,
    model TEXT NOT NULL, purpose TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0, reported INTEGER NOT NULL DEFAULT 0,
    estimated INTEGER NOT NULL, input INTEGER NOT NULL DEFAULT 0, output INTEGER NOT NULL DEFAULT 0,
    cache_read INTEGER NOT NULL DEFAULT 0, cache_write INTEGER NOT NULL DEFAULT 0,
    cost REAL NOT NULL, first REAL NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0
);
CREATE INDEX by_turn ON requests(turn, cost);
CREATE INDEX by_conversation ON requests(conversation, cost);
CREATE INDEX by_day ON requests(day, cost);
CREATE INDEX by_workspace ON requests(workspace, cost);
CREATE INDEX by_model ON requests(model, number);
"""


ENOUGH = 3
"""Requests of a model after which its own ratio counts."""


@dataclass(frozen=True)
class Asking:
    """A request that is to be sent. `model`: `provider/model`; `purpose`: `answer`, `summary`, `title`, `batch`;
    `estimated`: tokens of the prompt; `worst`: US dollars."""

    turn: str
    conversation: str
    workspace: str
    model: str
    estimated: int
    worst: float
    purpose: str = "answer"


@dataclass(frozen=True)
class Outcome:
    """What came of it; `reported`: the provider told the tokens. `first` and `seconds`: until the answer began, and
    until it ended."""

    usage: Usage
    reported: bool
    first: float = 0
    seconds: float = 0


class Ledger:
    """Any thread may call; each call takes a millisecond or less. Raises DiskFailed where the file cannot be used."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self.path, self._now = path, now
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None

    def reserve(self, asking: Asking, caps: Caps) -> int:
        """The request's number, when each limit leaves room for its worst case. Raises SpendLimit."""
        return self._run(lambda db: self._reserve(db, asking, caps))

    def settle(self, number: int, outcome: Outcome) -> None:
        """What the request came to; its worst case counts no longer."""
        usage = outcome.usage
        values = (
            outcome.reported, usage.input, usage.output, usage.cache_read, usage.cache_write, usage.cost.total,
            outcome.first, outcome.seconds, number,
        )  # fmt: skip
        self._run(lambda db: db.execute(
            "UPDATE requests SET settled=1, reported=?, input=?, output=?, cache_read=?, cache_write=?, cost=?, "
            "first=?, seconds=? WHERE number=?", values,
        ))  # fmt: skip

    def spent(self, turn: str = "", conversation: str = "", workspace: str = "") -> Spent:
        """So far; `day` is today."""
        asked = Asking(turn, conversation, workspace, "", 0, 0)
        return self._run(lambda db: _spent(db, asked, self._day()))

    def ratio(self, model: str) -> float:
        """By how much this model's prompts were longer than estimated, lately: the median; 1 where nobody knows."""
        found = self.read(
            "SELECT (input + cache_read + cache_write) * 1.0 / estimated FROM requests "
            "WHERE model=? AND reported AND estimated > 0 ORDER BY number DESC LIMIT 50", (model,),
        )  # fmt: skip
        ratios = sorted(ratio for (ratio,) in found if ratio > 0)
        return min(2.0, max(0.5, ratios[len(ratios) // 2])) if len(ratios) >= ENOUGH else 1.0

    def seconds(self, model: str) -> float:
        """How long this model's answers took lately: the median; 0: it gave none."""
        found = self.read(
            "SELECT seconds FROM requests WHERE model=? AND reported AND seconds > 0 ORDER BY number DESC LIMIT 50",
            (model,),
        )
        times = sorted(seconds for (seconds,) in found)
        return times[len(times) // 2] if times else 0.0

    def read(self, question: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows for a report."""
        return self._run(lambda db: db.execute(question, values).fetchall())

    def close(self) -> None:
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    def _reserve(self, db: sqlite3.Connection, asking: Asking, caps: Caps) -> int:
        day = self._day()
        db.execute("BEGIN IMMEDIATE")
        try:
            if caps:
                check(caps, _spent(db, asking, day), asking.worst)
            made = db.execute(
                "INSERT INTO requests(time, day, turn, conversation, workspace, model, purpose, estimated, cost) "
                "VALUES(?,?,?,?,?,?,?,?,?)",
                (int(self._now() * 1000), day, asking.turn, asking.conversation, asking.workspace, asking.model,
                 asking.purpose, asking.estimated, asking.worst),
            )  # fmt: skip
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        return int(made.lastrowid or 0)

    def _day(self) -> str:
        """The day by the clock on the wall."""
        return time.strftime("%Y-%m-%d", time.localtime(self._now()))

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._lock:
                if self._open is None:
                    self._open = _connect(self.path)
                return work(self._open)
        except (sqlite3.Error, OSError) as error:
            raise DiskFailed(
                f"The record of what was spent, {self.path}, cannot be used: {error}.",
                "Make room on the disk, or move the file away: then limits count from nothing.",
            ) from error


def _spent(db: sqlite3.Connection, asking: Asking, day: str) -> Spent:
    of = {"turn": asking.turn, "conversation": asking.conversation, "day": day, "workspace": asking.workspace}
    return Spent(**{
        span: float(db.execute(f"SELECT total(cost) FROM requests WHERE {span}=?", (value,)).fetchone()[0])
        for span, value in of.items()
    })  # fmt: skip


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = not path.exists()
    db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        if fresh:
            path.chmod(0o600)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            db.executescript(f"BEGIN IMMEDIATE;{SCHEMA}PRAGMA user_version={VERSION};COMMIT")
        elif version != VERSION:
            raise sqlite3.DatabaseError(f"it is of version {version}, and this PiCode writes {VERSION}")
    except BaseException:
        with closing(db):
            raise
    return db
