"""Which conversation belongs to which place; the conversations themselves are only stand-ins."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from picode import paths
from picode.errors import BadData, Missing, UsageError
from picode.messages import Text, User
from picode.protocol import codec
from picode.protocol.events import AnswerBegun, AnyEvent, CurrentChanged
from picode.protocol.requests import Open
from picode.protocol.values import Place, Status, Wishes
from picode.server import conversations as living
from picode.server.bus import Bus
from picode.server.conversations import Conversations
from picode.sessions.file import SessionFile
from picode.sessions.stores import Stores
from picode.sessions.workspaces import Workspaces


class StandIn:
    """Has what `Conversations` looks at."""

    def __init__(self, session: SessionFile, model: str, emit: Callable[[AnyEvent], None]) -> None:
        self.session, self.id, self.emit = session, session.id, emit
        self.status, self.draft, self.suggestion = Status(model=model), None, ""
        self.running: list[Any] = []
        self.busy = self.closed = False

    def wish(self, wishes: Wishes) -> None:
        self.wishes = wishes

    def say(self, text: str = "hello") -> None:
        self.session.append_message(User([Text(text)], 1))

    async def close(self) -> None:
        self.closed = True
        self.session.close()


class Made:
    def __init__(self, where: paths.Paths) -> None:
        self.announced: list[tuple[str, Any]] = []
        bus = Bus(
            "b", lambda topic, frame: self.announced.append((topic, codec.decode_announced(frame).event))
        )
        make: Any = StandIn
        self.all = Conversations(Stores(where, "", {}), Workspaces(where.workspaces), bus, "b", make)

    def open(
        self, place: Place, choice: Any = "current", name: str = "", model: str = "", **more: Any
    ) -> Any:
        return self.all.open(Open(0, place, choice, name, model=model, **more))


@pytest.fixture
def made(where: paths.Paths) -> Made:
    return Made(where)


@pytest.fixture
def project(tmp_path: Path) -> str:
    (tmp_path / "proj" / ".git").mkdir(parents=True)
    (tmp_path / "proj" / "src").mkdir()
    return str(tmp_path / "proj")


async def test_inside_zellij_the_session_names_the_conversation(made: Made, project: str) -> None:
    here, elsewhere = Place(project, "work"), Place("/", "work")
    first = made.open(here)
    assert made.open(elsewhere) is first
    assert made.all.make_for(elsewhere) is first
    assert made.open(Place(project, "other")) is not first
    assert made.all.workspaces_of(first.id) == ["work"]


async def test_a_new_one_becomes_current_and_everybody_hears_of_it(made: Made, project: str) -> None:
    first = made.open(Place(project, "work"))
    second = made.open(Place(project, "work"), "new")
    assert second is not first
    assert made.open(Place(project, "work")) is second
    assert made.announced[-1] == ("workspace/work", CurrentChanged(second.id))


async def test_a_session_finds_its_conversation_after_a_restart(
    where: paths.Paths, made: Made, project: str
) -> None:
    before = made.open(Place(project, "work"))
    before.say()
    await made.all.close()
    assert before.closed
    after = Made(where).open(Place("/", "work"))
    assert after.id == before.id


async def test_a_conversation_that_is_gone_is_replaced(where: paths.Paths, made: Made, project: str) -> None:
    before = made.open(Place(project, "work"))
    await made.all.close()
    after = Made(where).open(Place(project, "work"))
    assert after.id != before.id


async def test_outside_zellij_the_project_names_it(made: Made, project: str) -> None:
    first = made.open(Place(project))
    assert made.all.of(Place(f"{project}/src")) is first
    second = made.open(Place(project), "new")
    # a shell's key goes to the one that was opened last, though it has no message yet
    assert made.all.make_for(Place(project)) is second


async def test_the_latest_of_the_project_is_taken_up_again(
    where: paths.Paths, made: Made, project: str
) -> None:
    before = made.open(Place(project), "new")
    before.say()
    await made.all.close()
    again = Made(where)
    assert again.all.of(Place(f"{project}/src")).id == before.id  # type: ignore[union-attr]
    assert again.open(Place(project), "latest").id == before.id
    assert again.all.of(Place("/")) is None


async def test_one_is_opened_by_the_beginning_of_its_id(made: Made, project: str) -> None:
    first = made.open(Place(project), "new")
    first.say()
    assert made.open(Place("/", "work"), "named", first.id[:8]) is first
    assert made.open(Place("/", "work")) is first
    with pytest.raises(Missing):
        made.open(Place("/"), "named", "ffffffff-no")
    with pytest.raises(UsageError):
        made.open(Place("/"), "named")


@pytest.mark.parametrize("cwd", ["", "relative", "/a\0b"])
async def test_a_place_must_be_a_directory(made: Made, cwd: str) -> None:
    with pytest.raises(BadData):
        made.open(Place(cwd))
    with pytest.raises(BadData):
        made.all.of(Place(cwd))


async def test_a_snapshot_holds_everything_that_was_announced(made: Made, project: str) -> None:
    one = made.open(Place(project))
    one.say("first")
    one.emit(AnswerBegun("m"))
    found = made.all.snapshot(one, 200)
    assert (found.seq, found.boot, len(found.entries), found.earlier) == (1, "b", 1, 0)
    assert made.all.snapshot(one, 0).earlier == 1


async def test_the_one_that_rests_longest_gives_up_its_file(
    made: Made, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "MOST_AT_REST", 2)
    found = []
    for number in range(4):
        found.append(made.open(Place(project), "new"))
        found[-1].say()
        found[-1].busy = number == 0
    await made.all.close()
    again = [one.closed for one in found]
    assert again == [True] * 4
    assert len(made.all) == 0


async def test_a_conversation_that_was_closed_opens_again(
    made: Made, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    monkeypatch.setattr(living, "MOST_AT_REST", 1)
    first = made.open(Place(project), "new")
    first.say()
    second = made.open(Place(project), "new")
    second.say()
    while not first.closed:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    again = made.all.get(first.id)
    assert again.id == first.id
    assert again is not first


async def test_an_ephemeral_one_is_nobodys_current_one(made: Made, project: str) -> None:
    here = Place(project)
    before = made.open(here)
    ephemeral = made.open(here, "new", ephemeral=True)
    ephemeral.say()
    assert made.all.get(ephemeral.id) is ephemeral
    assert made.open(here) is before
    assert not ephemeral.session.path.exists()


async def test_a_fork_has_every_entry_and_belongs_to_the_place(
    made: Made, project: str, tmp_path: Path
) -> None:
    source = made.open(Place("/"))
    for text in ("one", "two"):
        source.say(text)
    fork = made.open(Place(project), "fork", source.id[:8])
    assert (fork.session.cwd, fork.session.tree.ids) == (project, source.session.tree.ids)
    assert json.loads(fork.session.path.read_bytes().split(b"\n")[0])["parentSession"] == str(
        source.session.path
    )
    assert made.open(Place(project)) is fork
    with pytest.raises(UsageError):
        made.open(Place(project), "fork")


async def test_a_named_directory_has_conversations_of_its_own(
    made: Made, project: str, tmp_path: Path
) -> None:
    directory = str(tmp_path / "mine")
    first = made.open(Place(project), "new", directory=directory)
    first.say()
    assert first.session.path.parent == tmp_path / "mine"
    assert made.open(Place(project), "latest", directory=directory) is first
    assert made.all.get(first.id[:8]) is first
    assert made.open(Place(project), "latest") is not first


async def test_wishes_are_handed_on_and_no_wishes_change_nothing(made: Made, project: str) -> None:
    found = made.open(Place(project), wishes=Wishes(system="Be brief."))
    made.open(Place(project))
    assert found.wishes.system == "Be brief."
