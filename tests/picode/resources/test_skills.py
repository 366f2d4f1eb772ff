import os
from pathlib import Path

import pytest

from picode.resources.origin import Origin, Place
from picode.resources.skills import Skills, load, skill_files, told
from support.packages import SKILL, write


def place(path: Path, scope: str = "user", loose: bool = True, base: Path | None = None) -> Place:
    return Place(path, Origin(scope, "auto", base or path), loose)  # type: ignore[arg-type]


def skill(name: str, more: str = "") -> str:
    return f"---\nname: {name}\ndescription: What it is for.\n{more}---\nDo it.\n"


def names(found: Skills) -> list[str]:
    return [one.name for one in found.skills]


def test_directories_with_a_skill_are_found_below_each_other_but_not_in_one(tmp_path: Path) -> None:
    write(tmp_path, {
        "a/SKILL.md": skill("a"), "a/inner/SKILL.md": skill("inner"), "group/deep/b/SKILL.md": skill("b"),
        "c.md": skill("c"), "group/d.md": skill("d"), ".hidden/SKILL.md": skill("h"),
        "node_modules/n/SKILL.md": skill("n"), "notes.txt": "x",
    })  # fmt: skip
    assert names(load([place(tmp_path)])) == ["a", "c", "b"]
    assert names(load([place(tmp_path, loose=False)])) == ["a", "b"]


def test_a_place_may_be_a_skill_itself_or_a_file(tmp_path: Path) -> None:
    write(tmp_path, {"a/SKILL.md": skill("a"), "a/x/SKILL.md": skill("x"), "b.md": skill("b")})
    assert names(load([place(tmp_path / "a"), place(tmp_path / "b.md"), place(tmp_path / "gone")])) == [
        "a",
        "b",
    ]


@pytest.mark.parametrize("file", [".gitignore", ".ignore", ".fdignore"])
def test_what_is_ignored_is_no_skill(tmp_path: Path, file: str) -> None:
    write(
        tmp_path,
        {
            "a/SKILL.md": skill("a"),
            "b/SKILL.md": skill("b"),
            "g/c/SKILL.md": skill("c"),
            file: "b/\n",
            f"g/{file}": "c\n",
        },
    )
    assert names(load([place(tmp_path)])) == ["a"]


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    write(tmp_path, {"real/a/SKILL.md": skill("a"), "place/x/y": ""})
    (tmp_path / "place" / "linked").symlink_to(tmp_path / "real" / "a")
    (tmp_path / "place" / "x" / "up").symlink_to(tmp_path / "place")
    found = load([place(tmp_path / "place"), place(tmp_path / "real")])
    assert names(found) == ["a"]
    assert [one for one in found.notices if "two skills" in one] == []


def test_of_two_with_one_name_the_first_counts_and_it_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"one/a/SKILL.md": skill("a"), "two/a/SKILL.md": skill("a")})
    found = load([place(tmp_path / "one"), place(tmp_path / "two")])
    assert [one.file for one in found.skills] == [tmp_path / "one" / "a" / "SKILL.md"]
    assert "There are two skills named a" in found.notices[0]


@pytest.mark.parametrize(
    ("text", "directory", "complaint"),
    [
        (skill("other"), "a", "its name 'other' is not that of its directory, 'a'"),
        (skill("Big"), "Big", "is not made of a-z"),
        (skill("a_b"), "a_b", "is not made of a-z"),
        (skill("-a"), "-a", "is not made of a-z"),
        (skill("a--b"), "a--b", "is not made of a-z"),
        (skill("a" * 65), "a" * 65, "its name is longer than 64 characters"),
        (f"---\ndescription: {'x' * 1025}\n---\n", "a", "its description is longer than 1024 characters"),
    ],
)  # fmt: skip
def test_what_the_standard_forbids_is_told_and_taken(
    tmp_path: Path, text: str, directory: str, complaint: str
) -> None:
    write(tmp_path, {f"{directory}/SKILL.md": text})
    found = load([place(tmp_path)])
    assert len(found.skills) == 1
    assert complaint in found.notices[0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("---\nname: a\n---\nDo.", "has no description"),
        ("no first lines", "has no description"),
        ("---\nname: a\ndescription: '  '\n---\n", "has no description"),
        ("---\nname: a\ndescription: use when: x\n---\n", "cannot be read: line 3"),
        ("x" * 300_000, "longer than 256 KB"),
    ],
)
def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path, text: str, complaint: str) -> None:
    write(tmp_path, {"a/SKILL.md": text})
    found = load([place(tmp_path)])
    assert found.skills == []
    assert complaint in found.notices[0]


def test_a_text_that_lies_beside_the_skills_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "# Hello"})
    assert load([place(tmp_path)]) == Skills()


def test_the_name_is_the_directory_s_where_none_is_given(tmp_path: Path) -> None:
    write(tmp_path, {"a/SKILL.md": "---\ndescription: x\n---\n", "b.md": "---\ndescription: y\n---\n"})
    assert names(load([place(tmp_path)])) == ["a", "b"]


def test_a_byte_order_mark_and_other_line_ends_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "SKILL.md").write_bytes(b"\xef\xbb\xbf" + skill("a").replace("\n", "\r\n").encode())
    assert names(load([place(tmp_path)])) == ["a"]


def test_a_project_cannot_lead_out_of_itself(tmp_path: Path) -> None:
    write(tmp_path, {"outside/SKILL.md": skill("outside"), "project/.pi/skills/x": ""})
    (tmp_path / "project" / ".pi" / "skills" / "outside").symlink_to(tmp_path / "outside")
    found = load([place(tmp_path / "project" / ".pi" / "skills", "project", base=tmp_path / "project")])
    assert found.skills == []
    assert "leads out of the project" in found.notices[0]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a.md")
    assert load([place(tmp_path)]).skills == []


def test_the_model_is_told_names_descriptions_and_files(tmp_path: Path) -> None:
    write(tmp_path, {
        "a/SKILL.md": "---\ndescription: Use <this> & \"that\".\n---\n",
        "b/SKILL.md": "---\ndescription: Not for you.\ndisable-model-invocation: true\n---\n",
    })  # fmt: skip
    found = load([place(tmp_path)])
    text = told(found.skills)
    assert (
        "<available_skills>\n  <skill>\n    <name>a</name>\n"
        "    <description>Use &lt;this&gt; &amp; &quot;that&quot;.</description>\n"
        f"    <location>{tmp_path}/a/SKILL.md</location>\n  </skill>\n</available_skills>"
    ) in text
    assert names(found) == ["a", "b"]
    assert "Not for you" not in text
    assert told(found.skills[1:]) == ""


def test_a_huge_tree_is_looked_at_for_a_while_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("picode.resources.skills.MOST_DIRECTORIES", 3)
    write(tmp_path, {f"{number}/SKILL.md": SKILL.format(name=number) for number in range(9)})
    assert len(list(skill_files(tmp_path, True))) == 3
