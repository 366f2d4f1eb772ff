import json
from pathlib import Path

import pytest

from picode.resources.origin import Kind
from picode.resources.packages.manifest import files
from support.packages import SKILL, write

SKILLS = {f"skills/{name}/SKILL.md": SKILL.format(name=name) for name in ("one", "two")}
PROMPTS = {"prompts/a.md": "A", "prompts/b.md": "B", "prompts/deep/c.md": "C"}
THEMES = {"themes/night.json": "{}", "themes/notes.txt": ""}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write(tmp_path / "pkg", SKILLS | PROMPTS | THEMES | {"extra/SKILL.md": SKILL.format(name="extra")})


def named(package: Path, kind: Kind, wanted: list[str] | None = None) -> list[str]:
    return [str(file.relative_to(package)) for file in files(package, kind, wanted)]


def manifest(package: Path, **lists: list[str]) -> None:
    (package / "package.json").write_text(json.dumps({"name": "pkg", "pi": lists}))


def test_without_a_manifest_the_directories_count(package: Path) -> None:
    assert named(package, "skills") == ["skills/one/SKILL.md", "skills/two/SKILL.md"]
    assert named(package, "prompts") == ["prompts/a.md", "prompts/b.md"]
    assert named(package, "themes") == ["themes/night.json"]


def test_a_manifest_says_what_counts_and_nothing_else_does(package: Path) -> None:
    manifest(package, skills=["./extra"], prompts=["prompts/deep/c.md"])
    assert named(package, "skills") == ["extra/SKILL.md"]
    assert named(package, "prompts") == ["prompts/deep/c.md"]
    assert named(package, "themes") == []


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (["prompts/*.md"], ["prompts/a.md", "prompts/b.md"]),
        (["./prompts/*.md", "!prompts/a.md"], ["prompts/b.md"]),
        (["prompts", "!**/b.md"], ["prompts/a.md"]),
        (["prompts/**/*.md"], ["prompts/a.md", "prompts/b.md", "prompts/deep/c.md"]),
        (["prompts/?.md", "!prompts/*"], []),
        (["../outside"], []),
        (["/etc"], []),
    ],
)
def test_patterns_choose_and_leave_out(package: Path, entries: list[str], found: list[str]) -> None:
    write(package.parent, {"outside/x.md": "X"})
    manifest(package, prompts=entries)
    assert named(package, "prompts") == found


def test_a_pattern_of_skills_names_directories(package: Path) -> None:
    manifest(package, skills=["skills/*", "!skills/two"])
    assert named(package, "skills") == ["skills/one/SKILL.md"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], []),
        (["prompts/a.md"], ["prompts/a.md"]),
        (["!prompts/a.md"], ["prompts/b.md"]),
        (["-prompts/b.md"], ["prompts/a.md"]),
        (["+prompts/deep/c.md"], ["prompts/a.md", "prompts/b.md", "prompts/deep/c.md"]),
        (["!prompts/*", "+prompts/a.md"], ["prompts/a.md"]),
        (["+../../etc/passwd"], ["prompts/a.md", "prompts/b.md"]),
    ],
)
def test_the_settings_have_the_last_word(package: Path, wanted: list[str], found: list[str]) -> None:
    assert named(package, "prompts", wanted) == found


def test_a_python_project_says_it_in_its_own_file(package: Path) -> None:
    (package / "pyproject.toml").write_text('[tool.pi]\nskills = ["extra"]\n')
    assert named(package, "skills") == ["extra/SKILL.md"]
    assert named(package, "prompts") == []


def test_in_a_wheel_the_package_s_own_directory_counts(tmp_path: Path) -> None:
    root = write(
        tmp_path, {"pkg-1.0.dist-info/METADATA": "", **{f"pkg/{name}": text for name, text in SKILLS.items()}}
    )
    assert named(root, "skills") == ["pkg/skills/one/SKILL.md", "pkg/skills/two/SKILL.md"]


@pytest.mark.parametrize("text", ["{", "[]", '{"pi": 3}', "[" * 100_000, ""])
def test_a_broken_manifest_counts_as_none(package: Path, text: str) -> None:
    (package / "package.json").write_text(text)
    assert named(package, "prompts") == ["prompts/a.md", "prompts/b.md"]


def test_a_bundled_package_is_reached_through_its_path(package: Path) -> None:
    write(package, {"node_modules/other/skills/three/SKILL.md": SKILL.format(name="three")})
    manifest(package, skills=["skills", "node_modules/other/skills"])
    assert named(package, "skills")[-1] == "node_modules/other/skills/three/SKILL.md"


def test_a_link_does_not_lead_out(package: Path) -> None:
    write(package.parent, {"outside/SKILL.md": SKILL.format(name="outside")})
    (package / "linked").symlink_to(package.parent / "outside")
    manifest(package, skills=["linked"])
    assert named(package, "skills") == []
