"""Which conversation each Zellij session has now, and which project a directory belongs to."""

import contextlib
import os
import time
from pathlib import Path

import msgspec

from picode.sessions.disk import failed, write_whole
from picode.sessions.stringify import stringify

MOST = 500


class _Kept(msgspec.Struct):
    current: dict[str, str] = {}


class Workspaces:
    """A small JSON file, written whole at each change; a broken one is set aside."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: list[str] = []
        self._current = self._load()

    def current(self, zellij_session: str) -> str:
        """The conversation's id; empty when there is none."""
        return self._current.get(zellij_session, "")

    def choose(self, zellij_session: str, conversation: str) -> None:
        """Remember it, on disk when this returns. Raises DiskFailed; it is remembered all the same."""
        if self._current.get(zellij_session) == conversation:
            return
        # the one that was chosen last is the last to be forgotten
        self._current.pop(zellij_session, None)
        self._current[zellij_session] = conversation
        while len(self._current) > MOST:
            del self._current[next(iter(self._current))]
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path, stringify({"current": self._current}) + b"\n")
        except OSError as error:
            raise failed(self.path, "written", error, "file") from error

    def _load(self) -> dict[str, str]:
        try:
            return dict(msgspec.json.decode(self.path.read_bytes(), type=_Kept).current)
        except FileNotFoundError:
            return {}
        except OSError as error:
            self.notices.append(f"The file {self.path} cannot be read: {error.strerror}.")
            return {}
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            aside = self.path.with_name(f"{self.path.name}.broken-{time.time_ns() // 1_000_000}")
            with contextlib.suppress(OSError):
                os.replace(self.path, aside)
            self.notices.append(
                f"The file {self.path} was broken; it was moved to {aside.name}, and the workspaces' "
                "conversations begin anew."
            )
            return {}
