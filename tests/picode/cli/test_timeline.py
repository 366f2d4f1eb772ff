"""The table of `picode timeline`, and its moments."""

import argparse
import time

import pytest

from picode.cli.since import since
from picode.cli.timeline import harmless, table
from picode.protocol.values import FileChange, GitPoint, TimelineEntry

NOW = int(time.time() * 1000)


def entry(**more: object) -> TimelineEntry:
    made = TimelineEntry("/p", "make\n  test", "/p", 0, NOW, 1234, "1.sock", 1)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def row(made: TimelineEntry, files: bool = False) -> str:
    return "\n".join(table([made], files)).split("  ", 1)[1].strip()


def test_a_line_has_status_duration_state_command_and_files() -> None:
    point, later = GitPoint("main", "a" * 40), GitPoint("main", "b" * 40, 2)
    changes = [FileChange("a.py", "M"), FileChange("b.py", "A", shared=True)]
    assert row(entry()) == "0  1.2 s    make test"
    assert row(entry(after=point)) == "0  1.2 s  main aaaaaaa  make test"
    moved = entry(before=point, after=later, files=changes, changed=2, status=1)
    assert row(moved) == "1  1.2 s  → main bbbbbbb +2  make test  [2 files: M a.py, A b.py (shared)]"
    assert row(entry(files=changes[:1], changed=1)) == "0  1.2 s    make test  [1 file: M a.py]"
    assert row(entry(files=changes, changed=900, incomplete=True)) == "0  1.2 s    make test  [900+ files]"


def test_files_have_lines_of_their_own_on_request() -> None:
    changes = [FileChange("a.py", "M"), FileChange("b.py", "D")]
    lines = table([entry(files=changes, changed=5, beside=["sleep  9"])], files=True)
    assert lines[1:] == [
        "    M a.py", "    D b.py", "    … and 3 more", "    beside `sleep 9`, so shared files may be either's",
    ]  # fmt: skip


def test_what_no_command_did_is_told_as_that() -> None:
    loose = entry(command="", terminal="", status=None, files=[FileChange("a", "M")], changed=1)
    assert row(loose).endswith("(no recorded command)  [1 file: M a]")


def test_no_control_character_gets_out() -> None:
    assert harmless("echo \x1b]0;evil\x07 \x9b") == "echo �]0;evil� �"


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1800), ("2h", 7200), ("3d", 259200), ("45 s", 45), ("1w", 604800)]
)
def test_a_while_ago(text: str, seconds: int) -> None:
    assert abs(since(text) - (time.time() - seconds) * 1000) < 5000


def test_a_day_and_an_hour() -> None:
    assert time.strftime("%Y-%m-%d %H:%M", time.localtime(since("2026-01-31") / 1000)) == "2026-01-31 00:00"
    assert time.strftime("%H:%M", time.localtime(since("14:30") / 1000)) == "14:30"
    assert since("14:30") <= time.time() * 1000


@pytest.mark.parametrize("text", ["", "soon", "25:00", "3x", "2026-13-01", "99999999999d"])
def test_what_is_no_moment_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no time"):
        since(text)
