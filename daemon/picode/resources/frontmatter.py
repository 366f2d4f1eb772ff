"""The YAML block at the top of a Markdown file, and what follows it."""

import re
from functools import lru_cache
from typing import Any

BLOCK = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class BrokenFrontmatter(ValueError):
    """What is wrong, as half a sentence."""


@lru_cache(maxsize=512)
def _parsed(block: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(block, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 2}: " if mark else ""
        raise BrokenFrontmatter(f"{line}{getattr(error, 'problem', None) or error}") from None
    except (ValueError, RecursionError) as error:  # a date that there is not; a thousand brackets
        raise BrokenFrontmatter(str(error)) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BrokenFrontmatter("it is no list of names and values")
    return {str(name): value for name, value in found.items()}


def split(text: str) -> tuple[dict[str, Any], str]:
    """(what the block says, the text behind it); without a block the whole text. Raises BrokenFrontmatter."""
    found = BLOCK.match(text)
    if found is None:
        return {}, text
    return _parsed(found[1]), text[found.end() :].strip("\n")


def words(value: object) -> str:
    """A value that is meant as text, on one line; empty for what is none."""
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
