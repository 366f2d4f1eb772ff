import pytest

from picode.messages import Custom, Text, User
from picode.pane.entries import entry_lines, receipt_text
from picode.pane.lines import plain
from picode.protocol.values import Entry, Receipt

SKILL = '<skill name="pdf" location="/s/SKILL.md">\nx\n\nRun it.\n</skill>'


@pytest.mark.parametrize(
    ("receipt", "told"),
    [
        (
            Receipt(command="make", status=2, cwd="/", duration=1, size=900, sent=880),
            "↑ $ make · exit 2 · 900 bytes of output · 880 characters sent",
        ),
        (
            Receipt(command="tail -f x", status=None, cwd="/", duration=1, size=10, sent=9, cut=1),
            "↑ $ tail -f x · still running · 10 bytes of output · 9 characters sent · 1 cut from the middle",
        ),
        (
            Receipt(command="", status=None, cwd="/", duration=0, size=12, sent=11, redacted=["key"]),
            "↑ piped text, 12 bytes · 11 characters sent · redacted: key",
        ),
        (
            Receipt(
                command="",
                status=None,
                cwd="/",
                duration=0,
                size=0,
                sent=0,
                redacted=["key", "password", "key"],
            ),
            "↑ redacted: key ×2, password",
        ),
        (
            Receipt(command="", status=None, cwd="/", duration=0, size=12, sent=11, exact=False),
            "↑ the screen, 12 bytes · 11 characters sent · read from the screen, so not exact",
        ),
    ],
)
def test_a_receipt_says_what_left_the_machine(receipt: Receipt, told: str) -> None:
    assert receipt_text(receipt) == told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{SKILL}\n\nread a.pdf\nand b", "❯ /skill:pdf read a.pdf\n  and b\n"),
        (SKILL, "❯ /skill:pdf\n"),
        ('<skill name="pdf">', '❯ <skill name="pdf">\n'),
    ],
)
def test_a_skill_is_shown_as_it_was_called(text: str, shown: str) -> None:
    message = User(content=[Text(text=text)], timestamp=0)
    assert "\n".join(map(plain, entry_lines(Entry("e", message), {}, 80))) == shown


def test_a_message_of_an_extension_is_drawn_under_its_kind_where_it_is_to_be_shown() -> None:
    message = Custom("cov.\x1b[2Jmsg", "It **is** so.", True)
    lines = entry_lines(Entry("e", message), {}, 80)
    label, text, *_ = map(plain, lines)
    assert (label.startswith("[cov."), "\x1b" in label, text) == (True, False, "It is so.")
    assert lines[0][0][0] == "bold customMessageLabel customMessageBg"
    assert all("customMessageText" in style for style, _ in lines[1])
    hidden = Custom("cov.msg", "It is so.", False)
    assert entry_lines(Entry("e", hidden), {}, 80) == []


def test_what_was_chosen_of_the_project_is_one_line_and_its_text_is_not_shown() -> None:
    message = User([Text("why?"), Text('<context>\n<file path="a.py">\nx = 1\n</file>\n</context>')], 1)
    receipt = Receipt("", None, "", 0, 0, 0, context=["a.py:1-9", "b\x1b[31m.py"], tokens=1234)
    lines = [plain(line) for line in entry_lines(Entry("1", message, receipt), {}, 100)]
    assert lines[:2] == ["❯ why?", "↑ 2 files of the project · about 1,234 tokens · a.py:1-9, b.py"]
    assert "x = 1" not in "\n".join(lines)
    output = User([Text("why?"), Text("<output>\nboom\n</output>"), message.content[1]], 1)
    made = Receipt("make", 2, "/", 1, 9, 9, context=["a.py"], tokens=5)
    lines = [plain(line) for line in entry_lines(Entry("1", output, made), {}, 100)]
    assert [line[:12] for line in lines[:3]] == ["❯ why?", "↑ $ make · e", "↑ 1 file of "]


def test_that_another_model_answers_is_told_as_a_notice() -> None:
    lines = entry_lines(Entry("1", Custom("picode.failover", "A is down. b/c answers.")), {}, 60)
    assert [plain(line) for line in lines] == ["! A is down. b/c answers.", ""]
