"""Markdown in pieces: whatever the pieces are, the blocks are the same, and no piece costs more than it should."""

import random
from pathlib import Path

import pytest

from picode.pane.lines import plain
from picode.pane.markdown import LONGEST_BLOCK, Block, Stream, feed, finish, parse, unfinished
from picode.pane.typeset import typeset

EXAMPLE = """# Title

Some **bold** and `code`, with a paragraph
over two lines.

- one
- two
  goes on
  - nested
3. third

> quoted
> text

| a | b |
|---|---|
| 1 | two words |

```python
def f():

    return 1
```
Underlined
==========
---
the end"""


def in_pieces(text: str, sizes: list[int]) -> list[Block]:
    stream, out, at = Stream(), [], 0
    for size in sizes:
        stream, done = feed(stream, text[at : at + size])
        out += done
        at += size
    stream, done = feed(stream, text[at:])
    return out + done + finish(stream)


@pytest.mark.parametrize("seed", range(20))
def test_blocks_do_not_depend_on_how_the_text_was_cut(seed: int) -> None:
    dice = random.Random(seed)
    assert in_pieces(EXAMPLE, [dice.randint(1, 9) for _ in range(200)]) == parse(EXAMPLE)


def test_an_example_of_everything() -> None:
    shown = [plain(line) for line in typeset(parse(EXAMPLE), 40)]
    assert shown == (Path(__file__).parent / "example.txt").read_text().split("\n")[:-1]


def test_a_finished_block_is_given_out_at_once() -> None:
    stream, done = feed(Stream(), "One.\n\nTw")
    assert done == [Block("paragraph", "One."), Block("blank")]
    assert unfinished(stream) == [Block("paragraph", "Tw")]


def test_a_long_code_block_leaves_in_parts() -> None:
    stream, done = feed(Stream(), "```python\n" + "x = 1\n" * 1000)
    given = sum(block.text.count("\n") + 1 for block in done if block.kind == "code")
    assert given > 900
    assert len(stream.lines) < 100
    assert given + sum(b.text.count("\n") + 1 for b in finish(stream) if b.kind == "code") == 1000


@pytest.mark.parametrize("text", ["word " * 20_000, "x" * 100_000, "a|b\n" * 9000, "> q\n" * 9000])
def test_what_has_no_end_is_still_given_out(text: str) -> None:
    stream, size = Stream(), 0
    for at in range(0, len(text), 50):
        stream, done = feed(stream, text[at : at + 50])
        size += sum(len(block.text) for block in done)
        assert len(stream.rest) <= LONGEST_BLOCK + 50
        assert stream.size <= LONGEST_BLOCK
    assert size > len(text) * 0.85


def test_code_keeps_its_colours_over_parts() -> None:
    text = "```python\n" + 'x = """\n' + "inside\n" * 200 + '"""\n```\n'
    lines = [line for block in parse(text) if block.kind == "code" for line in typeset([block], 80)]
    assert {style for line in lines[1:26] for style, _ in line} == {"syntaxString"}


@pytest.mark.parametrize("width", [4, 10, 39, 200])
def test_only_code_is_wider_than_the_terminal(width: int) -> None:
    text = (
        EXAMPLE
        + "\n\n"
        + "日本語 " * 30
        + "\n\n"
        + "👩‍👩‍👧 e\u0301" * 20
        + "\n| "
        + "long " * 30
        + "| b |\n|---|---|\n| x | y |"
    )
    from picode.pane.lines import line_width

    blocks = [block for block in parse(text) if block.kind not in ("code", "open", "table")]
    assert all(line_width(line) <= max(width, 4) for line in typeset(blocks, width))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a **b** c", "a b c"),
        ("a ** b", "a ** b"),
        ("snake_case_name", "snake_case_name"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("`a*b*c`", "a*b*c"),
        (r"\*no\*", "*no*"),
        ("[x](http://y)", "x (http://y)"),
        ("**open", "**open"),
        ("**bold `code` in**", "bold code in"),
    ],
)
def test_inline(text: str, shown: str) -> None:
    assert plain(typeset(parse(text), 80)[0]) == shown


def test_nothing_of_it_reaches_the_terminal_as_a_sequence() -> None:
    from picode.pane.lines import to_ansi

    evil = "a\x1b]52;c;aGk=\x07b \x1b[2J **x\x1b[31m** `\x9b2J` \u202eevil\n\n"
    evil += "```py\x1b[1m\n\x1b[5m\x07\n```\n|\x1b|b|\n|-|-|\n"
    out = to_ansi(typeset(parse(evil), 80), colour=False)
    assert all(char >= " " or char == "\n" for char in out)
    assert "\x9b" not in out
    assert "\u202e" not in out
