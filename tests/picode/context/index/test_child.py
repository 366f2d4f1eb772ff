"""The process that parses: it dies with a file that it cannot take, and the rest goes on in another."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from picode.context.index.child import Child, IndexFailed
from picode.context.index.database import open_to_read
from support.indexed import paths_in, project, write

ANALYZER = """
import os, time
from picode.context.index.analyzer import DefaultAnalyzer

class Deadly(DefaultAnalyzer):
    suffixes = (".bad",)

    def extract_symbols(self, content):
        if b"crash" in content:
            os.abort()
        if b"hang" in content:
            while True:
                pass
        return super().extract_symbols(content)
"""


@asynccontextmanager
async def child(root: Path, database: Path, **told: object) -> AsyncIterator[Child]:
    one = Child(root, database, **told)  # type: ignore[arg-type]
    try:
        yield one
    finally:
        await one.stop()


def facts(database: Path) -> dict[str, str]:
    connection = open_to_read(database)
    assert connection is not None
    rows = connection.execute(
        "SELECT path, state FROM files JOIN contents ON contents.id = content"
    ).fetchall()
    connection.close()
    return dict(rows)


async def test_a_project_is_taken_in_and_followed(tmp_path: Path) -> None:
    root, database = project(tmp_path / "p", a_py="def one(): pass\n"), tmp_path / "c" / "p.db"
    seen: list[tuple[int, int]] = []
    async with child(root, database, told=lambda done, of: seen.append((done, of))) as one:
        assert one.pid == 0
        assert await one.sync() == 1
        pid = one.pid
        write(root, b_py="x = 1\n")
        assert await one.sync(["b.py"]) == 1
        assert (one.pid, seen) == (pid, [(1, 1), (1, 1)])
    assert facts(database) == {"a.py": "parsed", "b.py": "parsed"}
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_file_that_crashes_or_hangs_a_grammar_is_marked_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    write(packages, deadly_py=ANALYZER)
    info = packages / "deadly-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: deadly\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[picode.languages]\ndeadly = deadly:Deadly\n")
    paths = [str(packages), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("PICODE_INDEX_SECONDS", "0.3")
    root = project(
        tmp_path / "p", a_py="x = 1\n", b_bad="crash", c_bad="hang", d_bad="fn good\n", e_py="y = 1\n"
    )
    database = tmp_path / "p.db"
    async with child(root, database) as one:
        await one.sync()
    assert facts(database) == {
        "a.py": "parsed", "b.bad": "failed", "c.bad": "failed", "d.bad": "parsed", "e.py": "parsed",
    }  # fmt: skip


async def test_a_child_that_is_killed_is_followed_by_another(tmp_path: Path) -> None:
    root, database = project(tmp_path / "p", a_py="x = 1\n"), tmp_path / "p.db"
    async with child(root, database) as one:
        await one.sync()
        os.kill(one.pid, signal.SIGKILL)
        write(root, b_py="x = 2\n")
        assert await one.sync() == 1
    assert facts(database) == {"a.py": "parsed", "b.py": "parsed"}


async def test_an_index_that_cannot_be_used_or_is_deleted_is_made_anew(tmp_path: Path) -> None:
    root, database = project(tmp_path / "p", a_py="x = 1\n"), tmp_path / "p.db"
    database.write_bytes(b"nonsense" * 1000)
    said: list[str] = []
    async with child(root, database, anew=said.append) as one:
        await one.sync()
        assert len(said) == 1
        database.unlink()
        await one.sync([])
        connection = open_to_read(database)
        assert connection is not None
        assert paths_in(connection) == ["a.py"]
        connection.close()
    assert len(said) == 1


async def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="x = 1\n")
    (tmp_path / "file").write_text("")
    (tmp_path / "x.db").mkdir()
    async with child(root, tmp_path / "x.db") as one:
        with pytest.raises(IndexFailed):
            await asyncio.wait_for(one.sync(), 30)
