"""How well the files of a real commit are found from its message: `python -m bench.localise [dev|test]`.

PICODE_LOCALISE names a directory with, for each repository, `<name>.json` (`exts`, and `items` with `commit`, `parent`,
`query`, `gold`, `split`) and `<name>.git`, a clone. The files at a commit's parent are written out, the index brought
up to them, and the message asked; candidates are source files that are no tests. None of that data is in here.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.row import Row, absolute
from picode.context.choose.pack import pack
from picode.context.choose.ranking import TEST, rank
from picode.context.index.database import open_to_write
from picode.context.index.sync import sync

UNIT = re.compile(r"(^|/)unit(/|$)")
GOALS = {"recall@5": 0.86, "recall@10": 0.94, "MRR": 0.78}
BUDGET = 4000


class Found(NamedTuple):
    """Of one commit; times in milliseconds."""

    near: float
    far: float
    rank: float
    ranking: float
    packing: float


class Tree:
    """The files of one commit after the other, in a directory; only what differs is written."""

    def __init__(self, clone: Path, root: Path) -> None:
        self._git = ["git", "-C", str(root)]
        self.root = root
        clone_ = ["git", "clone", "-q", "--shared", "--no-checkout", os.path.realpath(clone), str(root)]
        subprocess.run(clone_, check=True)
        self._there: dict[str, str] = {}
        self._contents = subprocess.Popen(
            [*self._git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def show(self, commit: str) -> None:
        subprocess.run([*self._git, "update-ref", "--no-deref", "HEAD", commit], check=True)
        subprocess.run([*self._git, "read-tree", commit], check=True)
        listed = subprocess.run(
            [*self._git, "ls-tree", "-r", "-z", commit], check=True, capture_output=True
        ).stdout
        now = {}
        for line in filter(None, listed.decode().split("\0")):
            facts, path = line.split("\t", 1)
            if facts.startswith("100"):
                now[path] = facts.split()[2]
        for path in self._there.keys() - now.keys():
            (self.root / path).unlink(missing_ok=True)
        for path, blob in now.items():
            if self._there.get(path) != blob and (content := self._content(blob)) is not None:
                (self.root / path).parent.mkdir(parents=True, exist_ok=True)
                (self.root / path).write_bytes(content)
        self._there = now

    def _content(self, blob: str) -> bytes | None:
        """None: the clone does not have it, as some leave out large files."""
        assert self._contents.stdin is not None
        assert self._contents.stdout is not None
        self._contents.stdin.write(f"{blob}\n".encode())
        self._contents.stdin.flush()
        facts = self._contents.stdout.readline().split()
        if facts[-1] == b"missing":
            return None
        content = self._contents.stdout.read(int(facts[2]) + 1)
        return content[:-1]

    def close(self) -> None:
        self._contents.kill()
        self._contents.communicate()


def measure(data: Path, split: str) -> Iterator[tuple[str, list[Found]]]:
    """Each repository with what was found of its commits."""
    for file in sorted(data.glob("*.json")):
        told = json.loads(file.read_text())
        with tempfile.TemporaryDirectory() as scratch:
            tree = Tree(data / f"{file.stem}.git", Path(scratch, file.stem))
            connection, _ = open_to_write(Path(scratch, "index.db"))
            found = []
            for item in told["items"]:
                if item["split"] == split:
                    tree.show(item["parent"])
                    sync(connection, tree.root)
                    found.append(_found(connection, tree.root, item, tuple(told["exts"])))
            tree.close()
            connection.close()
        yield file.stem, found


def _found(connection: Any, root: Path, item: dict[str, Any], ends: tuple[str, ...]) -> Found:
    def kind(path: str) -> float:
        return 1.0 if path.endswith(ends) and not TEST.search(path) and not UNIT.search(path) else 0.0

    rank(connection, item["query"], kind=kind)
    began = time.perf_counter()
    ranked = rank(connection, item["query"], kind=kind)
    ranking = time.perf_counter() - began
    began = time.perf_counter()
    pack(connection, root, ranked, item["query"], BUDGET)
    packing = time.perf_counter() - began
    paths, gold = [one.path for one in ranked], set(item["gold"])
    first = next((at for at, path in enumerate(paths, 1) if path in gold), 0)
    return Found(
        len(gold & set(paths[:5])) / len(gold),
        len(gold & set(paths[:10])) / len(gold),
        1 / first if first else 0.0,
        1000 * ranking,
        1000 * packing,
    )


def mean(found: list[Found]) -> list[float]:
    return [sum(values) / len(found) for values in zip(*found, strict=True)]


def rows() -> list[Row]:
    """For `make bench`; none where the data is not there."""
    data = os.environ.get("PICODE_LOCALISE")
    if not data:
        return []
    found = [one for _, some in measure(Path(data), "test") for one in some]
    made = [
        Row(f"the files of a commit: {name}", value, 0, value, goal, "", better="higher")
        for (name, goal), value in zip(GOALS.items(), mean(found), strict=False)
    ]
    middle = sorted(one.ranking for one in found)[len(found) // 2]
    packed = sorted(one.packing for one in found)[len(found) // 2]
    return [
        *made,
        absolute("a question, warm: ranked", middle, goal=5, unit="ms"),
        absolute("a question, warm: packed", packed, goal=20, unit="ms"),
    ]


def main() -> int:
    data = os.environ.get("PICODE_LOCALISE")
    if not data:
        print(__doc__)
        return 2
    everything: list[Found] = []
    print("repository   recall@5  recall@10  MRR    ranking ms  packing ms")
    for name, found in measure(Path(data), sys.argv[1] if len(sys.argv) > 1 else "test"):
        everything += found
        print(_line(name, found), flush=True)
    print(_line("pooled", everything))
    for name in ("ranking", "packing"):
        times = sorted(getattr(one, name) for one in everything)
        print(f"{name}: median {times[len(times) // 2]:.1f} ms, 95 % {times[int(len(times) * 0.95)]:.1f} ms")
    return 0


def _line(name: str, found: list[Found]) -> str:
    near, far, first, ranking, packing = mean(found)
    return f"{name:12} {near:.3f}     {far:.3f}      {first:.3f}  {ranking:6.1f}      {packing:6.1f}"


if __name__ == "__main__":
    sys.exit(main())
