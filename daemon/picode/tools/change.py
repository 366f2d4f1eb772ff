"""A change of one file: shown as a diff before it is made, then made whole or not at all."""

import contextlib
import difflib
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from picode.tools.base import ToolFailed
from picode.tools.read import contents

CONTEXT = 4
"""Lines around a change in the numbered diff."""
LARGEST_DIFF = 2 * 1024 * 1024
"""Bytes; comparing more takes too long."""
LONGEST_DIFF = 200_000
MARK = re.compile(rb"\[redacted: [^\]\n]{1,60}\]")


@dataclass(frozen=True)
class Change:
    """`before` is None when the file is new; `name` is the path as the model wrote it."""

    path: Path
    name: str
    before: bytes | None
    after: bytes
    real: str = field(default="", init=False)
    """Where the path leads, as it was shown."""

    def __post_init__(self) -> None:
        """A model sees `[redacted: …]` in place of a secret; written back, it would destroy the secret."""
        object.__setattr__(self, "real", os.path.realpath(self.path))
        if set(MARK.findall(self.after)) - set(MARK.findall(self.before or b"")):
            raise ToolFailed(
                f"{self.name} was not changed: the new text has a “[redacted: …]” mark, which stands for a secret "
                "that you cannot see. Change the other lines with edit."
            )

    @staticmethod
    def read(path: Path) -> bytes | None:
        """The file as it is; None when it is not there. Raises ToolFailed."""
        return contents(path) if os.path.lexists(path) and path.exists() else None

    def write(self) -> None:
        """Raises ToolFailed when the file is not the one that was shown."""
        if os.path.realpath(self.path) != self.real or Change.read(self.path) != self.before:
            raise ToolFailed(
                f"{self.name} was changed by somebody else since this change was made up; it was left as it is. "
                "Read it again."
            )
        try:
            write_whole(self.path, self.after)
        except OSError as error:
            raise ToolFailed(f"{self.name} could not be written: {error.strerror}.") from error

    @property
    def title(self) -> str:
        """The name, and where it leads when that is another place: a link may stand in a project for anything."""
        return self.name if self.real == str(self.path) else f"{self.name} (which is {self.real})"

    def details(self) -> dict[str, Any]:
        """As session files have it: a diff with line numbers, and where the first change is."""
        diff, first = numbered(*_seen(self.before or b"", self.after)) if self._small() else ("", None)
        return {"diff": diff[:LONGEST_DIFF], "firstChangedLine": first}

    def unified(self) -> str:
        if not self._small():
            return f"{self.name}: {len(self.before or b''):,} bytes become {len(self.after):,} bytes"
        old = "/dev/null" if self.before is None else self.name
        pieces = difflib.unified_diff(
            _lines(self.before or b""), _lines(self.after), old, self.name, lineterm=""
        )
        return "\n".join(pieces)

    def _small(self) -> bool:
        return len(self.before or b"") + len(self.after) <= LARGEST_DIFF


def _lines(content: bytes) -> list[str]:
    """Lines for the eye; a line whose end alone changes is told apart by the `\\r` that stays."""
    lines = content.decode("utf-8", "replace").split("\n")
    return lines[:-1] if lines[-1] == "" else [*lines[:-1], f"{lines[-1]} (no line feed at the end)"]


def _seen(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """Lines as pi shows them: no byte order mark, carriage returns or notes, but where only those differ."""
    old, new = (
        content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n")
        for content in (before, after)
    )
    if old == new:
        return _lines(before), _lines(after)
    return old.split("\n") if old else [], new.split("\n") if new else []


def numbered(before: list[str], after: list[str]) -> tuple[str, int | None]:
    """`+12 new`, `-12 old`, ` 12 same`, with four lines around each change and ` ...` for what is left out."""
    width = len(str(max(len(before), len(after))))
    out: list[str] = []
    first: int | None = None
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    at = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if group[0][1] > at:
            out.append(f" {'':{width}} ...")
        for kind, old, old_end, new, new_end in group:
            if kind == "equal":
                out += [f" {old + i + 1:{width}} {line}" for i, line in enumerate(before[old:old_end])]
                continue
            first = new + 1 if first is None else first
            out += [f"-{old + i + 1:{width}} {line}" for i, line in enumerate(before[old:old_end])]
            out += [f"+{new + i + 1:{width}} {line}" for i, line in enumerate(after[new:new_end])]
        at = group[-1][2]
    if out and at < len(before):
        out.append(f" {'':{width}} ...")
    return "\n".join(out), first


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file at once, keeping its mode; where the directory forbids that, write into the file."""
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    except PermissionError:
        target.write_bytes(content)
        return
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _mode(target: Path) -> int:
    try:
        return target.stat().st_mode & 0o7777
    except OSError:
        mask = os.umask(0o077)
        os.umask(mask)
        return 0o666 & ~mask
