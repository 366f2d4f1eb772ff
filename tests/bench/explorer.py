"""The explorer of a project with 100,000 files in Git: opening, unfolding, scrolling, filtering.

Each as the daemon does it up to the line for the plugin; the `zellij pipe` that carries it costs the same for all.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.row import Row, absolute, against
from picode.context import gitstate, tree
from picode.server.explorer_view import Shown, View, snapshot

FLAT = 10_000
"""Files of the 100,000 that lie in one directory."""


def make(root: Path) -> None:
    """90 directories of 1,000 files below ten others, and one of 10,000, all in Git's index."""
    git = ["git", "-C", str(root), "-c", "user.name=B", "-c", "user.email=b@example.org", "-c", "gc.auto=0"]
    subprocess.run([*git, "init", "-q"], check=True)
    blob = subprocess.run(
        [*git, "hash-object", "-w", "--stdin"], input=b"x", capture_output=True, check=True
    ).stdout.decode().strip()  # fmt: skip
    paths = [f"src/part{part:02}/module_{number:04}.py" for part in range(90) for number in range(1000)]
    paths += [f"data/Record {number:05}.json" for number in range(FLAT)]
    for path in paths:
        file = root / path
        if not file.parent.is_dir():
            file.parent.mkdir(parents=True)
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o644))
    index = "".join(f"100644 {blob}\t{path}\n" for path in paths)
    subprocess.run([*git, "update-index", "--index-info"], input=index.encode(), check=True)


def took(work: Callable[[], object], times: int = 15) -> float:
    """Milliseconds, the median."""
    each = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        each.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(each)


def listed(root: Path) -> None:
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    subprocess.run(command, stdout=subprocess.PIPE, check=True)


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        make(root)
        bare = took(lambda: listed(root), 7)

        def opened() -> str:
            shown = Shown(project="bench")
            shown.replant(tree.Tree(tree.first_look(root) or ()), gitstate.GitState())
            return snapshot(shown, View(0, 40), "pipe")

        first = took(opened)
        whole = took(lambda: tree.Tree(tree.list_files(root)).rows(frozenset()), 7)
        files = tree.list_files(root)

    def unfolded() -> str:
        shown = Shown(project="bench")
        shown.replant(tree.Tree(files), gitstate.GitState())
        shown.unfold("data", True)
        return snapshot(shown, View(0, 40), "pipe")

    shown = Shown(project="bench")
    shown.replant(tree.Tree(files), gitstate.GitState())
    for name in ("data", "src", *(f"src/part{part:02}" for part in range(90))):
        shown.unfold(name, True)
    ends = iter(range(0, 10**9, 997))
    scrolled = took(lambda: snapshot(shown, View(next(ends) % len(shown.rows), 40), "pipe"), 200)
    largest = max(
        len(snapshot(shown, View(at, 40), "pipe").encode()) for at in range(0, len(shown.rows), 4999)
    )
    shown.find("warm")
    queries = iter(["module9", "rec", "json", "part42", "m4_17", "zzz", "s", "r"])
    filtered = took(lambda: shown.find(next(queries)), 8)
    return [
        absolute(
            "explorer of 100,000 files, opens: nothing known until its first line", first, goal=50, unit="ms"
        ),
        against("explorer, all 100,000 listed, against git ls-files", whole, bare, goal=2.5, unit="ms"),
        absolute("explorer, 100,000 files: unfold a directory of 10,000", took(unfolded), goal=50, unit="ms"),
        absolute("explorer, 100,000 rows unfolded: scroll to anywhere", scrolled, goal=5, unit="ms"),
        absolute("explorer, 100,000 rows unfolded: the largest line", largest / 1024, goal=16, unit="KB"),
        absolute("explorer, 100,000 files: filter", filtered, goal=100, unit="ms"),
    ]
