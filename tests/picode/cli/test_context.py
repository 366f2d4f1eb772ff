"""`picode context`: what would be chosen, and why."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from picode.cli.context import MODES
from picode.cli.main import run
from picode.context.choose import modes
from support.daemon import Running
from support.indexed import committed, project


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        "src__login_py": "def login(cookie):\n    return cookie\n",
        "src__paint_py": "def draw(): pass\n",
    }
    root = project(
        tmp_path_factory.mktemp("shop") / "shop", **files, tests__test_login_py="def test_login(): pass\n"
    )
    return committed(root, "Mend the frobnicator", src__paint_py="def draw(canvas): pass\n")


@pytest.fixture
def here(shop: Path, where: paths.Paths, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(shop)
    running = Running(where).start()
    try:
        yield shop
    finally:
        running.stop()


def test_it_shows_files_scores_tokens_and_reasons(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["context", "why", "does", "login", "fail?"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "score  tokens  file"
    assert "src/login.py" in lines[1]
    assert "text 1.00" in lines[1]
    assert "whole" in lines[1]
    assert "chosen, about" in lines[-1]
    assert "3 in the index" in lines[-1]
    assert run(["context", "--json", "--drop", "src/login.py", "--pin", "src/paint.py", "login"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "src/paint.py" in [one["path"] for one in found["chosen"]]
    assert "src/login.py" not in [one["path"] for one in found["ranked"]]
    assert run(["context", "--text", "--budget", "200", "--for", "test", "login"]) == 0
    text = capsys.readouterr().out
    assert '<file path="tests/test_login.py" lines="2">\ndef test_login(): pass' in text
    assert run(["context", "frobnicator"]) == 0
    assert "history" in capsys.readouterr().out.splitlines()[1]
    assert run(["context", "--for", "nothing", "login"]) != 0


def test_the_modes_are_those_that_there_are() -> None:
    assert set(MODES) == set(modes.MODES)
