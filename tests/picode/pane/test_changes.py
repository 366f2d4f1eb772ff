from picode.pane.changes import MOST_LINES, changes_lines
from picode.pane.lines import plain, to_ansi

DIFF = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-one\n+two\n"


def test_a_sum_stands_before_the_diff_and_new_files_follow_it() -> None:
    lines = [plain(line) for line in changes_lines("shop", DIFF, [("new.py", "first\nsecond\n")])]
    assert lines[0] == "shop: 2 files, +3 -1"
    assert lines[2:] == [*DIFF.splitlines(), "new file new.py", "+first", "+second"]


def test_nothing_changed_is_one_sentence() -> None:
    [line] = changes_lines("shop", "", [])
    assert plain(line) == "shop: nothing has changed since the last commit."


def test_what_is_too_long_is_counted() -> None:
    lines = changes_lines("shop", "", [("long.txt", "x\n" * (2 * MOST_LINES))])
    assert len(lines) == MOST_LINES + 3
    assert plain(lines[-1]).startswith("… 3,001 more lines")


def test_nothing_of_a_file_reaches_the_terminal_as_a_control_sequence() -> None:
    shown = to_ansi(
        changes_lines("sh\x1b[2Jop", DIFF + "+\x1b]0;title\x07\n", [("n\x1b[1m", "\x1b[31mred\n")]),
        colour=False,
    )
    assert "\x1b" not in shown
    assert "\x07" not in shown
