from pathlib import Path

import pytest

from picode.errors import UsageError
from picode.resources.collection import Resources
from picode.resources.expansion import expand
from picode.resources.origin import Origin, Place
from picode.resources.skills import load as load_skills
from picode.resources.templates import load as load_templates
from support.packages import write


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    write(tmp_path, {
        "skills/pdf/SKILL.md": "---\nname: pdf\ndescription: Reads them.\n---\n\n# PDF\n\nRun scripts/x.\n\n",
        "prompts/review.md": "---\ndescription: x\n---\nReview $1: ${@:2}.",
        "prompts/plain.md": "Be brief.",
    })  # fmt: skip

    def place(name: str) -> list[Place]:
        return [Place(tmp_path / name, Origin("user", "auto", tmp_path))]

    return Resources(load_skills(place("skills")).skills, load_templates(place("prompts")).templates)


def test_a_skill_becomes_its_text_with_the_words_behind_it(resources: Resources, tmp_path: Path) -> None:
    directory = tmp_path / "skills" / "pdf"
    block = (
        f'<skill name="pdf" location="{directory}/SKILL.md">\nReferences are relative to {directory}.\n\n'
        "# PDF\n\nRun scripts/x.\n</skill>"
    )
    assert expand("/skill:pdf", resources) == block
    assert expand("/skill:pdf   read a.pdf\nand b ", resources) == f"{block}\n\nread a.pdf\nand b"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/review a.py 'b c' d", "Review a.py: b c d."),
        ("/review", "Review : ."),
        ("/review\na.py b", "Review a.py: b."),
        ("/plain and more", "Be brief."),
        ("/nothing here", "/nothing here"),
        ("/usr/bin/x is there", "/usr/bin/x is there"),
        ("/", "/"),
        ("/ review", "/ review"),
        (" /review a", " /review a"),
        ("review a", "review a"),
        ("/Review a", "/Review a"),
        ("/review/x a", "/review/x a"),
    ],
)
def test_a_template_becomes_its_text_and_everything_else_stays(
    text: str, found: str, resources: Resources
) -> None:
    assert expand(text, resources) == found


def test_a_skill_that_there_is_not_is_told_with_those_that_there_are(resources: Resources) -> None:
    with pytest.raises(UsageError, match="There is no skill named 'pfd'. There are pdf."):
        expand("/skill:pfd", resources)


def test_the_commands_of_skills_can_be_switched_off(resources: Resources) -> None:
    assert expand("/skill:pdf", resources, skill_commands=False) == "/skill:pdf"
