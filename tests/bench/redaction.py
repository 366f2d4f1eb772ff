"""Redaction: how fast text passes that has no secret, and text with words that secrets stand beside."""

import time
from pathlib import Path

from bench.row import Row
from picode.context.redact import redact

ROUNDS = 5
BUILD = "   Compiling serde_json v1.0.%d (/home/u/.cargo/registry/src/crate-%d)\n"
LOG = "2026-11-21T12:%02d:11 INFO server.request path=/v1/items/%d status=200 took=0.0312s host=web-3\n"


def rows() -> list[Row]:
    build = "".join(BUILD % (number, number) for number in range(15_000))
    log = "".join(LOG % (number % 60, number) for number in range(15_000))
    source = "".join(
        path.read_text() for path in sorted(Path(__file__).parents[2].glob("daemon/picode/*/*.py"))
    )
    return [
        rate("redaction, a build's output", build, goal=25),
        rate("redaction, a server's log", log, goal=25),
        rate("redaction, source code (`key`, `token`, long names)", source, goal=8),
    ]


def rate(what: str, text: str, goal: float) -> Row:
    """MB for each second of this thread's processor time: others at work here do not count."""
    took = []
    for _ in range(ROUNDS):
        begun = time.thread_time()
        redact(text)
        took.append(time.thread_time() - begun)
    speed = len(text) / 1e6 / min(took)
    return Row(what, speed, 0, speed, goal, "MB/s", "higher")
