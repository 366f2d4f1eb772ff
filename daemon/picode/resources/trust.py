"""Which programs of a project may run: allowed as they were, so that a file that was changed or added asks again."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from picode.errors import DiskFailed

FILE = "trusted.json"
MOST_FILES = 5000
LARGEST = 2_000_000
"""Bytes; of a larger file its size and the time of its last change count."""


def allowed(config: Path, project: Path, files: Iterable[Path]) -> bool:
    """Whether these extensions, as they are now, were allowed in this project."""
    return _read(config).get(str(project)) == digest(project, files)


def allow(config: Path, project: Path, files: Iterable[Path]) -> None:
    """From now on, as they are. Raises DiskFailed."""
    _write(config, {**_read(config), str(project): digest(project, files)})


def forget(config: Path, project: Path) -> bool:
    """Whether something was allowed there. Raises DiskFailed."""
    known = _read(config)
    if known.pop(str(project), None) is None:
        return False
    _write(config, known)
    return True


def digest(project: Path, files: Iterable[Path]) -> str:
    """Of all that these extensions may load from beside them."""
    seen = hashlib.sha256()
    for path in sorted(set(_beside(project, files))):
        seen.update(f"\0{path}\0".encode("utf-8", "surrogateescape"))
        try:
            facts = path.stat()
            if facts.st_size <= LARGEST:
                seen.update(path.read_bytes())
            else:
                seen.update(f"{facts.st_size} {facts.st_mtime_ns}".encode())
        except OSError:
            seen.update(b"unreadable")
    return seen.hexdigest()


def _beside(project: Path, files: Iterable[Path]) -> Iterator[Path]:
    tops = set()
    for file in files:
        yield file
        if file.parent != Path(os.path.realpath(project)):
            tops.add(file.parent)
    left = MOST_FILES
    for top in tops:
        for folder, below, names in os.walk(top):
            below[:] = sorted(name for name in below if name != "__pycache__")
            for name in names:
                left -= 1
                if left < 0:
                    return
                yield Path(folder) / name


def _read(config: Path) -> dict[str, str]:
    try:
        found = json.loads((config / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(config: Path, known: dict[str, str]) -> None:
    try:
        config.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=config, prefix=".trusted-", delete=False) as file:
            json.dump(known, file, indent=1)
        os.replace(file.name, config / FILE)
    except OSError as error:
        raise DiskFailed(f"{config / FILE} cannot be written: {error.strerror}.") from error
