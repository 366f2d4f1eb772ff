import asyncio
from pathlib import Path

import pytest

from picode.protocol.events import AnyEvent, FilesChanged
from picode.server import projects
from picode.server.projects import Projects
from picode.server.watches import Watches

PATIENCE = 20.0


async def test_a_change_is_announced_to_who_follows_until_nobody_asks_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: asyncio.Queue[tuple[str, AnyEvent]] = asyncio.Queue()
    followed = Projects(lambda topic, event: told.put_nowait((topic, event)), Watches())
    (home / "a.txt").write_text("1")
    root = followed.follow(str(home))
    # the first look, and once more what changed before the watch stood
    assert await asyncio.wait_for(told.get(), PATIENCE) == (f"project/{root}", FilesChanged(root))
    assert followed.follow(str(home)) == root
    assert len(followed) == 1
    while not told.empty():
        told.get_nowait()
    (home / "a.txt").write_text("2")
    await asyncio.wait_for(told.get(), PATIENCE)
    monkeypatch.setattr(projects, "UNASKED", 0.01)
    forgotten = asyncio.Event()
    forget = followed._forget

    def forget_and_tell(root: str) -> None:
        forget(root)
        forgotten.set()

    monkeypatch.setattr(followed, "_forget", forget_and_tell)
    followed.follow(str(home))
    (home / "a.txt").write_text("3")
    await asyncio.wait_for(forgotten.wait(), PATIENCE)
    assert not len(followed)
    # the watch is taken away in a task of its own
    await asyncio.gather(
        *(one for one in asyncio.all_tasks() if one.get_name().startswith("no longer follow"))
    )
    await followed.close()


async def test_so_many_projects_are_followed_and_no_more(home: Path) -> None:
    followed = Projects(lambda topic, event: None, Watches())
    for number in range(projects.MOST + 2):
        (home / str(number)).mkdir()
        followed.follow(str(home / str(number)))
    assert len(followed) == projects.MOST
    await followed.close()
    assert len(followed) == 0
