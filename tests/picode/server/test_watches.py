"""One watch for each project, whoever looks at it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from picode.context.timeline.attribution import Change
from picode.server.watches import Watches
from support.timeline import make_project

WITHIN = 20


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN):
        while not true():
            await asyncio.sleep(0.01)


async def test_two_seats_share_a_watch_that_ends_with_the_last_of_them(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", app_py="x\n", _gitignore="*.o\n").resolve()
    watches, told, seen = Watches(), [0, 0], list[Change]()

    def count(at: int) -> Callable[[], None]:
        def tell() -> None:
            told[at] += 1

        return tell

    one = watches.seat(project, count(0), seen.extend)
    two = watches.seat(project, count(1))
    one.start()
    two.start()
    await until(lambda: one.looked)
    assert two.tree is one.tree
    assert "app.py" in one.tree
    assert one.git.branch == "main"
    assert one.git.head
    (project / "app.o").write_text("x")
    (project / "app.py").write_text("y\n")
    await until(lambda: one.git.dirty == 1)
    assert {change.path for change in seen} == {"app.py"}
    assert min(told) > 1
    await one.close()
    assert project in watches
    (project / "app.py").write_text("x\n")
    await until(lambda: two.git.dirty == 0)
    await two.close()
    assert project not in watches


async def test_who_comes_later_is_told_at_once(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", app_py="x\n").resolve()
    watches, told = Watches(), list[str]()
    one = watches.seat(project, lambda: None)
    one.start()
    await until(lambda: one.looked)
    two = watches.seat(project, lambda: told.append("told"))
    two.start()
    assert told == ["told"]
    await two.close()
    await one.close()


async def test_settled_waits_for_what_was_told_and_not_for_ever(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", app_py="x\n").resolve()
    seat = Watches().seat(project, lambda: None)
    seat.start()
    await seat.settled(WITHIN)
    await until(lambda: seat.looked)
    await seat.settled(0.01)
    await seat.close()
