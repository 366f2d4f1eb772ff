"""Snapshots: what they hold, and that they never grow too large."""

import time

from picode.context.gitstate import GitState
from picode.context.tree import Tree
from picode.protocol import plugin
from picode.protocol.values import CommandNote, ConversationInfo, Queued, Status
from picode.server.explorer_view import MOST_ROWS, Shown, View, groups, snapshot


def shown(*paths: str) -> Shown:
    made = Shown(project="shop")
    made.replant(Tree(paths), GitState(branch="main", marks={"src": "M", "src/a.py": "M"}))
    return made


def unpacked(line: str) -> list[str]:
    """The paths, as the plugin puts them together."""
    tree = plugin.decode_snapshot(line).tree
    assert tree is not None
    paths = [""]
    for _, _, kept, rest in tree.rows:
        paths.append(paths[-1][:kept] + rest)
    return paths[1:]


def test_a_snapshot_holds_the_visible_rows_with_their_marks() -> None:
    made = shown("src/a.py", "src/b.py", "README")
    made.unfold("src", True)
    made.status = Status(state="tool", model="m", cost=1, queue=[Queued("x", "steer")])
    made.commands = [CommandNote(number=1, command="make\n  all", cwd="/", status=2, terminal="t", changed=3)]
    made.touched = {"src", "src/b.py"}
    line = snapshot(made, View(), "pipe", (1, 2), beat=True)
    read = plugin.decode_snapshot(line)
    assert unpacked(line) == ["src", "src/a.py", "src/b.py", "README"]
    assert read.tree is not None
    assert [(row[0], row[1]) for row in read.tree.rows] == [("o", "M"), ("f", "M"), ("f", " "), ("f", " ")]
    assert (read.events_pipe, read.beat, read.tree.meant, read.status.queued) == ("pipe", True, [1, 2], 1)
    assert read.tree.touched == [0, 2]
    assert read.commands == [plugin.ShownCommand("t", 1, "make all", 2, 3)]


def test_before_the_project_was_looked_at_there_is_no_tree() -> None:
    assert plugin.decode_snapshot(snapshot(Shown(), View(), "")).tree is None


def test_the_window_follows_the_view_through_a_hundred_thousand_files() -> None:
    made = shown(*(f"file{number:06}" for number in range(100_000)))
    for first in (0, 10, 5000, 99_960):
        line = snapshot(made, View(first, 40), "")
        paths = unpacked(line)
        assert len(line.encode()) <= plugin.LARGEST_SNAPSHOT
        assert len(paths) == MOST_ROWS
        assert {f"file{number:06}" for number in range(first, first + 40)} <= set(paths)
    assert plugin.decode_snapshot(line).tree == plugin.ShownTree(
        100_000 - MOST_ROWS,
        100_000,
        plugin.decode_snapshot(line).tree.rows,  # type: ignore[union-attr]
    )


def test_long_and_odd_names_never_make_it_too_large() -> None:
    for letter in ("x", "日", "\x1b", '"', "😀"):
        made = shown(*(f"{number:03}{letter * 60}" for number in range(200)))
        made.commands = [CommandNote(number=n, command=letter * 5000, cwd="/") for n in range(50)]
        made.conversations = [ConversationInfo(str(n), "/p", "/", letter * 5000) for n in range(50)]
        made.touched = {f"{number:03}{letter * 60}" for number in range(200)}
        line = snapshot(made, View(100, 30, (7, 5), (9, 5)), "pipe")
        read = plugin.decode_snapshot(line)
        assert read.conversations is not None
        assert "7" in {row.id for row in read.conversations.rows}
        assert 40 in {command.number for command in read.commands}
        assert len(line.encode()) <= plugin.LARGEST_SNAPSHOT
        assert any(path.startswith("100") for path in unpacked(line))


def test_a_name_that_is_not_utf8_comes_back_as_the_real_one() -> None:
    made = shown("bad\udcff", "good")
    [text, good] = unpacked(snapshot(made, View(), ""))
    assert (text, good) == ("bad�", "good")
    assert made.real(text) == "bad\udcff"
    assert made.real(good) == good


def test_instances_that_draw_the_same_share_a_snapshot() -> None:
    assert groups({}) == []
    assert groups({(1, 1): View(0, 9), (1, 2): View(0, 9)}) == [(View(0, 9), ())]
    different = groups({(1, 1): View(0, 9), (1, 2): View(5, 9)})
    assert different == [(View(0, 9), (1, 1)), (View(5, 9), (1, 2))]


def test_each_section_carries_the_rows_that_are_drawn_and_some_around_them() -> None:
    made = shown("a")
    made.commands = [CommandNote(number=n, command=f"c{n}", cwd="/") for n in range(1, 201)]
    made.conversations = [ConversationInfo(f"id{n}", "/p", "/", f"talk {n}") for n in range(400)]
    made.current = "id21"
    read = plugin.decode_snapshot(snapshot(made, View(0, 9, (20, 5), (50, 4)), ""))
    assert read.conversations is not None
    assert (read.conversations.first, read.conversations.total) == (8, 400)
    assert [row.id for row in read.conversations.rows] == [f"id{n}" for n in range(8, 37)]
    assert [row.id for row in read.conversations.rows if row.current] == ["id21"]
    # the latest is row 0, and comes last
    assert (read.commands_first, read.commands_total) == (38, 200)
    assert [command.number for command in read.commands] == list(range(135, 163))


def test_a_plugin_that_tells_of_no_sections_gets_the_latest_commands_as_before() -> None:
    made = shown("a")
    made.commands = [CommandNote(number=n, command=f"c{n}", cwd="/") for n in range(1, 101)]
    read = plugin.decode_snapshot(snapshot(made, View(0, 9), ""))
    assert [command.number for command in read.commands][-8:] == list(range(93, 101))


def test_a_filter_shows_of_its_section_what_fits_best_first_and_all_of_the_others() -> None:
    made = shown("src/deep/app.py", "src/a.py", "tests/test_app.py", "app", "README")
    made.commands = [
        CommandNote(number=1, command="make app", cwd="/"),
        CommandNote(number=2, command="ls", cwd="/"),
    ]
    line = snapshot(made, View(0, 9, section="files", query="app"), "")
    assert unpacked(line) == ["app", "src/deep/app.py", "tests/test_app.py"]
    assert plugin.decode_snapshot(line).filter == plugin.ShownFilter("files", "app")
    assert len(plugin.decode_snapshot(line).commands) == 2
    read = plugin.decode_snapshot(snapshot(made, View(0, 9, section="commands", query="mk"), ""))
    assert [command.number for command in read.commands] == [1]
    assert read.commands_total == 1
    made.replant(Tree(["new/app.rs"]), GitState())
    assert unpacked(snapshot(made, View(0, 9, section="files", query="app"), "")) == ["new/app.rs"]


def test_how_long_ago_a_conversation_was_written_is_told_in_words() -> None:
    made = shown("a")
    now = time.time()
    ages = (5, 70, 7300, 90000)
    made.conversations = [ConversationInfo("i", "/p", "/", modified=int((now - age) * 1000)) for age in ages]
    read = plugin.decode_snapshot(snapshot(made, View(), ""))
    assert read.conversations is not None
    assert [row.age for row in read.conversations.rows] == ["now", "1 min", "2 h", "1 d"]
