"""Identifiers are taken apart, on both sides alike."""

from picode.context.index import words


def test_a_question_is_taken_apart_as_code_is() -> None:
    assert words.of_question("Why does getUserName fail in HTTPServer.old_cookie?") == {
        "get": 1, "user": 1, "name": 1, "getusername": 1, "fail": 1, "http": 1, "server": 1, "httpserver": 1,
        "old": 1, "cookie": 1,
    }  # fmt: skip


def test_words_that_everybody_says_are_left_out() -> None:
    assert not words.of_question("so what is it that we do with this")


def test_a_files_name_counts_twice_and_a_nameless_one_has_its_directorys() -> None:
    assert words.of_path("src/web/LoginForm.tsx").split().count("Login") == 2
    assert words.of_path("src/web/__init__.py").split()[-1] == "web"


def test_a_word_is_taken_in_a_few_times_at_most() -> None:
    assert words.of_text("x " * 50 + "y").split().count("x") == words.MOST_TIMES
    assert set(words.of_text("parseUrl").split()) == {"parse", "Url", "parseUrl"}


def test_what_looks_like_code() -> None:
    assert words.looks_like_code("get_user")
    assert words.looks_like_code("getUser")
    assert not words.looks_like_code("User")
    assert not words.looks_like_code("_user_")
