"""Words of code and of questions: identifiers are taken apart, so that `get_user`, `getUser` and "users" meet.

The index's own tokenizer splits at underscores and stems; here is what it does not do.
"""

import re
from collections import Counter
from posixpath import basename, dirname, splitext

WORD = re.compile(r"[^\W\d]\w*")
CAMEL = re.compile(r"\b_*[A-Za-z]*[a-z][A-Z]\w*|\b[A-Z]{2,}[a-z]\w*")
PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_A-Za-z]+|\d+")
NAMELESS = frozenset({"__init__", "__main__", "mod", "lib", "main", "index", "init"})
"""Files that are called by the name of their directory."""
MOST_TIMES = 8
"""More of the same word says no more of a file, and costs time at each question."""
_SAID = """the a an and or of to in on for with is are be was were it this that as by from at not no if when so we i you
    can do does did has have had but its which then than also into out up now use should would will could only some more
    all any there they them these those he she our your my what where how why who just like make made via per self"""
COMMON = frozenset(_SAID.split())
"""Words that say nothing of what is meant."""


def taken_apart(text: str) -> str:
    """The parts of every camelCase word in `text`."""
    return " ".join(" ".join(PART.findall(word)) for word in CAMEL.findall(text))


def of_text(text: str) -> str:
    """Each word of a file as often as it stands there, at most MOST_TIMES, and the parts of what is camelCase."""
    found: list[str] = []
    for word, count in Counter(WORD.findall(text)).items():
        times = min(count, MOST_TIMES)
        if not word.islower() and CAMEL.match(word):
            found += [*PART.findall(word), word] * times
        else:
            found += [word] * times
    return " ".join(found)


def of_path(path: str) -> str:
    """What a file's name says, its last part twice: it tells most."""
    stem = splitext(path)[0]
    name = basename(stem)
    if name in NAMELESS:
        name = f"{name} {basename(dirname(stem))}"
    whole = f"{stem} {name}"
    return f"{whole} {taken_apart(whole)}"


def of_question(text: str) -> Counter[str]:
    """The words to look for, and how often each was said."""
    found: Counter[str] = Counter()
    for word in WORD.findall(text):
        for piece in filter(None, word.split("_")):
            parts = PART.findall(piece)
            for part in [*parts, piece] if len(parts) > 1 else parts:
                if len(part) > 1 and part.lower() not in COMMON:
                    found[part.lower()] += 1
    return found


def looks_like_code(word: str) -> bool:
    """`get_user`, `getUser`: nobody says so of anything else."""
    return "_" in word.strip("_") or CAMEL.match(word) is not None
