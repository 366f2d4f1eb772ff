"""What was typed to the assistant, across conversations."""

import logging
import os
import time
from pathlib import Path

from picode.sessions.disk import write_whole
from picode.sessions.entries import fields
from picode.sessions.stringify import stringify

MOST = 2_000
LONGEST = 20_000
"""Characters; a longer prompt is not worth keeping for the up-arrow."""
log = logging.getLogger(__name__)


class Prompts:
    """The last 2,000 prompts, one JSON line each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._texts: list[str] = []
        self._open_end = False
        self._load()

    def add(self, text: str) -> None:
        """Remember `text`, unless it is empty or the same as the last one; a full disk is not fatal."""
        if not text.strip() or len(text) > LONGEST or self._texts[-1:] == [text]:
            return
        self._texts.append(text)
        del self._texts[:-MOST]
        line = (b"\n" if self._open_end else b"") + _line(text)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                self._open_end = os.write(descriptor, line) < len(line)
            finally:
                os.close(descriptor)
        except OSError as error:
            log.warning("the prompt history cannot be written: %s", error)

    def last(self, limit: int = 500) -> list[str]:
        """Oldest first."""
        return self._texts[-limit:] if limit > 0 else []

    def _load(self) -> None:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("the prompt history cannot be read: %s", error)
            return
        self._open_end = not content.endswith(b"\n") and content != b""
        lines = content.splitlines()
        found = (fields(line) for line in lines)
        self._texts = [raw["text"] for raw in found if raw is not None and isinstance(raw.get("text"), str)][
            -MOST:
        ]
        if len(lines) > 2 * MOST:
            self._compact()

    def _compact(self) -> None:
        try:
            write_whole(self.path, b"".join(map(_line, self._texts)))
            self._open_end = False
        except OSError as error:
            log.warning("the prompt history cannot be shortened: %s", error)


def _line(text: str) -> bytes:
    return stringify({"text": text, "time": time.time_ns() // 1_000_000}) + b"\n"
