"""How a person names models: a part of a name, a pattern, `:level` behind it. pi's rules, on `provider/model` names."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from picode.messages import LEVELS

DATED = re.compile(r"-\d{8}$")
GLOB = re.compile(r"[*?\[]")


def with_level(name: str) -> tuple[str, str]:
    """`provider/model:high` in its two parts; the level is empty where there is none. Models' names may have colons."""
    model, _, level = name.strip().rpartition(":")
    return (model, level) if model and level in LEVELS else (name, "")


def named(pattern: str, names: Iterable[str]) -> str:
    """The one that is meant: a whole name, else the best of those that have the pattern in them; empty: none.

    Best is a name without a date, and of several the one that sorts last: the newest."""
    wanted, known = pattern.strip().lower(), list(names)
    provider, slash, part = wanted.partition("/")
    if not wanted:
        return ""
    for exact in (
        [name for name in known if name.lower() == wanted],
        [name for name in known if name.partition("/")[2].lower() == wanted],
    ):
        if len(exact) == 1:
            return exact[0]
    found = [name for name in known if wanted in name.partition("/")[2].lower()]
    if not found and slash:
        found = [name for name in known if name.lower().startswith(f"{provider}/") and part in name.lower()]
    return max((name for name in found if not DATED.search(name)), default="") or max(found, default="")


def scoped(patterns: Sequence[str], names: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Each model that a pattern means, with the pattern's level (or none), once; and the patterns that mean none.

    `anthropic/*`, `*sonnet*`, `haiku:low`."""
    found: dict[str, str] = {}
    nothing: list[str] = []
    for pattern in filter(None, map(str.strip, patterns)):
        wanted, level = with_level(pattern)
        if GLOB.search(wanted):
            these = [name for name in names if _matches(name.lower(), wanted.lower())]
        else:
            # a model's own name may end like a level
            whole = named(pattern, names)
            these = [one for one in [whole or named(wanted, names)] if one]
            level = "" if whole else level
        for name in these:
            found.setdefault(name, level)
        if not these:
            nothing.append(pattern)
    return list(found.items()), nothing


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(name.partition("/")[2], pattern)
