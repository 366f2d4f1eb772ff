"""Conversations on disk, through a daemon: a list of 1,000, opening one of 100,000 entries, searching all of it
against ripgrep on the same files, and an append against `os.write`."""

import itertools
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from bench.row import Row, absolute, against
from bench.wire import end, private_home, start
from picode import paths
from picode.client.blocking import Connection, connect
from picode.protocol import requests as r
from picode.protocol.replies import Conversations, Found, Snapshot
from picode.protocol.values import Place
from picode.sessions.file import SessionFile
from support.sessions import answer, entry, header, line, written

ENTRIES = 100_000
LISTED = 1000
LIVES = 3
"""Daemons that open the long one, each for the first time."""
READ_WITHIN = 600
"""Seconds for reading everything once."""
APPENDS = 4000
VOCABULARY = 20_000
ANSWER: dict[str, Any] = {
    "role": "assistant", "api": "demo", "provider": "demo", "model": "demo", "stopReason": "stop",
    "usage": {
        "input": 80, "output": 7, "cacheRead": 20, "cacheWrite": 0, "totalTokens": 107,
        "cost": {"input": 0.00001, "output": 0.00002, "cacheRead": 0, "cacheWrite": 0, "total": 0.00003},
    },
}  # fmt: skip


def vocabulary() -> list[str]:
    chance = random.Random(1)
    return [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9)))
        for _ in range(VOCABULARY)
    ]


def write_long(path: Path, words: list[str]) -> None:
    """80 MB: questions and answers in turn, some words often and most seldom."""
    chance, before = random.Random(2), None
    often = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(words))))
    with path.open("w") as file:
        file.write(header(id="long", cwd="/"))
        for number in range(ENTRIES):
            text = " ".join(chance.choices(words, cum_weights=often, k=85))
            message: dict[str, Any] = ANSWER if number % 2 else {"role": "user"}
            message = message | {
                "content": [{"type": "text", "text": text}],
                "timestamp": 1_795_210_935_497 + number,
            }
            place = {"type": "message", "id": f"{number:08x}", "parentId": before}
            file.write(line(place | {"timestamp": "2026-11-20T21:42:15.510Z", "message": message}))
            before = place["id"]


def write_many(directory: Path) -> None:
    for number in range(LISTED):
        lines = [
            header(id=f"{number:04}", cwd=f"/p{number % 20}"),
            *(entry(f"{at}", None) for at in range(20)),
        ]
        written(directory / f"--p{number % 20}--" / f"2026_{number:04}.jsonl", *lines)


def median_of(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds) * 1e3


def listing() -> Row:
    with private_home() as where:
        write_many(where.sessions)
        daemon, _ = start(where)
        try:
            with connect(where, start=False) as client:
                asked = r.GetConversations(0, limit=LISTED)
                assert len(client.ask_for(Conversations, asked, 60).conversations) == LISTED
                took = median_of(lambda: client.ask_for(Conversations, asked, 60), 21)
        finally:
            end(daemon)
    return absolute(f"list of {LISTED:,} conversations, request and reply", took, goal=20, unit="ms")


def read_all(client: Connection) -> None:
    """Wait until everything can be found."""
    until = time.monotonic() + READ_WITHIN
    while client.ask_for(Found, r.Search(0, "nothing"), 60).pending:
        assert time.monotonic() < until


def searching(client: Connection, where: paths.Paths, words: list[str]) -> list[Row]:
    """Words that are often there, sometimes, hardly ever."""
    rg = shutil.which("rg")
    if rg is None:
        return []
    ours, theirs = [], []
    for word in (words[0], words[100], words[5000], words[-1], "nowhere"):
        command = [rg, "--no-config", "-F", "-w", word, str(where.sessions)]
        for _ in range(5):
            ours.append(median_of(partial(client.ask_for, Found, r.Search(0, word)), 1))
            theirs.append(median_of(partial(subprocess.run, command, stdout=subprocess.DEVNULL), 1))
    what = f"search in {ENTRIES:,} messages, against ripgrep on the same file"
    return [against(what, statistics.median(ours), statistics.median(theirs), goal=0.5, unit="ms")]


def opening() -> list[Row]:
    words = vocabulary()
    took, more = [], []
    with private_home() as where:
        where.sessions.mkdir(parents=True)
        write_long(where.sessions / "2026_long.jsonl", words)
        daemon, _ = start(where)
        try:
            with connect(where, start=False) as client:
                read_all(client)
                found = searching(client, where, words)
        finally:
            end(daemon)
        for _ in range(LIVES):
            daemon, _ = start(where)
            try:
                with connect(where, start=False) as client:
                    client.ask(r.Open(0, Place("/"), "new"), 60)  # imports what a conversation needs
                    idle = psutil.Process(daemon.pid).memory_info().rss
                    begun = time.perf_counter()
                    opened = client.ask_for(Snapshot, r.Open(0, Place("/"), "named", "long"), 60)
                    took.append(time.perf_counter() - begun)
                    assert opened.earlier + len(opened.entries) == ENTRIES
                    more.append((psutil.Process(daemon.pid).memory_info().rss - idle) / 1e6)
            finally:
                end(daemon)
    what = f"open a conversation of {ENTRIES:,} entries"
    return [
        absolute(what, statistics.median(took), goal=0.1, unit="s"),
        absolute(f"{what}: memory over idle", statistics.median(more), goal=60, unit="MB"),
        *found,
    ]


def appending() -> list[Row]:
    """The same bytes by both, in turns: alone, and with the wait for the disk that goes before telling anybody."""
    with tempfile.TemporaryDirectory(prefix="pb", dir="/tmp") as directory:
        session = SessionFile.create(Path(directory), "/")
        message = answer("x" * 500)
        session.append_message(message)
        data = session.line(0) + b"\n"
        bare = os.open(Path(directory) / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def synced() -> None:
            session.append_message(message)
            session.sync()

        def bare_synced() -> None:
            os.write(bare, data)
            os.fdatasync(bare)

        written_, synced_ = ([], []), ([], [])  # type: tuple[list[float], list[float]], tuple[list[float], list[float]]
        for _ in range(APPENDS // 100):
            written_[0].append(median_of(lambda: session.append_message(message), 100) * 1e3)
            written_[1].append(median_of(lambda: os.write(bare, data), 100) * 1e3)
            synced_[0].append(median_of(synced, 10) * 1e3)
            synced_[1].append(median_of(bare_synced, 10) * 1e3)
        os.close(bare)
        session.close()
    (ours, theirs), (ours_synced, theirs_synced) = (
        map(statistics.median, pair) for pair in (written_, synced_)
    )
    return [
        against(
            "append a message and sync, against os.write and fdatasync",
            ours_synced,
            theirs_synced,
            goal=3,
            unit="µs",
        ),
        against("append a message, against os.write of its bytes", ours, theirs, goal=3, unit="µs"),
    ]


def rows() -> list[Row]:
    return [listing(), *opening(), *appending()]
