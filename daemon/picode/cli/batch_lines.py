"""The lines of a batch: what is asked, and what was answered before."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from picode.errors import BadData, DiskFailed, Missing


@dataclass(frozen=True)
class Line:
    """`mark` tells whether the question is still the same."""

    key: str
    prompt: str
    system: str = ""
    model: str = ""
    max_tokens: int = 0
    mark: str = ""

    def named(self, model: str) -> "Line":
        """With this model, where it names none."""
        return replace(self, model=self.model or model)


def questions(file: Path) -> list[Line]:
    """Raises Missing, BadData with file and line."""
    found: dict[str, Line] = {}
    for number, text in enumerate(_read(file).splitlines(), 1):
        if not text.strip():
            continue
        line = _line(text, number, f"{file}:{number}")
        if line.key in found:
            raise BadData(
                f"{file}:{number}: the key {line.key!r} was there before.", "Each line needs its own."
            )
        found[line.key] = line
    return list(found.values())


def _line(text: str, number: int, where: str) -> Line:
    try:
        given: Any = json.loads(text)
    except ValueError as error:
        raise BadData(f"{where}: this is no JSON: {error}.", 'A line has the form {"prompt": "…"}.') from None
    if isinstance(given, str):
        given = {"prompt": given}
    if not isinstance(given, dict) or not isinstance(given.get("prompt"), str):
        raise BadData(f"{where}: there is no prompt.", 'A line has the form {"key": "a", "prompt": "…"}.')
    known = {"key", "prompt", "system", "model", "max_tokens"}
    if unknown := sorted(set(given) - known):
        raise BadData(
            f"{where}: {unknown[0]!r} means nothing here.", f"There are {', '.join(sorted(known))}."
        )
    longest = given.get("max_tokens", 0)
    if not isinstance(longest, int) or longest < 0:
        raise BadData(f"{where}: max_tokens is {longest!r}; expected a whole number.")
    words = {name: str(given.get(name, "")) for name in ("prompt", "system", "model")}
    mark = hashlib.sha256(json.dumps([words, longest], sort_keys=True).encode()).hexdigest()[:16]
    return Line(str(given.get("key", number)), **words, max_tokens=longest, mark=mark)


def done(output: Path) -> dict[str, str]:
    """The marks of the questions that were answered, by key; a line that a crash cut counts as none."""
    if not output.exists():
        return {}
    found: dict[str, str] = {}
    for text in _read(output).splitlines():
        try:
            given = json.loads(text)
        except ValueError:
            continue
        if isinstance(given, dict) and "text" in given:
            found[str(given.get("key"))] = str(given.get("mark", ""))
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Missing(f"There is no file {file}.") from None
    except UnicodeDecodeError as error:
        raise BadData(f"{file}: this is not UTF-8 text (byte {error.start}).") from None
    except OSError as error:
        raise DiskFailed(f"The file {file} cannot be read: {error.strerror}.") from error
