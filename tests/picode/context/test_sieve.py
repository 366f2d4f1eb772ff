"""The searches that come before those for each kind of secret lose none of them."""

import pytest

from picode.context import redact, sieve
from picode.context.secrets import TOKENS
from picode.context.surroundings import ASSIGNMENTS, OTHERS
from support.redaction.corpus import lookalikes, secrets


def everything(text: str) -> str:
    return text


def test_what_is_taken_out_is_the_same_with_and_without_the_sieve(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [sample.text for sample in secrets()] + lookalikes()
    lines += [f"2026-11-21 13:56 {line} …" for line in lines] + ["\n".join(lines)]
    with_it = [redact.redact(line) for line in lines]
    monkeypatch.setattr(redact, "long_words", everything)
    monkeypatch.setattr(redact, "possible", lambda shapes, _lower: enumerate(shapes))
    assert [redact.redact(line) for line in lines] == with_it


def test_no_character_of_a_literal_breaks_the_word_that_it_stands_in() -> None:
    for shape in TOKENS:
        for literal in shape.literals:
            assert shape.anywhere or set(literal.encode()) <= sieve.IN_WORDS, literal


def test_text_in_which_no_stem_stands_is_looked_through_for_nothing() -> None:
    assert not list(sieve.possible(OTHERS + ASSIGNMENTS, "compiling serde v1.0 in 3.2 s\n" * 9))
    assert sieve.long_words("a plain line\n" * 9) == ""


def test_a_literal_in_small_or_large_letters_is_found_by_its_stem() -> None:
    for shape in OTHERS + ASSIGNMENTS:
        for literal in shape.literals:
            assert shape in [found for _, found in sieve.possible((shape,), f"so: {literal.lower()} …")]


def test_long_words_come_with_what_stands_before_them() -> None:
    found = sieve.long_words("see bot123456789:" + "Ab1" * 12 + " end")
    assert "bot123456789:" in found
    assert "end" not in found
