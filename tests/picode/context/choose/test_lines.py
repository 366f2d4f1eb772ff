"""Whole bodies and signatures, never half a line, never more than the budget."""

import random
from itertools import pairwise

import pytest

from picode.context.choose.lines import GAP, Run, choose_lines, tokens
from picode.context.index.analyzer import Symbol
from picode.context.index.languages import analyzer_of


def cost(lines: list[str], runs: list[Run]) -> int:
    return sum(GAP + sum(tokens(line) for line in lines[run.begin - 1 : run.end]) for run in runs)


TEXT = """import os

LIMIT = 1


class Jar:
    def expire(self, cookie):
        if cookie.old:
            del self.cookies[cookie]
        return cookie

    def paint(self, canvas):
        canvas.fill("red")
        canvas.stroke("blue")
        canvas.flush()


def unrelated():
    for number in range(100):
        print(number)
"""
SOURCE = TEXT.split("\n")
SYMBOLS = analyzer_of("a.py").extract_symbols(TEXT.encode())


def test_a_small_file_is_whole() -> None:
    assert choose_lines(SOURCE, SYMBOLS, ["cookie"], 1000) == [Run(1, len(SOURCE))]


def test_the_body_that_is_meant_is_whole_and_the_others_are_their_first_line() -> None:
    assert choose_lines(SOURCE, SYMBOLS, ["expire", "cookie"], 75) == [Run(6, 10), Run(12, 12), Run(18, 18)]


def test_without_a_word_that_fits_there_is_an_outline() -> None:
    assert choose_lines(SOURCE, SYMBOLS, ["zebra"], 60) == [Run(6, 7), Run(12, 12), Run(18, 18)]


def test_a_tracebacks_line_comes_first_with_what_it_stands_in() -> None:
    runs = choose_lines(SOURCE, SYMBOLS, ["expire", "cookie"], 70, line=14)
    assert any(run.begin <= 12 and run.end >= 15 for run in runs)


def test_without_symbols_the_beginning_is_taken() -> None:
    lines = [f"line {at}" for at in range(500)]
    assert choose_lines(lines, [], ["line"], 50) == [Run(1, 23)]


def test_a_line_without_end_is_left_out() -> None:
    assert choose_lines(
        ["x" * 100_000, "def find():", "  pass"], [Symbol("find", "function", 2, 3)], ["find"], 60
    ) == [Run(2, 3)]


def test_nothing_is_chosen_of_nothing() -> None:
    assert choose_lines([], [], [], 100) == []
    assert choose_lines(["x" * 50], [], [], 0) == []


@pytest.mark.parametrize("seed", range(30))
def test_the_budget_is_never_exceeded(seed: int) -> None:
    chance = random.Random(seed)
    lines = ["word" * chance.randrange(12) for _ in range(chance.randrange(1, 200))]
    symbols = []
    for _ in range(chance.randrange(30)):
        begin = chance.randrange(1, len(lines) + 1)
        symbols.append(Symbol("word", "function", begin, chance.randrange(begin, len(lines) + 1)))
    symbols.sort(key=lambda one: (one.line, -one.end))
    budget = chance.randrange(300)
    runs = choose_lines(lines, symbols, ["word"], budget, line=chance.randrange(len(lines)))
    if runs != [Run(1, len(lines))]:
        assert cost(lines, runs) <= budget
    assert all(1 <= run.begin <= run.end <= len(lines) for run in runs)
    assert all(one.end + 1 < two.begin for one, two in pairwise(runs))
