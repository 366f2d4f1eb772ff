import subprocess
from pathlib import Path
from typing import Any

import pytest

from picode.messages import Text
from picode.tools.base import Running, ToolFailed
from picode.tools.grep import grep
from picode.tools.matches import Search
from support.toolbox import call, text, toolbox
from support.tools import need

FILES: dict[str, str | bytes] = {
    "src/a.py": "one\nneedle here\nthree\nNeedle there\nfive\n",
    "src/b.txt": "a needle\n" + "x" * 600 + " needle\n",
    "src/crlf.txt": "first\r\nneedle\r\n",
    "deep/er/c.py": "needle(1)\n",
    ".dot": "needle\n",
    "binary": "needle\0\n",
    "ignored.log": "needle\n",
    "latin": b"caf\xe9 needle\n",
}


@pytest.fixture
def project(home: Path) -> Path:
    root = home / "project"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (root / ".gitignore").write_text("*.log\n")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def shown(project: Path, with_rg: bool, pattern: str, path: str = ".", **arguments: Any) -> str:
    search = Search(
        pattern,
        project / path,
        arguments.get("glob", ""),
        arguments.get("any_case", False),
        arguments.get("literal", False),
    )
    [block] = grep(search, arguments, Running(), need("rg") if with_rg else None).content
    assert isinstance(block, Text)
    return block.text


CASES: list[tuple[dict[str, Any], str]] = [
    ({"pattern": "needle here"}, "src/a.py:2: needle here"),
    ({"pattern": "needle", "glob": "*.py"}, "deep/er/c.py:1: needle(1)\nsrc/a.py:2: needle here"),
    ({"pattern": "needle", "glob": "src/*.py"}, "src/a.py:2: needle here"),
    ({"pattern": "NEEDLE", "glob": "a.py", "any_case": True}, "src/a.py:2: needle here\nsrc/a.py:4: Needle there"),
    ({"pattern": "needle(1)", "literal": True}, "deep/er/c.py:1: needle(1)"),
    ({"pattern": "^needle$", "glob": ".dot"}, ".dot:1: needle"),
    ({"pattern": "needle", "path": "src/crlf.txt"}, "crlf.txt:2: needle"),
    ({"pattern": "needle h", "context": 1}, "src/a.py-1- one\nsrc/a.py:2: needle here\nsrc/a.py-3- three"),
    ({"pattern": "[nN]eedle", "glob": "a.py", "context": 1},
     "src/a.py-1- one\nsrc/a.py:2: needle here\nsrc/a.py-3- three\nsrc/a.py:4: Needle there\nsrc/a.py-5- five"),
    ({"pattern": "needle", "glob": "binary"}, "No matches found"),
    ({"pattern": "-x needle"}, "No matches found"),
    ({"pattern": "needle", "limit": 2},
     ".dot:1: needle\ndeep/er/c.py:1: needle(1)\n\n[2 matches limit reached. Use limit=4 for more, or refine pattern]"),
    ({"pattern": "needle", "glob": "a.py", "limit": 1}, "src/a.py:2: needle here"),
]  # fmt: skip


@pytest.mark.parametrize("with_rg", [True, False])
@pytest.mark.parametrize(("arguments", "expected"), CASES)
def test_what_is_found_with_ripgrep_and_without(
    project: Path, arguments: dict[str, Any], expected: str, with_rg: bool
) -> None:
    assert shown(project, with_rg, **arguments) == expected


@pytest.mark.parametrize("with_rg", [True, False])
def test_long_lines_are_cut_and_told(project: Path, with_rg: bool) -> None:
    found = shown(project, with_rg, "needle", "src/b.txt")
    assert found == (
        f"b.txt:1: a needle\nb.txt:2: {'x' * 500}... [truncated]\n\n"
        "[Some lines truncated to 500 chars. Use read tool to see full lines]"
    )


@pytest.mark.parametrize("with_rg", [True, False])
def test_a_broken_pattern_is_told(project: Path, with_rg: bool) -> None:
    with pytest.raises(ToolFailed, match="regex parse error"):
        shown(project, with_rg, "(")


async def test_a_path_that_is_not_there(project: Path) -> None:
    result = await call(toolbox(project.parent), project, "grep", pattern="x", path="gone")
    assert text(result) == f"Path not found: {project}/gone"
