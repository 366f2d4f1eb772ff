"""A sent command as text."""

import pytest

from picode.context.command import FROM_SCREEN, QUESTION, describe, describe_piped, duration
from picode.context.redact import as_it_is
from picode.protocol.values import CommandRecord, Receipt

SECRET = "gh" + "p_" + "a1B2" * 9


def record(output: bytes = b"hello\n", **more: object) -> CommandRecord:
    known: dict[str, object] = {
        "number": 1,
        "command": "make test",
        "cwd": "/home/u/proj",
        "status": 3,
        "duration": 1234,
    }
    return CommandRecord(head=output, **(known | more))  # type: ignore[arg-type]


def test_the_model_gets_the_question_the_command_and_its_output() -> None:
    text, receipt = describe(record(), "why?")
    assert text == (
        'why?\n\n<command status="3" cwd="/home/u/proj" duration="1.2s">\n$ make test\n</command>\n'
        "<output>\nhello\n</output>"
    )
    assert receipt == Receipt(
        command="make test", status=3, cwd="/home/u/proj", duration=1234, size=6, sent=5
    )


def test_without_a_question_it_gets_one() -> None:
    assert describe(record(), "  ")[0].startswith(f"{QUESTION}\n\n<command")


def test_a_command_that_runs_says_so_and_a_screens_text_too() -> None:
    text, receipt = describe(record(status=None, exact=False), "")
    assert 'status="running"' in text
    assert text.endswith(f"</output>\n{FROM_SCREEN}")
    assert receipt.status is None
    assert not receipt.exact


def test_no_output_is_said() -> None:
    text, receipt = describe(record(b""), "")
    assert "<output>\n(no output)\n</output>" in text
    assert (receipt.size, receipt.sent) == (0, 0)


def test_secrets_are_taken_out_of_question_command_and_output() -> None:
    text, receipt = describe(
        record(f"x {SECRET}\n".encode(), command=f"curl {SECRET}"), f"is {SECRET} right?"
    )
    assert SECRET not in text
    assert SECRET not in receipt.command
    assert receipt.redacted == ["GitHub token"] * 3


def test_a_secret_in_colours_is_taken_out_too() -> None:
    coloured = f"\x1b[31m{SECRET[:9]}\x1b[0m\x1b[32m{SECRET[9:]}\x1b[0m\n"
    assert SECRET[9:] not in describe(record(coloured.encode()), "")[0]


def test_long_output_is_cut_and_the_receipt_says_how_much() -> None:
    output = "".join(f"line {number}\n" for number in range(10_000))
    text, receipt = describe(record(output.encode()), "", limit=1000)
    assert "left out …]" in text
    assert "line 0\n" in text
    assert "line 9999\n</output>" in text
    assert receipt.size == len(output)
    assert receipt.cut >= len(output) - 1001
    assert receipt.sent < 1100


def test_bytes_that_the_ring_dropped_are_told() -> None:
    text, receipt = describe(record(b"one\ntw", tail=b"ix\nseven\n", missing=1000), "")
    assert "<output>\none\n[… 1,005 bytes that were no longer kept left out …]\nseven\n</output>" in text
    assert receipt.cut == 1005
    assert receipt.size == 6 + 1000 + 9


def test_a_directory_cannot_close_the_tag() -> None:
    assert 'cwd="/a&quot;>"' in describe(record(cwd='/a">'), "")[0]


def test_piped_text_comes_without_a_command() -> None:
    text, receipt = describe_piped(f"\x1b[1mboom\x1b[0m {SECRET}\n", "why?", cwd="/x")
    assert text == "why?\n\n<output>\nboom [redacted: GitHub token]\n</output>"
    assert (receipt.command, receipt.cwd, receipt.redacted) == ("", "/x", ["GitHub token"])
    assert describe_piped("\udcff", "")[0]


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0.0s"), (1234, "1.2s"), (9949, "9.9s"), (9950, "10s"), (59_400, "59s"), (59_600, "1m 0s"), (185_000, "3m 5s"),
     (7_260_000, "2h 1m")],
)  # fmt: skip
def test_durations_are_short(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text


def test_redaction_can_be_turned_off_by_the_user() -> None:
    secret = "ghp_" + "a1B2" * 9
    record = CommandRecord(1, f"echo {secret}", "/x", status=0, head=secret.encode())
    text, receipt = describe(record, "Why?", clean=as_it_is)
    assert text.count(secret) == 2
    assert receipt.redacted == []
    assert describe_piped(secret, "Why?", clean=as_it_is)[0].count(secret) == 1
