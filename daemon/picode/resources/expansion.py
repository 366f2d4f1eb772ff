"""`/skill:name words` and `/name words` as the text that the model gets."""

from picode.errors import PicodeError, UsageError
from picode.resources.collection import Resources
from picode.resources.frontmatter import BrokenFrontmatter, split
from picode.resources.origin import read
from picode.resources.skills import Skill
from picode.resources.substitution import arguments, substitute

SKILL = "skill:"


def may_expand(text: str) -> bool:
    """Whether it is worth to look for resources."""
    return text.startswith("/") and len(text) > 1 and not text[1].isspace()


def expand(text: str, resources: Resources, skill_commands: bool = True) -> str:
    """The text as it is where it names no skill and no template. Raises UsageError, BadData."""
    if not may_expand(text):
        return text
    name, *rest = text[1:].split(maxsplit=1)
    words = rest[0].strip() if rest else ""
    if name.startswith(SKILL) and skill_commands:
        wanted = name.removeprefix(SKILL)
        skill = next((one for one in resources.skills if one.name == wanted), None)
        if skill is None:
            raise UsageError(f"There is no skill named {wanted!r}.", _names(resources))
        return _skill_text(skill, words)
    template = next((one for one in resources.templates if one.name == name), None)
    return substitute(template.text, arguments(words)) if template is not None else text


def _skill_text(skill: Skill, words: str) -> str:
    notices: list[str] = []
    text = read(skill.file, skill.origin, notices)
    if text is None:
        raise PicodeError(notices[0])
    try:
        body = split(text)[1]
    except BrokenFrontmatter:
        body = text
    block = (
        f'<skill name="{skill.name}" location="{skill.file}">\n'
        f"References are relative to {skill.directory}.\n\n{body.strip()}\n</skill>"
    )
    return f"{block}\n\n{words}" if words else block


def _names(resources: Resources) -> str:
    names = [skill.name for skill in resources.skills]
    return (
        f"There are {', '.join(names)}."
        if names
        else "There are no skills here; docs/customising.md tells where they go."
    )
