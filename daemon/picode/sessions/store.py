"""The directory of conversations: pi's folder and file names.

<directory>/--home-u-proj--/2026-11-20T21-37-03-449Z_c9954b26-f3c4-4090-ad08-2138b021c9e7.jsonl
"""

import builtins
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from picode.errors import BadData, DiskFailed, Missing, UsageError
from picode.paths import project_of
from picode.protocol.values import ConversationInfo, Hit
from picode.sessions.file import SessionFile
from picode.sessions.scan import Scan
from picode.sessions.survey import Seen, header_of

if TYPE_CHECKING:
    from picode.sessions.index import Index

LONG = 1 << 20
"""Bytes from which on a file is opened with the help of the index."""
BACKSLASH = "\\"
SEPARATORS = re.compile(r"[/\\:]")
ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?")
"""What pi takes for an id that somebody chose, as long as a file's name may be."""


def folder_of(cwd: str) -> str:
    """pi's name for the folder of a directory's conversations; two directories may share one."""
    return f"--{SEPARATORS.sub('-', cwd[1:] if cwd[:1] in ('/', BACKSLASH) else cwd)}--"


class Store:
    """Finds, lists and opens conversations; each file is open once. `flat`: all files lie in the directory itself;
    `index`: where the index is, when not there."""

    def __init__(
        self,
        directory: Path,
        now: Callable[[], int] | None = None,
        *,
        flat: bool = False,
        index: Path | None = None,
    ) -> None:
        self.directory, self._flat = directory, flat
        self._index_file = index or directory / "index.sqlite"
        self._now = now
        self._open: dict[str, SessionFile] = {}
        self._index: Index | None = None
        self._making = threading.Lock()

    @property
    def index(self) -> "Index":
        """Made when it is needed: SQLite takes its time and memory."""
        with self._making:
            if self._index is None:
                from picode.sessions.index import Index

                self._index = Index(self._index_file, lambda: self._seen(""))
            return self._index

    def folder(self, cwd: str) -> Path:
        """Where the conversations of a directory are."""
        return self.directory if self._flat else self.directory / folder_of(cwd)

    def new(self, cwd: str, *, ephemeral: bool = False, parent: str = "", id_: str = "") -> SessionFile:
        """A new conversation of `cwd`, not on disk before its first message; never, when it is `ephemeral`. `parent`:
        the file that it comes from. Raises UsageError when it cannot have the id."""
        if id_ and not ID.fullmatch(id_):
            raise UsageError(f"{id_[:200]!r} cannot be an id.", "Letters and digits, and . _ - between them.")
        cwd = os.path.realpath(cwd)
        session = SessionFile.create(
            self.folder(cwd), cwd, self._now, ephemeral=ephemeral, parent=parent, id_=id_
        )
        self._open[_key(session.path)] = session
        return session

    def open(self, path: Path) -> SessionFile:
        """The conversation in this file; the same object while it is open."""
        self._forget_closed()
        key = _key(path)
        if key not in self._open:
            self._open[key] = SessionFile.open(Path(key), self._now, lambda file: self._known(key, file))
        return self._open[key]

    def _known(self, path: str, descriptor: int) -> Scan | None:
        if os.fstat(descriptor).st_size < LONG:
            return None
        found = self.index.known(path, descriptor)
        if found is None:
            self.index.wake()  # for the next time
        return found

    def latest(self, cwd: str) -> SessionFile | None:
        """The conversation of `cwd`'s project that was written last. Raises TryLater (another process has it)."""
        for path in self._of_project(cwd):
            try:
                return self.open(path)
            except (BadData, Missing):
                continue  # broken, or gone by now: the one before it
        return None

    def adopt(self, session: SessionFile) -> None:
        """A conversation that was made of another one."""
        self._open[_key(session.path)] = session

    def find(self, name: str) -> SessionFile:
        """By id, the beginning of one, or path. Raises Missing, UsageError (several; it lists them)."""
        return self.open(self.path_of(name))

    def named(self, id_: str) -> builtins.list[Path]:
        """The file of the conversation with exactly this id, if there is one."""
        return [path for found, path in self._named(id_).items() if found == id_]

    def path_of(self, name: str) -> Path:
        """The same as `find`, without opening it."""
        self._forget_closed()
        path = Path(os.path.expanduser(name))
        if "/" in name or name.endswith(".jsonl"):
            return path
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
        return exact[0] if exact else next(iter(found.values()))

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
        """Latest first; `cwd` empty: of all projects, else of `cwd`'s project. May be called in any thread."""
        ours = project_test(cwd) if cwd else None
        seen = self._seen(folder_of(str(project_of(cwd))).removesuffix("--") if cwd else "")
        found: builtins.list[ConversationInfo] = []
        for at in range(0, len(seen), limit):
            infos = self.index.infos(seen[at : at + limit])
            found += [info for info in infos if info is not None and (ours is None or ours(info.cwd))]
            if len(found) >= limit:
                break
        return found[:limit]

    def search(
        self, words: str, cwd: str = "", limit: int = 20, patience: float = 5.0
    ) -> tuple[builtins.list[Hit], int]:
        """Hits, newest first, of all projects or of `cwd`'s; and how many files are not read to their end yet.

        May be called in any thread. Raises DiskFailed."""
        import sqlite3

        try:
            return self.index.search(words, project_test(cwd) if cwd else None, limit, patience)
        except (sqlite3.Error, OSError) as error:
            raise DiskFailed(
                f"The index of conversations cannot be used: {error}.",
                "It may be deleted; it is made anew from the conversations.",
            ) from error

    def close(self) -> None:
        """Close every file that is open."""
        for session in self._open.values():
            session.close()
        self._open.clear()
        if self._index is not None:
            self._index.close()

    def _of_project(self, cwd: str) -> Iterator[Path]:
        """Session files of the project that `cwd` belongs to, latest first."""
        ours = project_test(cwd)
        for path in self._files(folder_of(str(project_of(cwd))).removesuffix("--")):
            header = header_of(path)
            if header is not None and ours(header["cwd"]):
                yield path

    def _files(self, folder: str) -> builtins.list[Path]:
        """Paths of `_seen`."""
        return [Path(one.path) for one in self._seen(folder)]

    def _seen(self, folder: str) -> "builtins.list[Seen]":
        """Files in the folders whose names begin with `folder` (and those in no folder), latest first."""
        found: builtins.list[Seen] = []
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):  # no conversation yet
            with os.scandir(self.directory) as entries:
                for entry in () if self._flat else entries:
                    if entry.name.startswith(folder) and entry.is_dir():
                        found += _sessions(entry.path)
            found += _sessions(self.directory)
        return sorted(found, reverse=True)

    def _forget_closed(self) -> None:
        for key in [key for key, session in self._open.items() if session.closed]:
            del self._open[key]


def project_test(cwd: str) -> Callable[[str], bool]:
    """Whether another directory belongs to the project of `cwd`; each is looked at once."""
    project = project_of(cwd)
    projects: dict[str, Path] = {}

    def ours(where: str) -> bool:
        if where and where not in projects:
            projects[where] = project_of(where)
        return bool(where) and projects[where] == project

    return ours


def _sessions(directory: "str | os.PathLike[str]") -> "builtins.list[Seen]":
    """What may be session files in one folder."""
    found: builtins.list[Seen] = []
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith(".jsonl") and not entry.name.startswith("."):
                with suppress(OSError):  # a link that leads nowhere, a file that is gone by now
                    status = entry.stat()
                    found.append(Seen(status.st_mtime_ns, entry.path, status.st_size))
    return found


def _key(path: Path) -> str:
    return os.path.realpath(path)
