"""What is packed for a model: within the budget, in a stable order, nothing twice, no secrets' files."""

from pathlib import Path

import pytest

from picode.context.choose.choose import choose
from picode.context.choose.lines import tokens
from picode.context.choose.modes import MODES, factor
from picode.context.choose.pack import block, read_lines
from picode.context.choose.ranking import Hints
from support.indexed import index, project, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    body = "\n".join(f"    value_{at} = compute({at}) + {at}" for at in range(60))
    return project(
        tmp_path / "p",
        b__login_py=f"def login(cookie):\n    return cookie\n\n\ndef other():\n{body}\n",
        a__cookie_py="class Cookie:\n    def is_old(self):\n        return True\n",
        z_py="x = 1\n",
        _env="COOKIE_LOGIN=secret\n",
        login_pem="cookie login\n",
        tests__test_login_py="def test_login(): pass\n",
    )


QUESTION = "why does login fail when the cookie is old?"


@pytest.mark.parametrize("budget", [0, 50, 100, 200, 300, 500, 1000, 5000])
def test_the_text_is_within_the_budget(root: Path, budget: int) -> None:
    assert tokens(block(choose(index(root), root, QUESTION, budget).chosen)) <= max(budget, 1)


def test_files_stand_in_the_order_of_their_paths_and_say_where_lines_are_left_out(root: Path) -> None:
    choice = choose(index(root), root, QUESTION, 420)
    assert [(one.path, one.lines) for one in choice.chosen][:2] == [
        ("a/cookie.py", ""),
        ("b/login.py", "1-2, 5"),
    ]
    text = block(choice.chosen)
    assert (
        '<file path="b/login.py" lines="66">\ndef login(cookie):\n    return cookie\n⋮ 5\ndef other():\n</file>'
        in text
    )
    assert text == block(choose(index(root), root, QUESTION, 420).chosen)


def test_what_the_conversation_has_already_is_not_sent_again_and_what_changed_is(root: Path) -> None:
    connection = index(root)
    before = block(choose(connection, root, QUESTION, 3000).chosen)
    again = choose(connection, root, QUESTION, 3000, known=lambda path, text: text in before)
    assert again.chosen == []
    assert again.ranked
    write(root, a__cookie_py="class Cookie:\n    def is_old(self):\n        return False\n")
    changed = choose(connection, root, QUESTION, 3000, known=lambda path, text: text in before)
    assert [one.path for one in changed.chosen] == ["a/cookie.py"]


def test_files_that_hold_secrets_are_never_chosen(root: Path) -> None:
    choice = choose(index(root), root, QUESTION, 3000, pinned=[".env", "login.pem"])
    assert not {".env", "login.pem"} & (
        {one.path for one in choice.ranked} | {one.path for one in choice.chosen}
    )


def test_pins_come_first_and_drops_not_at_all(root: Path) -> None:
    choice = choose(index(root), root, QUESTION, 3000, pinned=["z.py"], dropped=["a/cookie.py"])
    paths = [one.path for one in choice.chosen]
    assert "z.py" in paths
    assert "a/cookie.py" not in paths


def test_a_traceback_brings_the_lines_around_it(root: Path) -> None:
    choice = choose(index(root), root, "it broke", 700, hints=Hints(traceback={"b/login.py": 30}))
    assert "value_24 = compute(24)" in block(choice.chosen)


def test_a_mode_says_what_kinds_of_files_count(root: Path) -> None:
    connection = index(root)

    def place(mode: str) -> int:
        return [one.path for one in choose(connection, root, "login", 1000, mode=mode).ranked].index(
            "tests/test_login.py"
        )

    assert place("test") < place("explain")
    assert factor("a/test_x.py", MODES["ask"]) < 1
    assert factor("a/test_x.py", MODES["ask"], about_tests=True) == 1
    assert factor(".env.example", MODES["ask"]) == 1
    assert factor("src/credentials.py", MODES["ask"]) == 1


def test_what_cannot_be_read_is_left_out(root: Path) -> None:
    connection = index(root)
    (root / "a" / "cookie.py").unlink()
    (root / "a" / "cookie.py").symlink_to("/etc/passwd")
    (root / "b" / "login.py").write_bytes(b"\0" * 10)
    assert {one.path for one in choose(connection, root, QUESTION, 3000).chosen} <= {
        "z.py",
        "tests/test_login.py",
    }
    assert read_lines(root) == []
