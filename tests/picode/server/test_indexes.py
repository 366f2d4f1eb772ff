"""The indexes that the daemon keeps: made at the first question, and from then on as the files are."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from picode.context.choose.choose import Choice
from picode.context.index.database import place
from picode.context.watch import Watch
from picode.server import indexes as module
from picode.server.indexes import Indexes, named_in
from picode.server.watches import Watches
from support.indexed import project, write
from support.timeline import git

WITHIN = 30.0


@pytest.fixture
async def indexes(tmp_path: Path) -> AsyncIterator[Indexes]:
    made = Indexes(tmp_path / "cache", Watches(), lambda: tmp_path)
    yield made
    await made.close()


async def paths(indexes: Indexes, root: Path, question: str) -> list[str]:
    choice: Choice = await indexes.choose(root, question, 1000, WITHIN)
    return [one.path for one in choice.ranked]


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WITHIN):
        while not await true():
            await asyncio.sleep(0.05)


async def test_an_index_follows_edits_renames_checkouts_and_survives_being_deleted(
    indexes: Indexes, tmp_path: Path
) -> None:
    root = project(tmp_path / "p", a_py="def login(): pass\n", b_py="def paint(): pass\n").resolve()
    assert (await paths(indexes, root, "login"))[0] == "a.py"
    index = await indexes.of(root)
    assert index is not None
    assert index.pid
    # an editor's atomic save
    (root / "new").write_text("def cookie(): pass\n")
    (root / "new").rename(root / "b.py")

    async def finds(question: str, path: str) -> bool:
        found = await indexes.choose(root, question, 1000, WITHIN)
        return bool(found.ranked) and found.ranked[0].path == path and "text" in found.ranked[0].why

    async def finds_by_history(question: str, path: str) -> bool:
        found = await indexes.choose(root, question, 1000, WITHIN)
        return any(one.path == path and "history" in one.why for one in found.ranked)

    async def changed() -> bool:
        return index.changed_files() == ["b.py"]

    await until(lambda: finds("cookie", "b.py"))
    await until(changed)
    git(root, "checkout", "-qb", "other")
    git(root, "commit", "-qam", "Invent zebras")
    await until(lambda: finds_by_history("zebras", "b.py"))
    place(tmp_path / "cache", root).unlink()
    write(root, c_py="def giraffe(): pass\n")
    await until(lambda: finds("giraffe", "c.py"))
    assert (await paths(indexes, root, "login"))[0] == "a.py"


async def test_a_project_that_nobody_asks_about_is_let_go(
    indexes: Indexes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PROJECTS", 1)
    one, two = (project(tmp_path / name, a_py="x = 1\n").resolve() for name in ("one", "two"))
    first = await indexes.of(one)
    assert first is not None
    await first.ready.wait()
    assert await indexes.of(two) is not first
    assert first.pid == 0
    assert await indexes.of(one) is not first


async def test_a_home_is_no_project(indexes: Indexes, tmp_path: Path) -> None:
    assert await indexes.of(tmp_path) is None
    assert await indexes.of(tmp_path.parent) is None
    assert (await indexes.choose(tmp_path, "anything", 1000, 1)).ranked == []


async def test_a_question_waits_for_a_cold_index_no_longer_than_it_was_told(
    indexes: Indexes, tmp_path: Path
) -> None:
    root = project(tmp_path / "p", a_py="x = 1\n").resolve()
    assert (await indexes.choose(root, "x", 1000, 0.0)).ranked == []


async def test_where_the_system_cannot_watch_a_question_looks_itself(
    indexes: Indexes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "start", lambda self, root, directories: False)
    root = project(tmp_path / "p", a_py="x = 1\n").resolve()
    await paths(indexes, root, "x")
    index = await indexes.of(root)
    assert index is not None
    async with asyncio.timeout(WITHIN):
        while not index._seat.blind:
            await asyncio.sleep(0.02)
    write(root, b_py="def giraffe(): pass\n")
    assert (await paths(indexes, root, "giraffe"))[0] == "b.py"


async def test_an_index_that_cannot_be_kept_is_told_and_the_question_is_answered(
    indexes: Indexes, tmp_path: Path
) -> None:
    root = project(tmp_path / "p", a_py="x = 1\n").resolve()
    (tmp_path / "cache").write_text("no directory")
    index = await indexes.of(root)
    assert index is not None
    assert (await indexes.choose(root, "x", 1000, WITHIN)).ranked == []
    assert index.failure
    (tmp_path / "cache").unlink()
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)


def test_the_files_of_a_traceback_are_found_the_last_first(tmp_path: Path) -> None:
    root = project(tmp_path / "p", a_py="x\n", b_py="y\n")
    text = f'File "{root}/a.py", line 3\n  x()\nFile "b.py", line 7\nFile "/usr/lib/x.py", line 1\nno.py:3 ../p/a.py:9'
    assert list(named_in(text, root).items()) == [("a.py", 9), ("b.py", 7)]
