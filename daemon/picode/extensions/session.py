"""The conversation's session file, for an extension to read: its entries are read again when the file has grown."""

import json
from collections.abc import Callable
from typing import Any

Entry = dict[str, Any]


class Session:
    """`state()` is what the daemon told last of the conversation."""

    def __init__(self, state: Callable[[], dict[str, Any]]) -> None:
        self._state = state
        self._file = ""
        self._read = 0
        self._entries: list[Entry] = []

    @property
    def id(self) -> str:
        return str(self._state().get("sessionId", ""))

    @property
    def file(self) -> str:
        """Empty while nothing was said, and where nothing is written down."""
        return str(self._state().get("sessionFile", ""))

    @property
    def name(self) -> str:
        return str(self._state().get("sessionName", ""))

    @property
    def leaf(self) -> str:
        """The entry that the next one follows; empty: it begins anew."""
        return str(self._state().get("leafId") or "")

    def entries(self) -> list[Entry]:
        """All entries of all branches, as they stand in the file."""
        if self.file != self._file:
            self._file, self._read, self._entries = self.file, 0, []
        try:
            with open(self._file, "rb") as file:
                file.seek(self._read)
                for line in file:
                    if not line.endswith(b"\n"):
                        break  # it is being written
                    self._read += len(line)
                    self._take(line)
        except OSError:
            return []
        return list(self._entries)

    def _take(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            return
        if isinstance(entry, dict) and entry.get("type") != "session":
            self._entries.append(entry)

    def branch(self) -> list[Entry]:
        """From the first entry to the one that the next follows."""
        by_id = {entry.get("id"): entry for entry in self.entries()}
        found: list[Entry] = []
        at: Any = self.leaf
        while at in by_id and by_id[at] not in found[-1:]:
            entry = by_id.pop(at)
            found.append(entry)
            at = entry.get("parentId")
        return found[::-1]

    def entry(self, id_: str) -> Entry | None:
        return next((entry for entry in self.entries() if entry.get("id") == id_), None)
