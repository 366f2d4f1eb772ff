"""Tokens before a request is sent: how far off, how fast; and what a row in the ledger costs."""

import json
import statistics
import tempfile
import time
from pathlib import Path

from bench.row import Row, absolute
from picode.messages import Usage
from picode.providers.spending.caps import Caps
from picode.providers.spending.estimate import tokens
from picode.providers.spending.ledger import Asking, Ledger, Outcome

ROOT = Path(__file__).parents[2]
COUNTED = ROOT / "tests/picode/providers/spending/token_counts.json"
OTHERS = ("german", "chinese", "japanese", "russian")
REQUESTS = 300


def rows() -> list[Row]:
    counted = [one for one in json.loads(COUNTED.read_text()) if one["kind"] not in OTHERS]
    errors = [
        abs(tokens(one["text"]) / count - 1) * 100 for one in counted for count in one["tokens"].values()
    ]
    return [
        absolute("estimate of tokens, median error", statistics.median(errors), goal=10, unit="%"),
        absolute("estimate of tokens, largest error", max(errors), goal=20, unit="%"),
        speed(),
        ledger(),
    ]  # fmt: skip


def speed() -> Row:
    text = "".join(path.read_text() for path in sorted(ROOT.glob("daemon/picode/agents/*.py"))) * 5
    took = []
    for _ in range(3):
        begun = time.thread_time()
        tokens(text)
        took.append(time.thread_time() - begun)
    rate = len(text) / 1e6 / min(took)
    return Row("estimate of tokens, source code", rate, 0, rate, 4, "MB/s", "higher")


def ledger() -> Row:
    """Reserve and settle, with a limit to be checked, in a file that has thousands of rows."""
    with tempfile.TemporaryDirectory() as folder:
        book = Ledger(Path(folder) / "spending.db")
        took = []
        for number in range(REQUESTS):
            asking = Asking(f"t{number}", "c", "/p", "a/m", 1000, 0.01)
            begun = time.perf_counter()
            row = book.reserve(asking, Caps(day=1000, conversation=1000, workspace=1000))
            book.settle(row, Outcome(Usage(input=1000), True))
            took.append((time.perf_counter() - begun) * 1000)
        book.close()
    return absolute("a request's row in the ledger, median", statistics.median(took), goal=3, unit="ms")
