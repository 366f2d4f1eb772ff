"""Writing a plan: all of it or nothing. Everything is written beside its place first, then renamed."""

import contextlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from picode.errors import DiskFailed, TryLater
from picode.installation.changes import Change, Plan
from picode.installation.facts import read


def apply(plan: Plan) -> None:
    """Write the plan; when anything fails, put back what was written, and say what failed in one sentence."""
    made: list[Path] = []
    waiting: dict[Path, Path] = {}
    done: list[Change] = []
    try:
        for directory in plan.directories:
            if not directory.is_dir():
                directory.mkdir()
                made.append(directory)
        for change in plan.changes:
            _check_unchanged(change)
            if change.after is not None:
                waiting[change.path] = _write_beside(change)
        for change in plan.changes:
            _put_in_place(change, waiting)
            done.append(change)
    except OSError as error:
        _take_back(done, waiting, made)
        raise DiskFailed(
            f"{error.filename or 'A file'} cannot be written: {error.strerror}.",
            "Nothing was changed. Mend it and run the same command again.",
        ) from error
    except BaseException:
        _take_back(done, waiting, made)
        raise
    _remove_empty(plan.emptied)


def _check_unchanged(change: Change) -> None:
    if read(change.path) != change.before:
        raise TryLater(
            f"{change.path} was changed while you were asked.", "Nothing was written; run the command again."
        )


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.picode-{os.getpid()}")


def _write_beside(change: Change) -> Path:
    assert change.after is not None
    path = _beside(change.path)
    was = None if change.before is None else change.path.stat()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(change.after)
            out.flush()
            os.fchmod(handle, stat.S_IMODE(was.st_mode) if was else change.mode)
            if was and (was.st_uid, was.st_gid) != (os.getuid(), os.getgid()):
                os.fchown(handle, was.st_uid, was.st_gid)
            os.fsync(handle)
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        # the error of a write carries no name
        raise OSError(error.errno, error.strerror, str(change.path)) from error
    return path


def _put_in_place(change: Change, waiting: dict[Path, Path]) -> None:
    if change.after is None:
        change.path.unlink(missing_ok=True)
    else:
        os.replace(waiting.pop(change.path), change.path)


def _take_back(done: list[Change], waiting: dict[Path, Path], made: list[Path]) -> None:
    for path in waiting.values():
        with contextlib.suppress(OSError):
            path.unlink()
    for change in reversed(done):
        with contextlib.suppress(OSError):
            if change.before is None:
                change.path.unlink()
            else:
                back = Change(change.path, change.what, change.after, change.before)
                os.replace(_write_beside(back), change.path)
    _remove_empty(reversed(made))


def _remove_empty(directories: Iterable[Path]) -> None:
    for directory in directories:
        with contextlib.suppress(OSError):
            directory.rmdir()
