"""Conversations that come from elsewhere, and those that go: import and delete."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from picode.errors import BadData, UsageError
from picode.sessions import disk
from picode.sessions.entries import iso
from picode.sessions.file import SessionFile
from picode.sessions.scan import no_session
from picode.sessions.store import Store


def take_in(store: Store, source: Path) -> str:
    """Copy a session file among the conversations, byte for byte; the conversation's id.

    Raises Missing, BadData (no session), UsageError (another file has its id), DiskFailed.
    """
    found = SessionFile.look(source)
    try:
        if not len(found.tree):
            raise no_session(source, "there is no entry in it")
        id_, cwd = found.id, found.cwd
    finally:
        found.close()
    if "/" in id_ or "\0" in id_ or id_.startswith(".") or len(os.fsencode(id_)) > 100:
        raise BadData(f"{source} cannot be imported: {id_[:100]!r} is no conversation's id.")
    for path in store.named(id_):
        if path.exists():
            if _same(source, path):
                return id_
            raise UsageError(
                f"A conversation with the id {id_} is here already, and it is not the same.",
                f"It is {path}; nothing was changed.",
            )
    _copy(source, store.folder(cwd or "/") / _name(source, id_))
    return id_


def remove(store: Store, path: Path) -> None:
    """Remove a conversation's file and what was set aside of it. Raises Missing, TryLater (open), DiskFailed."""
    descriptor, _ = disk.open_file(path)
    try:
        disk.lock(descriptor, path)
        for beside in path.parent.glob(f"{_quoted(path.name)}.*"):
            if beside.name.startswith((f"{path.name}.torn-", f"{path.name}.before-v")):
                with suppress(OSError):
                    beside.unlink()
        path.unlink()
        disk.sync_directory(path.parent)
    except OSError as error:
        raise disk.failed(path, "removed", error) from error
    finally:
        os.close(descriptor)
    store.index.forget(str(path))


def _name(source: Path, id_: str) -> str:
    if source.suffix == ".jsonl" and source.stem.endswith(f"_{id_}"):
        return source.name
    stamp = iso(time.time_ns() // 1_000_000).replace(":", "-").replace(".", "-")
    return f"{stamp}_{id_}.jsonl"


def _same(one: Path, other: Path) -> bool:
    import filecmp

    return filecmp.cmp(one, other, shallow=False)


def _copy(source: Path, target: Path) -> None:
    """All at once, and never over another file."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with source.open("rb") as reading, temporary.open("xb") as writing:
            os.fchmod(writing.fileno(), 0o600)
            shutil.copyfileobj(reading, writing, 1 << 20)
            writing.flush()
            os.fsync(writing.fileno())
        os.link(temporary, target)
        disk.sync_directory(target.parent)
    except OSError as error:
        raise disk.failed(target, "written", error) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _quoted(name: str) -> str:
    import glob

    return glob.escape(name)
