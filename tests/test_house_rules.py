"""Rules of the house that a program can hold."""

import ast
import re
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "daemon" / "picode"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "assets" not in path.parts)
LINES = {path: len(path.read_text().splitlines()) for path in SOURCES}


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", [path for path in SOURCES if path.read_text().strip()], ids=lambda p: p.stem)
def test_a_module_says_what_it_answers(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), f"{path.relative_to(ROOT)} needs a docstring"


def test_files_are_short() -> None:
    assert statistics.median(LINES.values()) <= 150
    assert sorted(LINES.values())[len(LINES) * 9 // 10] <= 300
    assert [path.name for path, lines in LINES.items() if lines > 500] == []


def test_functions_are_short() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{found.lineno} {found.name}": (found.end_lineno or found.lineno)
        - found.lineno
        + 1
        for path in SOURCES
        for found in functions(ast.parse(path.read_text()))
    }
    assert sorted(lengths.values())[len(lengths) * 9 // 10] <= 35
    assert [name for name, length in lengths.items() if length > 80] == []


def test_nothing_of_the_making_is_left_behind() -> None:
    unwanted = re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b|/work/main|/root/")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("daemon", "shell", "layouts", "docs", "tests", "zellij-plugin")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in {".py", ".md", ".sh", ".bash", ".zsh", ".fish", ".kdl", ".rs", ".toml"}
        and "target" not in path.parts and path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if unwanted.search(line)
    ]  # fmt: skip
    assert found == []
