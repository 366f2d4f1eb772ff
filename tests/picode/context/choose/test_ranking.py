"""Which files a question is about: each signal does what it is for."""

import sqlite3
from pathlib import Path

import pytest

from picode.context.choose.ranking import Hints, Ranked, query_of, rank
from support.indexed import committed, index, paths_in, project


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    root = project(
        tmp_path_factory.mktemp("shop") / "p",
        shop__login_py="from shop.store import Store\n\ndef check_password(user): return Store().find(user)\n",
        shop__store_py="class Store:\n    def find(self, key): return self.rows[key]\n",
        shop__cookies_py="def expire_session(jar):\n    '''Old cookies are thrown away.'''\n",
        shop__paint_py="def draw(canvas):\n    canvas.fill('red')\n",
        shop__words_py="APP = 1\n" + "app = 'app'\n" * 5,
        tests__test_login_py="from shop.login import check_password\n\ndef test_password(): check_password('x')\n",
        ui__LoginForm_tsx="export function LoginForm() { return <form/> }\n",
        notes_md="# Notes\n\nThe canvas is red.\n",
    )
    committed(
        root,
        "Make the frobnicator quicker",
        shop__store_py="class Store:\n    def find(self, key): return 1\n",
    )
    for at in range(6):
        committed(root, f"Number {at}", counter_txt=str(at))
    connection = index(root)
    connection.row_factory = None
    return connection


def best(connection: sqlite3.Connection, question: str, hints: Hints | None = None) -> list[str]:
    return [one.path for one in rank(connection, question, hints or Hints())]


def test_words_in_any_form_find_the_code(shop: sqlite3.Connection) -> None:
    assert best(shop, "Why does login fail when the cookie is old?")[0] in (
        "shop/cookies.py",
        "shop/login.py",
    )
    assert best(shop, "expiring sessions")[0] == "shop/cookies.py"
    assert best(shop, "checking passwords")[0] in ("shop/login.py", "tests/test_login.py")
    assert best(shop, "the login form")[0] == "ui/LoginForm.tsx"
    assert best(shop, "LoginForm is empty")[0] == "ui/LoginForm.tsx"


def test_a_commit_that_said_the_same_leads_to_its_files(shop: sqlite3.Connection) -> None:
    found = rank(shop, "the frobnicator is slow")
    assert found[0].path == "shop/store.py"
    assert set(found[0].why) >= {"history", "recent"}
    assert "text" not in found[0].why


def test_a_traceback_comes_first(shop: sqlite3.Connection) -> None:
    hints = Hints(traceback={"shop/paint.py": 2, "shop/words.py": 1})
    assert best(shop, "login fails", hints)[:2] == ["shop/paint.py", "shop/words.py"]


def test_what_is_changed_or_open_counts(shop: sqlite3.Connection) -> None:
    assert (
        best(shop, "red canvas")[:2] == ["notes.md", "shop/paint.py"]
        or best(shop, "red canvas")[0] == "shop/paint.py"
    )
    both = rank(shop, "red canvas", Hints(changed=["shop/words.py"], open=["shop/words.py"]))
    words = next(one for one in both if one.path == "shop/words.py")
    assert set(words.why) >= {"changed", "open"}


def test_a_neighbour_of_the_best_gains(shop: sqlite3.Connection) -> None:
    found = {one.path: one for one in rank(shop, "check_password")}
    assert "linked" in found["shop/store.py"].why if "shop/store.py" in found else True
    assert "linked" in found["tests/test_login.py"].why


def test_a_word_that_most_files_have_still_finds_the_file_that_is_named_so(shop: sqlite3.Connection) -> None:
    assert best(shop, "def in shop words")[0] == "shop/words.py"


def test_a_kind_of_file_can_count_less_or_not_at_all(shop: sqlite3.Connection) -> None:
    def kind(path: str) -> float:
        return 0.0 if path.startswith("tests/") else 0.1 if path == "shop/login.py" else 1.0

    found = rank(shop, "check password", kind=kind)
    assert all(not one.path.startswith("tests/") for one in found)
    login = next(one for one in found if one.path == "shop/login.py")
    assert login.score == pytest.approx(0.1 * sum(login.why.values()))


def test_the_score_is_the_sum_of_what_spoke_for_it(shop: sqlite3.Connection) -> None:
    found = rank(shop, "session cookie")
    assert found == sorted(found, key=lambda one: (-one.score, one.path))
    assert all(isinstance(one, Ranked) and one.score == pytest.approx(sum(one.why.values())) for one in found)


@pytest.mark.parametrize(
    "question", ["", "?!", 'a"b OR NEAR( * ^', "x" * 5000, "größe naïve 日本語", "the of and"]
)
def test_any_text_is_a_question(shop: sqlite3.Connection, question: str) -> None:
    assert {one.path for one in rank(shop, question)} <= set(paths_in(shop))


def test_a_file_that_is_gone_is_not_found(tmp_path: Path) -> None:
    from picode.context.index.sync import sync

    root = project(tmp_path / "p", a_py="unicorn = 1\n", b_py="unicorn = 2\n")
    connection = index(root)
    (root / "a.py").unlink()
    sync(connection, root, ["a.py"])
    assert best(connection, "unicorn", Hints(traceback={"a.py": 1})) == ["b.py"]


def test_the_first_line_weighs_more_than_the_rest() -> None:
    query = query_of("cookie\n\nlogin login")
    assert query.weights["cookie"] > 1
    assert query.weights["login"] > 1
    assert query_of("get_user and HTTPServer").code == {"get_user", "httpserver"}
