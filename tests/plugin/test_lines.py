"""The lines between daemon and plugin, as files that the Rust core's own tests read, too."""

import json
from pathlib import Path
from typing import Any

import pytest

from picode.errors import BadData
from picode.protocol import plugin

LINES = Path(__file__).parent / "lines"
WHO: dict[str, Any] = {"v": 1, "plugin": 4, "client": 2}
DRAWN: dict[str, Any] = {"conversations": (0, 3), "commands": (2, 8)}

TOLD: dict[str, plugin.AnyLine] = {
    "hello": plugin.Hello(
        **WHO, seq=1, pipe="0b6c4b1e", zellij="0.45.0", server=4242, first=0, rows=24, **DRAWN
    ),
    "view": plugin.View(**WHO, seq=2, first=90, rows=24, **DRAWN),
    "fold": plugin.Fold(**WHO, seq=3, path='src/a "b"\\c', open=True),
    "open_file": plugin.OpenFile(**WHO, seq=4, path="src/日本\x1b.txt"),
    "insert": plugin.Insert(**WHO, seq=5, path="README.md"),
    "send_command": plugin.SendCommand(**WHO, seq=6, terminal="812.sock", number=7),
    "send_pane": plugin.SendPane(**WHO, seq=7, pane=3),
    "gone": plugin.Gone(**WHO, seq=8),
    "filter": plugin.Filter(**WHO, seq=9, section="files", query='a "b" 日'),
    "diff": plugin.Diff(**WHO, seq=10, path="src/app.py"),
    "resume": plugin.Resume(**WHO, seq=11, conversation="c9954b26-f3c4-4090-ad08-2138b021c9e7"),
    "hello_of_an_earlier_plugin": plugin.Hello(
        **WHO, seq=1, pipe="0b6c4b1e", zellij="0.45.0", server=4242, first=0, rows=24
    ),
    "view_of_a_later_plugin": plugin.View(**WHO, seq=2, first=90, rows=24, **DRAWN),
}

SHOWN = plugin.Snapshot(
    v=1,
    events_pipe="0b6c4b1e-7d5a-4c55-9d0e-0a1b2c3d4e5f",
    beat=True,
    project="piña",
    branch="main",
    status=plugin.ShownStatus(state="tool", model="demo/demo", cost=0.125, queued=2),
    tree=plugin.ShownTree(
        first=3,
        total=120,
        rows=[
            ("o", "M", 0, "src"),
            ("f", " ", 3, "/app.py"),
            ("f", "?", 4, "日本.txt"),
            ("d", " ", 0, "tests"),
        ],
        meant=[4, 2],
        touched=[1],
    ),
    conversations=plugin.ShownConversations(
        first=4,
        total=12,
        rows=[
            plugin.ShownConversation("c9954b26", 'why does "make" fail?', "3 h", "waiting", True),
            plugin.ShownConversation("d1", "日本"),
        ],
    ),
    commands=[
        plugin.ShownCommand(terminal="812.sock", number=7, command='make "all"\ttests', status=2, files=3),
        plugin.ShownCommand(terminal="812.sock", number=8, command="sleep 100"),
    ],
    commands_first=2,
    commands_total=64,
    filter=plugin.ShownFilter("files", "日本"),
    paused=1,
    terminals=2,
    notice="a \\ b",
)


@pytest.mark.parametrize("name", TOLD)
def test_the_plugins_lines_are_read(name: str) -> None:
    assert plugin.decode_line((LINES / f"{name}.json").read_text(encoding="utf-8")) == TOLD[name]


def test_every_line_has_a_golden_file() -> None:
    snapshots = {"snapshot", "snapshot_bare", "unknown_kind"}
    snapshots |= {
        f"snapshot_of_{whose}" for whose in ("a_later_daemon", "an_earlier_daemon", "another_version")
    }
    assert {path.stem for path in LINES.glob("*.json")} == set(TOLD) | snapshots


def test_a_snapshot_is_written_as_the_core_reads_it() -> None:
    golden = (LINES / "snapshot.json").read_text(encoding="utf-8")
    assert json.loads(plugin.encode_snapshot(SHOWN)) == json.loads(golden)
    assert plugin.decode_snapshot(golden) == SHOWN


def test_a_bare_snapshot_and_one_with_unknown_fields_are_read() -> None:
    assert plugin.decode_snapshot((LINES / "snapshot_bare.json").read_bytes()) == plugin.Snapshot(v=1)
    earlier = plugin.decode_snapshot((LINES / "snapshot_of_an_earlier_daemon.json").read_bytes())
    assert earlier.conversations is None
    assert earlier.tree is not None
    assert len(earlier.tree.rows) == 4


@pytest.mark.parametrize("line", ["{", '{"type":"view","v":1}', '{"type":3,"v":1}', '{"type":' + "[" * 9999])
def test_a_line_that_is_broken_is_refused(line: str) -> None:
    with pytest.raises(BadData):
        plugin.decode_line(line)


@pytest.mark.parametrize(
    "line", ["", "[]", "Bye from Zellij!", "\x1b[2J", "[" * 9999, '{"type":"dance","v":1,"x":[]}']
)
def test_what_is_no_line_of_the_plugin_and_kinds_of_a_later_one_are_ignored(line: str) -> None:
    assert plugin.decode_line(line) is None
    assert plugin.decode_line(line.encode()) is None


def test_a_kind_that_only_a_later_plugin_knows_is_ignored() -> None:
    assert plugin.decode_line((LINES / "unknown_kind.json").read_bytes()) is None


def test_a_line_of_another_version_says_what_to_do() -> None:
    with pytest.raises(BadData, match="picode setup"):
        plugin.decode_line('{"type":"gone","v":2,"plugin":1,"client":1,"seq":1}')
