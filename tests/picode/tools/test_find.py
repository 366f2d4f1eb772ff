import subprocess
from pathlib import Path

import pytest

from picode.tools.base import Running, ToolFailed
from picode.tools.find import find
from picode.tools.walk import fd
from support.toolbox import call, text, toolbox
from support.tools import need

FILES = (
    "README.md", "src/a.py", "src/deep/b.py", "src/deep/c.test.ts", ".hidden/d.py", "build/e.py", "src/ignored.log",
    "src/deep/kept.log", "Makefile", "a b.py",
)  # fmt: skip


@pytest.fixture
def project(home: Path) -> Path:
    root = home / "project"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("needle\n")
    (root / ".gitignore").write_text("build/\n*.log\n")
    (root / "src/deep/.gitignore").write_text("!kept.log\n")
    (root / "dangling").symlink_to("nowhere")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


CASES = [
    ("*.py", [".hidden/d.py", "a b.py", "src/a.py", "src/deep/b.py"]),
    ("src/*.py", ["src/a.py"]),
    ("src/**/*.py", ["src/a.py", "src/deep/b.py"]),
    ("**/*.ts", ["src/deep/c.test.ts"]),
    ("*.{ts,md}", ["README.md", "src/deep/c.test.ts"]),
    ("readme.md", ["README.md"]),
    ("MAKEFILE", []),
    ("deep", ["src/deep/"]),
    ("*.log", ["src/deep/kept.log"]),
    ("[ab].py", ["src/a.py", "src/deep/b.py"]),
    ("[!a].py", [".hidden/d.py", "src/deep/b.py"]),
    ("dangling", ["dangling"]),
    ("config", []),
]


@pytest.mark.parametrize("with_fd", [True, False])
@pytest.mark.parametrize(("pattern", "found"), CASES)
def test_what_is_found_with_fd_and_without(
    project: Path, pattern: str, found: list[str], with_fd: bool
) -> None:
    program = need("fd", "fdfind") if with_fd else None
    [block] = find(pattern, project, program=program).content
    assert getattr(block, "text", "") == ("\n".join(found) or "No files found matching pattern")


@pytest.mark.parametrize("with_fd", [True, False])
def test_below_a_directory_of_the_repository(project: Path, with_fd: bool) -> None:
    program = need("fd", "fdfind") if with_fd else None
    [block] = find("*", project / "src", program=program).content
    assert getattr(block, "text", "").split("\n") == [
        "a.py", "deep/", "deep/.gitignore", "deep/b.py", "deep/c.test.ts", "deep/kept.log",
    ]  # fmt: skip


async def test_the_limit_is_told_only_when_there_is_more(project: Path) -> None:
    box = toolbox(project.parent)
    assert text(await call(box, project, "find", pattern="*.py", limit=4)).count("\n") == 3
    assert text(await call(box, project, "find", pattern="*.py", limit=2)) == (
        ".hidden/d.py\na b.py\n\n[2 results limit reached. Use limit=4 for more, or refine pattern]"
    )


async def test_a_path_that_is_not_there(project: Path) -> None:
    result = await call(toolbox(project.parent), project, "find", pattern="*", path="gone")
    assert text(result) == f"Path not found: {project}/gone"


def test_cancel_ends_it(project: Path) -> None:
    running = Running()
    running.stop.set()
    for program in (None, fd()):
        with pytest.raises(ToolFailed, match="Operation aborted"):
            find("*", project, running=running, program=program)
