"""The pages tell the truth where a program can hold it: links, commands, options, keys of the pane, variables."""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from picode.cli.main import COMMANDS
from picode.config.layers import names
from picode.pane.commands import COMMANDS as SLASH_COMMANDS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```.*?^```|(?:^ {4}\S[^\n]*\n?)+", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[\s(])picode(?= |$)([^|`]*)", re.MULTILINE)
OPTION = re.compile(r"(?<=[\s(])--?[a-z][a-z-]*")
SLASH = re.compile(r"^/([a-z-]+)\b(?!/)")
VARIABLE = re.compile(r"PICODE_[A-Z_]*[A-Z]")
SOURCE = re.compile(r"[\w/.-]+/[\w.-]+\.(?:py|rs|bash|kdl|md|toml|json|wasm)")


def by_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def links(page: Path) -> Iterator[str]:
    for target in LINK.findall(BLOCK.sub("", page.read_text())):
        if not re.match(r"[a-z]+:|#", target):
            yield target.partition("#")[0]


def code(page: Path) -> Iterator[str]:
    """What stands in code: spans, and the lines of blocks."""
    text = page.read_text()
    for block in BLOCK.findall(text):
        if "│" in block:  # a picture of a screen
            continue
        yield from (line.partition("  #")[0] for line in block.splitlines())
    yield from CODE.findall(BLOCK.sub("", text))


def commands(page: Path) -> Iterator[list[str]]:
    """The words behind `picode`, for each time that it is run."""
    for text in code(page):
        for words in COMMAND.findall(text):
            yield words.split()


@cache
def sources() -> str:
    files = (
        path
        for folder in ("daemon", "shell", "tests/support")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".bash", ".zsh", ".fish")
    )
    return "\n".join(path.read_text() for path in files)


@cache
def options(command: str) -> str:
    """The source that makes the options of a command; of `picode` alone, those of a question and of the pane."""
    files = [command] if command in COMMANDS else ["main", "print_mode", "chat"]
    files += ["options", "wishes"] * (command in ("", "chat", "acp"))
    return "".join((ROOT / "daemon/picode/cli" / f"{file}.py").read_text() for file in files)


def test_every_page_is_linked_from_another() -> None:
    linked = {(page.parent / target).resolve() for page in PAGES for target in links(page)}
    assert [by_name(page) for page in PAGES if page != README and page not in linked] == []


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_command_and_option_exists(page: Path) -> None:
    for words in commands(page):
        name = words[0] if words and not words[0].startswith("-") else ""
        assert not name or name in COMMANDS, f"picode {name}"
        for option in OPTION.findall(" " + " ".join(words)):
            known = option in ("--help", "-h") or f'"{option}"' in options(name)
            assert known, f"picode {' '.join(words)}: {option}"


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_slash_command_exists(page: Path) -> None:
    named = {found[1] for text in code(page) if (found := SLASH.match(text))}
    # a directory of the plugin's, the word for all of them, and what a person brings along
    assert named - {"cache", "commands", "skill", "review"} <= set(SLASH_COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_variable_exists(page: Path) -> None:
    of_settings = {"PICODE_" + name.upper().replace(".", "_") for name in names()}
    named = set(VARIABLE.findall(page.read_text())) - of_settings
    known = set(VARIABLE.findall(sources()))
    assert named <= known, named - known


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_setting_exists(page: Path) -> None:
    sections = {name.partition(".")[0] for name in names()}
    setting = re.compile(rf"(?:{'|'.join(sections)})\.[a-z_]+")
    named = {text for text in code(page) if setting.fullmatch(text)} - {"models.json"}
    assert named <= set(names())


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_source_file_that_is_named_is_there(page: Path) -> None:
    places = [ROOT, ROOT / "daemon" / "picode"]
    written_later = ("zellij-plugin/picode.wasm",)
    named = {text for text in code(page) if SOURCE.fullmatch(text) and not text.startswith(("~", ".", "/"))}
    missing = [name for name in named if not any(os.path.exists(place / name) for place in places)]
    assert [name for name in missing if name not in written_later] == []


def test_every_decision_has_a_number_of_its_own_and_is_listed() -> None:
    decisions = ROOT / "docs" / "decisions"
    pages = sorted(page.name for page in decisions.glob("[0-9]*.md"))
    assert len({name[:4] for name in pages}) == len(pages)
    assert re.findall(r"\]\((\d[^)]+)\)", (decisions / "README.md").read_text()) == pages
