"""Which of some lines fit what is typed, best first: every word has its letters somewhere, in order."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise


def fitting(query: str, texts: Sequence[str], most: int = 2000) -> list[int]:
    """Places in `texts`, at most so many; an empty query leaves all, in their order. Case does not matter."""
    words = query.lower().split()
    if not words:
        return list(range(min(len(texts), most)))
    found = []
    for at, text in enumerate(texts):
        low = text.lower()
        ranks = [_rank(word, low) for word in words]
        if None not in ranks:
            found.append((sum(rank for rank in ranks if rank is not None), at))
    return [at for _, at in sorted(found)[:most]]


def _rank(word: str, text: str) -> int | None:
    """0: begins a word; 1: stands in one; more: its letters are so far apart; None: they are not there."""
    at = text.find(word)
    if at >= 0:
        return 0 if at == 0 or not text[at - 1].isalnum() else 1
    match = _letters(word).search(text)
    return 2 + match.end() - match.start() - len(word) if match else None


@cache
def _letters(word: str) -> "re.Pattern[str]":
    # each letter is the first one after the letter before it, so no text is gone through twice
    gaps = "".join(f"{re.escape(letter)}[^{re.escape(after)}]*?" for letter, after in pairwise(word))
    return re.compile(gaps + re.escape(word[-1]))
