"""`make bench`: every figure beside its goal, in one run. Names of parts (`wire`, `shell`, …) choose some of them."""

import importlib
import os
import platform
import sys

from tabulate import tabulate

from bench.row import Row

PARTS = (
    "cli",
    "wire",
    "shell",
    "redaction",
    "pane",
    "sessions",
    "explorer",
    "pi",
    "context",
    "localise",
    "estimate",
)


def main() -> int:
    chosen = sys.argv[1:] or PARTS
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}\n"
    )
    rows: list[Row] = []
    for part in chosen:
        print(f"measuring {part}…", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"bench.{part}").rows()
    table = [
        (
            row.what,
            f"{row.ours:.4g} {row.unit}",
            f"{row.reference:.4g} {row.unit}" if row.reference else "",
            f"{row.ratio:.2f} x" if row.reference else "",
            f"{'<=' if row.better == 'lower' else '>='} {row.goal:g}{' x' if row.reference else ' ' + row.unit}",
            "met" if row.met else "missed",
        )
        for row in rows
    ]
    print(tabulate(table, headers=("what", "ours", "against", "ratio", "goal", ""), disable_numparse=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
