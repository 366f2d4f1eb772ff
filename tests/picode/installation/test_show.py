from pathlib import Path

from picode.installation.changes import Change, Plan
from picode.installation.show import show

HOME = Path("/home/someone")


def test_each_file_is_shown_with_what_changes_in_it() -> None:
    plan = Plan(
        [
            Change(HOME / ".bashrc", "one line", b"a\n", b"a\nb\n", via=HOME / "link"),
            Change(Path("/data/picode.wasm"), "the explorer", None, b"\0asm", opaque=True),
            Change(HOME / "old", "not needed any more", b"x", None),
        ],
        notes=["A file is kept."],
    )
    assert show(plan, HOME).splitlines() == [
        "change  ~/.bashrc (the file behind ~/link): one line",
        "        + b",
        "   new  /data/picode.wasm: the explorer",
        "remove  ~/old: not needed any more",
        "A file is kept.",
    ]


def test_a_long_new_file_is_told_by_its_length() -> None:
    plan = Plan([Change(HOME / "script", "recorder", None, b"line\n" * 100)])
    assert show(plan, HOME).splitlines()[1].strip() == "100 lines"


def test_no_control_character_of_a_file_reaches_the_terminal() -> None:
    plan = Plan([Change(HOME / "a\x1b[2J", "one line", b"", b"\x1b]0;evil\x07\n")])
    assert "\x1b" not in show(plan, HOME)
    assert "\x07" not in show(plan, HOME)
