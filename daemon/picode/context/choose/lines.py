"""Which lines of a file a model gets for a question: all, or the bodies that matter and the signatures of the rest.

Never half a line. A body is whole or it is its first line.
"""

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import NamedTuple

from picode.context.index.analyzer import Symbol

CHARACTERS = 4
"""A token's, about."""
LINE = 1
"""Tokens that a line costs beside its characters."""
GAP = 3
"""Tokens of the mark where lines are left out."""
LONGEST_LINE = 400
"""Characters; in a longer one, as minified code has, nobody finds anything: it is left out."""
BODY = 0.7
"""How much of a file's share goes to bodies, before its outline."""
HEAD = 30
"""Lines of a file without symbols that are taken from its beginning."""
AROUND = (15, 5, 1)
"""Lines around one that a traceback names, where what it stands in is too long: as many as there is room for."""


VALUES = frozenset({"variable", "constant", "key", "property"})


class Run(NamedTuple):
    """Lines that follow each other, from 1, the last included."""

    begin: int
    end: int


def tokens(text: str) -> int:
    return len(text) // CHARACTERS + LINE


def choose_lines(
    lines: Sequence[str], symbols: Sequence[Symbol], wanted: Collection[str], budget: int, line: int = 0
) -> list[Run]:
    """The runs, in order, of at most `budget` tokens. `wanted`: the question's words; `line`: a traceback's."""
    costs = [tokens(text) if len(text) <= LONGEST_LINE else budget + 1 for text in lines]
    if sum(costs) <= budget:
        return [Run(1, len(lines))] if lines else []
    chosen: set[int] = set()
    left = budget
    reserved = round(budget * (1 - BODY)) if symbols else 0
    for begin, end in _bodies(lines, symbols, wanted, line):
        body = [at for at in range(begin, min(end, len(lines)) + 1) if at not in chosen]
        cost = GAP + sum(costs[at - 1] for at in body)
        if body and cost <= left - reserved:
            chosen |= set(body)
            left -= cost
    rest = _outline(symbols, len(lines), wanted) if symbols else range(1, min(HEAD, len(lines)) + 1)
    for at in rest:
        cost = costs[at - 1] + (0 if at - 1 in chosen else GAP)
        if at not in chosen and cost <= left:
            chosen.add(at)
            left -= cost
    return _runs(chosen)


def _bodies(
    lines: Sequence[str], symbols: Sequence[Symbol], wanted: Collection[str], line: int
) -> list[tuple[int, int]]:
    """What is worth its whole text, the best first: around the traceback's line, then by the question's words."""
    first = []
    if 0 < line <= len(lines):
        around = [one for one in symbols if one.line <= line <= one.end]
        # the innermost first; where that is too long for the budget, some lines
        first = sorted(((one.line, one.end) for one in around), key=lambda one: one[1] - one[0])[:2]
        first += [(max(1, line - some), min(len(lines), line + some)) for some in AROUND]
    scored = _scored(lines, symbols, wanted)
    return first + [(one.line, one.end) for _, one in scored]


def _scored(
    lines: Sequence[str], symbols: Sequence[Symbol], wanted: Collection[str]
) -> list[tuple[float, Symbol]]:
    """The symbols that have some of the question's words, those in their names most; a long body has many by chance."""
    text = "\n".join(lines).lower()
    begins = [0, *accumulate(len(line) + 1 for line in lines)]
    names, stems = [word[:5] for word in wanted], [word[:6] for word in wanted]
    found = []
    for one in symbols:
        name = one.name.lower()
        named = sum(stem in name for stem in names)
        begin, end = begins[min(one.line - 1, len(lines))], begins[min(one.end, len(lines))]
        said = sum(text.find(stem, begin, end) >= 0 for stem in stems)
        if named or said > 1:
            found.append(((3 * named + said) / (1 + (one.end - one.line) / 60), one))
    return sorted(found, key=lambda scored: (-scored[0], scored[1].line))


def _outline(symbols: Sequence[Symbol], count: int, wanted: Collection[str]) -> list[int]:
    """The first lines of symbols: of those that the question names, then of what stands at the top of the file, then
    of what stands in that. Values only where the question names them."""
    found: set[tuple[bool, int, int]] = set()
    open_: list[int] = []
    for one in symbols:
        while open_ and open_[-1] < one.line:
            open_.pop()
        named = any(word[:5] in one.name.lower() for word in wanted)
        if one.line <= count and (named or one.kind not in VALUES):
            found.add((not named, len(open_), one.line))
        open_.append(one.end)
    return list(dict.fromkeys(line for _, _, line in sorted(found)))


def _runs(chosen: set[int]) -> list[Run]:
    runs: list[Run] = []
    for at in sorted(chosen):
        if runs and runs[-1].end == at - 1:
            runs[-1] = Run(runs[-1].begin, at)
        else:
            runs.append(Run(at, at))
    return runs
