"""What a command wants to see of a project: as data, so that a new one is a line."""

import fnmatch
from dataclasses import dataclass
from posixpath import basename, splitext

from picode.context.choose.ranking import TEST


@dataclass(frozen=True)
class Mode:
    """What the score of each kind of file is multiplied by. Source files have 1."""

    tests: float = 0.6
    prose: float = 0.6
    data: float = 0.3


MODES = {
    "ask": Mode(),
    "analyse": Mode(tests=0.3, prose=0.8),
    "edit": Mode(tests=0.8, prose=0.3, data=0.5),
    "test": Mode(tests=1.3, prose=0.1, data=0.3),
    "explain": Mode(tests=0.3, prose=1.0),
    "review": Mode(tests=0.9, prose=0.5, data=0.5),
}
PROSE = frozenset({".md", ".markdown", ".rst", ".txt", ".adoc", ".ipynb"})
DATA = frozenset(
    {".json", ".jsonl", ".lock", ".csv", ".tsv", ".svg", ".xml", ".snap", ".map", ".log", ".html", ".css"}
)
SECRET = (".env", ".env.*", "*.pem", "*.key", "*.p12", "*.pfx", "id_rsa*", "id_ed25519*", ".netrc", ".npmrc", ".pypirc",
    "*.kdbx", "credentials", "credentials.*", "secrets.*", ".htpasswd")  # fmt: skip
"""Files that are never chosen, whatever is asked. Examples are: `.env.example`."""


def factor(path: str, mode: Mode, about_tests: bool = False) -> float:
    """What the score of `path` is multiplied by; 0: it is never chosen."""
    name = basename(path)
    if any(fnmatch.fnmatchcase(name, one) for one in SECRET) and not name.endswith(
        (".example", ".sample", ".py")
    ):
        return 0.0
    suffix = splitext(name)[1].lower()
    if suffix in DATA or name.endswith((".min.js", "-lock.yaml")):
        return mode.data
    if suffix in PROSE:
        return mode.prose
    return max(mode.tests, 1.0 if about_tests else 0) if TEST.search(path) else 1.0
