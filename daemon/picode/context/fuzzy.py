"""What fits a few typed letters, best first, among a hundred thousand paths or among a few names.

A name that begins with the query comes first, then a name and then a path that has it in it, at last those that have
its letters in that order. Case does not matter, and blanks stand for anything.
"""

import re
from collections.abc import Iterable, Sequence
from heapq import nsmallest

MOST = 1000
"""What is found; nobody scrolls further, and one more letter finds less."""


class Finder:
    """Made once for a list; `find` gives places in it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._low = [text.lower() for text in texts]
        self._names = [text[text.rfind("/") + 1 :] for text in self._low]

    def find(self, query: str, most: int = MOST) -> list[int]:
        """Where the texts that fit stand in the list, best first. Blocks for some ten milliseconds when it is long."""
        small = query.strip().lower()
        found: dict[int, None] = {}
        for tier in (self._begins, self._in_name, self._in_path, self._scattered):
            hits = [at for at in tier(small) if at not in found]
            found.update(dict.fromkeys(nsmallest(most - len(found), hits, key=self._rank)))
            if len(found) >= most:
                break
        return list(found)

    def _rank(self, at: int) -> tuple[int, int, int]:
        text = self._low[at]
        return text.count("/"), len(text), at

    def _begins(self, query: str) -> Sequence[int]:
        return [at for at, name in enumerate(self._names) if name.startswith(query)]

    def _in_name(self, query: str) -> Sequence[int]:
        return [at for at, name in enumerate(self._names) if query in name]

    def _in_path(self, query: str) -> Sequence[int]:
        return [at for at, text in enumerate(self._low) if query in text]

    def _scattered(self, query: str) -> Sequence[int]:
        # each letter is the first one after the letter before it, so no text is gone through twice
        letters = [re.escape(letter) for letter in query if not letter.isspace()]
        fits = re.compile("".join(f"[^{letter}]*{letter}" for letter in letters)).match
        return [at for at, text in enumerate(self._low) if fits(text)]
