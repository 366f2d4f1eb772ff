"""Which file a model means: paths as models write them."""

import os
import re
import unicodedata
from pathlib import Path

SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")


def locate(path: str, cwd: Path) -> Path:
    """`@src/a.py`, `~/a`, `a b` with any kind of space: as an absolute path."""
    text = SPACES.sub(" ", path.removeprefix("@"))
    if text == "~" or text.startswith("~/"):
        text = os.path.expanduser(text)
    return Path(os.path.normpath(cwd / text))


def locate_existing(path: str, cwd: Path) -> Path:
    """The same; where there is no such file, one whose name only looks the same: macOS writes a narrow space before
    AM and PM, takes letters and their accents apart, and curls quotes."""
    found = locate(path, cwd)
    if os.path.lexists(found):
        return found
    text = str(found)
    for changed in (
        re.sub(r" (AM|PM)\.", "\u202f\\1.", text, flags=re.IGNORECASE),
        unicodedata.normalize("NFD", text),
        text.replace("'", "\u2019"),
        unicodedata.normalize("NFD", text).replace("'", "\u2019"),
        path,
    ):
        candidate = Path(os.path.normpath(cwd / changed))
        if changed != text and os.path.lexists(candidate):
            return candidate
    return found
