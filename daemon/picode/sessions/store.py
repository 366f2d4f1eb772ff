"""The directory of conversations: pi's folder and file names.

<directory>/--home-u-proj--/2026-11-20T21-37-03-449Z_c9954b26-f3c4-4090-ad08-2138b021c9e7.jsonl
"""

import builtins
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from picode.errors import BadData, Missing, UsageError
from picode.protocol.values import ConversationInfo
from picode.sessions.file import SessionFile
from picode.sessions.survey import header_of, survey
from picode.sessions.workspaces import project_of

MOST_SURVEYS = 5_000
BACKSLASH = "\\"
SEPARATORS = re.compile(r"[/\\:]")


def folder_of(cwd: str) -> str:
    """pi's name for the folder of a directory's conversations; two directories may share one."""
    return f"--{SEPARATORS.sub('-', cwd[1:] if cwd[:1] in ('/', BACKSLASH) else cwd)}--"


class Store:
    """Finds, lists and opens conversations; each file is open once."""

    def __init__(self, directory: Path, now: Callable[[], int] | None = None) -> None:
        self.directory = directory
        self._now = now
        self._open: dict[str, SessionFile] = {}
        self._surveys: dict[str, tuple[int, int, ConversationInfo | None]] = {}

    def new(self, cwd: str) -> SessionFile:
        """A new conversation of `cwd`, not on disk before its first message."""
        cwd = os.path.realpath(cwd)
        session = SessionFile.create(self.directory / folder_of(cwd), cwd, self._now)
        self._open[_key(session.path)] = session
        return session

    def open(self, path: Path) -> SessionFile:
        """The conversation in this file; the same object while it is open."""
        self._forget_closed()
        key = _key(path)
        if key not in self._open:
            self._open[key] = SessionFile.open(Path(key), self._now)
        return self._open[key]

    def latest(self, cwd: str) -> SessionFile | None:
        """The conversation of `cwd`'s project that was written last. Raises TryLater (another process has it)."""
        for path in self._of_project(cwd):
            try:
                return self.open(path)
            except (BadData, Missing):
                continue  # broken, or gone by now: the one before it
        return None

    def find(self, name: str) -> SessionFile:
        """By id, the beginning of one, or path. Raises Missing, UsageError (several; it lists them)."""
        self._forget_closed()
        path = Path(os.path.expanduser(name))
        if "/" in name or name.endswith(".jsonl"):
            return self.open(path)
        found = self._named(name)
        if not found:
            raise Missing(
                f"There is no conversation whose id begins with “{name}”.", "`picode sessions` lists them."
            )
        exact = [path for id_, path in found.items() if id_ == name]
        if len(found) > 1 and not exact:
            ids = ", ".join(sorted(found)[:8])
            raise UsageError(
                f"“{name}” begins the ids of {len(found)} conversations: {ids}.", "Type more of it."
            )
        return self.open(exact[0] if exact else next(iter(found.values())))

    def _named(self, prefix: str) -> dict[str, Path]:
        """Paths by id; names of files tell most of them, headers the rest."""
        if not prefix:
            return {}
        living = {
            session.id: session.path for session in self._open.values() if session.id.startswith(prefix)
        }
        named: dict[str, Path] = {}
        unnamed: builtins.list[Path] = []
        for path in self._files(""):
            id_ = path.stem.partition("_")[2]
            if id_.startswith(prefix):
                named[id_] = path
            elif not id_:
                unnamed.append(path)
        for path in unnamed:
            header = header_of(path)
            if header is not None and header["id"].startswith(prefix):
                named[header["id"]] = path
        return named | living

    def list(self, cwd: str = "", limit: int = 50) -> builtins.list[ConversationInfo]:
        """Latest first; `cwd` empty: of all projects, else of `cwd`'s project."""
        found: builtins.list[ConversationInfo] = []
        for path in self._of_project(cwd) if cwd else self._files(""):
            if len(found) >= limit:
                break
            info = self._survey(path)
            if info is not None:
                found.append(info)
        return found

    def close(self) -> None:
        """Close every file that is open."""
        for session in self._open.values():
            session.close()
        self._open.clear()

    def _survey(self, path: Path) -> ConversationInfo | None:
        """What was seen of the file before counts while its size and time are the same."""
        try:
            seen = path.stat()
        except OSError:
            return None
        known = self._surveys.get(str(path))
        if known is None or known[:2] != (seen.st_mtime_ns, seen.st_size):
            if len(self._surveys) >= MOST_SURVEYS:
                self._surveys.clear()
            known = (seen.st_mtime_ns, seen.st_size, survey(path))
            self._surveys[str(path)] = known
        return known[2]

    def _of_project(self, cwd: str) -> Iterator[Path]:
        """Session files of the project that `cwd` belongs to, latest first."""
        project = project_of(cwd)
        projects: dict[str, str] = {}
        for path in self._files(folder_of(project).removesuffix("--")):
            header = header_of(path)
            if header is not None and header["cwd"]:
                where = header["cwd"]
                if where not in projects:
                    projects[where] = project_of(where)
                if projects[where] == project:
                    yield path

    def _files(self, folder: str) -> builtins.list[Path]:
        """Files in the folders whose names begin with `folder` (and those in no folder), latest first."""
        found: builtins.list[tuple[int, str]] = []
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):  # no conversation yet
            with os.scandir(self.directory) as entries:
                for entry in entries:
                    if entry.name.startswith(folder) and entry.is_dir():
                        found += _sessions(entry.path)
            found += _sessions(self.directory)
        return [Path(path) for _, path in sorted(found, reverse=True)]

    def _forget_closed(self) -> None:
        for key in [key for key, session in self._open.items() if session.closed]:
            del self._open[key]


def _sessions(directory: "str | os.PathLike[str]") -> builtins.list[tuple[int, str]]:
    """Times and paths of what may be session files in one folder."""
    found: builtins.list[tuple[int, str]] = []
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith(".jsonl") and not entry.name.startswith("."):
                with suppress(OSError):  # a link that leads nowhere, a file that is gone by now
                    found.append((entry.stat().st_mtime_ns, entry.path))
    return found


def _key(path: Path) -> str:
    return os.path.realpath(path)
