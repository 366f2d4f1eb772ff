"""An index made in the test's own process, and projects to make it of."""

import os
import sqlite3
import subprocess
from pathlib import Path

from picode.context.index.database import open_to_write
from picode.context.index.sync import sync
from support.timeline import IDENTITY, git


def write(root: Path, **files: str) -> None:
    """`a__my_b_py` is `a/my_b.py`."""
    for name, text in files.items():
        path = root / ".".join(name.replace("__", "/").rsplit("_", 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def project(root: Path, **files: str) -> Path:
    """A repository with these files, committed."""
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    return committed(root, "first", **files)


def committed(root: Path, message: str, **files: str) -> Path:
    write(root, **files)
    git(root, "add", "-A")
    git(root, "commit", "-qm", message, "--allow-empty")
    return root


def index(root: Path, database: Path | None = None) -> sqlite3.Connection:
    """Of the files as they are now."""
    connection, _ = open_to_write(database or root.parent / f"{root.name}.db")
    sync(connection, root)
    return connection


def paths_in(connection: sqlite3.Connection) -> list[str]:
    return [path for (path,) in connection.execute("SELECT path FROM files ORDER BY path")]


def fast_import(root: Path, stream: str) -> Path:
    """A repository of many commits, made at once."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    subprocess.run(
        ["git", "-C", str(root), "fast-import", "--quiet"],
        input=stream.encode(),
        env={**os.environ, **IDENTITY},
        check=True,
    )
    return root
