"""What a model is told of the user's commands."""

from pathlib import Path

from picode.context.timeline.store import TimelineStore
from picode.messages import Text
from picode.protocol.values import FileChange, GitPoint, TimelineEntry
from picode.tools.base import Arguments, Place, Running
from picode.tools.timeline import FILE, Timeline


async def told(state: Path, cwd: Path, **arguments: object) -> str:
    tool = Timeline(state)
    given: Arguments = dict(arguments)
    outcome = await tool.plan(given, Place(cwd, state)).run(Running())
    [block] = outcome.content
    assert isinstance(block, Text)
    return block.text


def keep(state: Path, project: Path) -> None:
    store = TimelineStore(state / FILE)
    point = GitPoint("main", "a" * 40)
    rows: list[tuple[str, int, list[FileChange]]] = [
        ("make test", 0, []), ("vi a.py", 0, [FileChange("a.py", "M", 2000)]), ("make test", 2, []),
    ]  # fmt: skip
    for number, (command, status, files) in enumerate(rows, 1):
        store.add(TimelineEntry(
            str(project), command, str(project), status, number * 1000, 10, "1.sock", number, point, point, files,
            len(files),
        ))  # fmt: skip


async def test_the_last_commands_with_their_status_and_files(tmp_path: Path) -> None:
    project = tmp_path.resolve()
    keep(tmp_path / "state", project)
    lines = (await told(tmp_path / "state", project)).splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("`vi a.py`, status 0, M a.py")
    assert lines[2].endswith("`make test`, status 2, no file changed")
    assert len((await told(tmp_path / "state", project, limit=1)).splitlines()) == 1


async def test_what_broke_a_test(tmp_path: Path) -> None:
    project = tmp_path.resolve()
    keep(tmp_path / "state", project)
    found = await told(tmp_path / "state", project, blame="make test")
    assert "One thing changed between the two: `vi a.py`." in found


async def test_a_project_without_commands(tmp_path: Path) -> None:
    assert "No command" in await told(tmp_path / "state", tmp_path)


def test_it_only_reads() -> None:
    assert Timeline.reads
