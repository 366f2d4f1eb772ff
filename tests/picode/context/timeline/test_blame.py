"""Which change broke the test, in every order that runs come in."""

from typing import Literal

import pytest

from picode.context.timeline.blame import blame
from picode.context.timeline.runs import find, runs_of, turns
from picode.protocol.values import Blame, FileChange, GitPoint, TimelineEntry

TEST = "make test"


class NoGit:
    def commits(self, old: str, new: str) -> list[str]:
        return [f"{new[:9]} a commit"]

    def stat(self, old: str, new: str) -> list[str]:
        return [" a.py | 2 +-"]


def entry(
    command: str, started: int, status: int | None = 0, *, files: tuple[str, ...] = (), took: int = 100,
    heads: tuple[str, str] = ("aaaa", "aaaa"), shared: bool = False,
) -> TimelineEntry:  # fmt: skip
    changes = [FileChange(path, "M", started + took // 2, shared) for path in files]
    return TimelineEntry(
        "/p", command, "/p", status, started, took, "1.sock", started, GitPoint("main", heads[0], 0),
        GitPoint("main", heads[1], 1), changes, len(changes), beside=["other"] if shared else [],
    )  # fmt: skip


def runs(colours: str, every: int = 1000) -> list[TimelineEntry]:
    """`g` green, `r` red, `i` interrupted; nothing in between."""
    status = {"g": 0, "r": 1, "i": 130}
    return [entry(TEST, at * every, status[colour]) for at, colour in enumerate(colours)]


def told(found: Blame) -> str:
    return "\n".join(found.sentences)


@pytest.mark.parametrize(
    ("colours", "green", "red", "reds", "still"),
    [
        ("gr", 0, 1, 1, True), ("gggrrr", 2, 3, 3, True), ("rgr", 1, 2, 1, True), ("grgr", 2, 3, 1, True),
        ("gririr", 0, 1, 3, True), ("grg", 0, 1, 1, False), ("grrgg", 0, 1, 2, False), ("grgrg", 2, 3, 1, False),
        ("giir", 0, 1, 1, True),
    ],
)  # fmt: skip
def test_the_first_red_run_after_the_last_green_one(
    colours: str, green: int, red: int, reds: int, still: bool
) -> None:
    found, _ = runs_of(runs(colours), TEST)
    broke = find(found)
    assert broke is not None
    assert (broke.green, broke.red, broke.reds, broke.still) == (found[green], found[red], reds, still)


@pytest.mark.parametrize(
    ("colours", "verdict", "words"),
    [
        ("", "no_runs", "No run of `make test` is known"), ("ii", "no_runs", "run twice here, but never to its end"),
        ("ggg", "green", "was never red: it ran 3 times"), ("rr", "never_green", "was never green here: it ran twice"),
        ("rg", "green", "red"), ("irri", "never_green", "does not know it"),
    ],
)  # fmt: skip
def test_without_a_turn_from_green_to_red_it_is_said_why(
    colours: str, verdict: Literal["no_runs", "green", "never_green"], words: str
) -> None:
    found = blame(runs(colours), TEST, NoGit())
    assert found.verdict == verdict
    assert words in told(found)
    assert found.red is None


def test_the_changes_between_are_named() -> None:
    entries = [
        entry("vi early.py", 0, files=("early.py",)), entry(TEST, 1000), entry("ls", 2000),
        entry("sed -i s/1/2/ a.py", 3000, files=("a.py",)), entry("git commit -am x", 4000, heads=("aaaa", "bbbb")),
        entry(TEST, 5000, 2, heads=("bbbb", "bbbb")), entry("vi late.py", 6000, files=("late.py",)),
        entry(TEST, 7000, 2, heads=("bbbb", "bbbb")),
    ]  # fmt: skip
    found = blame(entries, TEST, NoGit())
    assert found.verdict == "broken"
    assert [one.command for one in found.between] == ["sed -i s/1/2/ a.py", "git commit -am x"]
    text = told(found)
    assert "and is red since" in text
    assert "with status 2" in text
    assert "`sed -i s/1/2/ a.py`: M a.py" in text
    assert "main aaaa → bbbb" in text
    assert "1 commit came in between:\n  bbbb a commit\n  a.py | 2 +-" in text
    assert "It was red in 2 runs one after the other." in text


def test_an_editor_that_was_open_before_counts_with_what_it_wrote_in_between() -> None:
    editor = entry("vi a.py b.py", 500, files=("a.py", "b.py"), took=9000)
    editor.files[0].time, editor.files[1].time = 900, 3000
    found = blame([editor, entry(TEST, 1000), entry(TEST, 4000, 1)], TEST, NoGit())
    assert [change.path for one in found.between for change in one.files] == ["b.py"]
    assert "One thing changed between the two: `vi a.py b.py`." in told(found)


def test_what_no_command_changed_counts_too() -> None:
    loose = TimelineEntry("/p", started=2000, files=[FileChange("a.py", "M", 2000)], changed=1)
    found = blame([entry(TEST, 1000), loose, entry(TEST, 4000, 1)], TEST, NoGit())
    assert "(no recorded command): M a.py" in told(found)


def test_the_same_state_green_and_red_may_be_flaky() -> None:
    found = blame(runs("ggr"), TEST, NoGit())
    assert found.verdict == "flaky"
    assert "Nothing changed between the two" in told(found)
    assert "may be flaky" in told(found)


def test_a_test_that_goes_to_and_fro_is_said_to_be_flaky_even_where_something_changed() -> None:
    entries = [*runs("grgrgr"), entry("vi a.py", 4500, files=("a.py",), took=10)]
    found = blame(entries, TEST, NoGit())
    assert found.verdict == "broken"
    assert "It went from one colour to the other 5 times in 6 runs" in told(found)
    assert turns(runs("ggrrg")) == 2


def test_two_runs_at_the_same_time_are_told_apart_by_their_ends_and_it_is_said() -> None:
    green, red = entry(TEST, 1000, 0, took=900), entry(TEST, 1500, 1, took=900)
    found = blame([red, green], TEST, NoGit())
    assert found.green is green
    assert found.red is red
    assert "The two ran at the same time" in told(found)
    again = blame([green, red], TEST, NoGit())
    assert again.green == green


def test_of_two_that_ended_at_the_same_moment_the_one_that_began_first_is_the_earlier() -> None:
    green, red = entry(TEST, 1000, 0, took=1000), entry(TEST, 1500, 1, took=500)
    assert runs_of([red, green], TEST)[0] == [green, red]


def test_a_test_that_is_green_again_tells_of_its_last_break() -> None:
    entries = [*runs("grg"), entry("vi a.py", 500, files=("a.py",))]
    found = blame(entries, TEST, NoGit())
    assert found.verdict == "mended"
    assert "is green now. It broke last" in told(found)


def test_the_very_command_counts_before_those_that_begin_with_it() -> None:
    entries = [entry("make test  V=1", 0, 1), entry("make test", 1000), entry("make testing", 2000, 1)]
    assert [one.command for one in runs_of(entries, " make  test ")[0]] == ["make test"]
    assert [one.command for one in runs_of(entries, "make")[0]] == [
        "make test  V=1",
        "make test",
        "make testing",
    ]


def test_shared_files_and_runs_without_a_result_are_said() -> None:
    entries = [
        entry(TEST, 0),
        entry("one", 1000, files=("a",), shared=True),
        entry(TEST, 2000, 130),
        entry(TEST, 3000, 1),
    ]
    text = told(blame(entries, TEST, NoGit()))
    assert "M a (shared)" in text
    assert "ran at the same time" in text
    assert "1 run without a result (interrupted, or not started) did not count." in text
