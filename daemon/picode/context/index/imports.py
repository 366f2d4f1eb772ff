"""Which files a file imports: what is written there, resolved to paths of the project.

An import becomes the parts of a path, and the file whose path ends in them is meant: of several the nearest.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from posixpath import dirname, join, normpath, splitext

MOST_ALIKE = 8
"""Files that an import may mean; one that fits more of them means none."""
ROOTS = ("__init__", "index", "mod", "lib", "main")
"""`a/__init__.py` is `a`."""
OUTER = frozenset({"crate", "self", "super"})
SEPARATOR = {"rust": "::", "php": "\\", "python": ".", "java": ".", "csharp": "."}


class Resolver:
    """`paths`: every file of the project."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = set(paths)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._directories: dict[str, list[str]] = defaultdict(list)
        for path in self._paths:
            module = _module(path)
            self._by_name[module.rpartition("/")[2]].append(path)
            self._directories[dirname(path).rpartition("/")[2]].append(path)

    def resolve(self, path: str, language: str, imported: str) -> list[str]:
        """The files that `imported`, as it stands in `path`, means; none: it is not of this project."""
        if language == "go":
            return self._package(imported)
        if imported.startswith(".") and language != "python":
            return self._beside(normpath(join(dirname(path), imported)))
        for parts in _parts(path, language, imported):
            if parts and (found := self._ending_in(path, parts)):
                return [found]
        return []

    def _beside(self, place: str) -> list[str]:
        if place in self._paths:
            return [place]
        stem = splitext(place)[0]
        alike = [*self._by_name[place.rpartition("/")[2]], *self._by_name[stem.rpartition("/")[2]]]
        return [one for one in alike if _module(one) in (place, stem)][:1]

    def _package(self, imported: str) -> list[str]:
        parts = imported.strip("/").split("/")
        inside = self._directories[parts[-1]]
        for begin in range(len(parts)):
            tail = "/".join(parts[begin:])
            found = [one for one in inside if dirname(one) == tail or dirname(one).endswith(f"/{tail}")]
            if found:
                return sorted(one for one in found if one.endswith(".go"))[:MOST_ALIKE]
        return []

    def _ending_in(self, path: str, parts: list[str]) -> str:
        tail = "/".join(parts)
        alike = [
            one for one in self._by_name[parts[-1]] if one != path and f"/{_module(one)}".endswith(f"/{tail}")
        ]
        if not alike or (len(parts) == 1 and len(alike) > MOST_ALIKE):
            return ""
        return min(alike, key=lambda one: (-_common(one, path), one.count("/"), one))


def _parts(path: str, language: str, imported: str) -> Iterator[list[str]]:
    """What the path may end in, the longest first: the last part may name something in the file."""
    if language == "rust":
        imported = re.split(r"[{*]| as ", imported, maxsplit=1)[0].rstrip(":")
    separator = SEPARATOR.get(language, "/")
    if language == "python" and imported.startswith("."):
        up = len(imported) - len(imported.lstrip("."))
        above = path.split("/")[:-up]
        whole = [*above, *imported.lstrip(".").split(".")] if imported.strip(".") else above
        yield [part for part in whole if part]
        return
    if separator == "/":
        imported = splitext(imported)[0]
    parts = [part.strip() for part in imported.split(separator) if part.strip() and part.strip() not in OUTER]
    yield parts
    if len(parts) > 1:
        yield parts[:-1]
    if language in ("rust", "php", "csharp"):
        for begin in range(1, len(parts) - 1):
            yield parts[begin:]
            yield parts[begin:-1]


def _module(path: str) -> str:
    stem = splitext(path)[0]
    head, _, name = stem.rpartition("/")
    return head if name in ROOTS and head else stem


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
