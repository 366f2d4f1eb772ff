"""From what a person types to FTS5's language."""

import sqlite3

import pytest

from picode.sessions.searching import query


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("", ""),
        ("  ", ""),
        ("* - ( :", ""),
        ("one", '"one"*'),
        ("no", '"no"'),
        ("one two", '"one" "two"*'),
        ('"one two" three', '"one two" "three"*'),
        ('say "one two"', '"say" "one two"'),
        ('an "open end', '"an" "open" "end"*'),
        ("NOT a OR b", '"NOT" "a" "OR" "b"'),
        ("x.y:z*", '"x.y:z*"*'),
        ("a\0b", '"a" "b"'),
    ],
)
def test_only_double_quotes_have_a_meaning(words: str, question: str) -> None:
    assert query(words) == question


def test_whatever_is_typed_is_no_error() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    for words in (
        '"',
        '""',
        "'",
        "a'b",
        "^a",
        "a AND",
        "NEAR(a b)",
        "text:a",
        "{a}",
        "a+b",
        "-a",
        "日本",
        "é*",
        "\ud800x",
    ):
        question = query(words)
        if question and "\ud800" not in question:
            database.execute("SELECT * FROM words WHERE words MATCH ?", (question,)).fetchall()
    database.close()
