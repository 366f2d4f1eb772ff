"""The theme in force, from the setting and from its file as it changes."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from picode import paths
from picode.errors import Missing
from picode.pane import lines
from picode.pane.theme import Given, Themed, theme_of
from picode.resources.themes import TOKENS
from support.daemon import Running
from support.model_server import ModelServer, say
from support.panes import MakePane, ready
from support.screen import Terminal

BOUND = 30.0


def write(file: Path, accent: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    colours = dict.fromkeys(TOKENS, "") | {"accent": accent, "mdCode": accent}
    file.with_suffix(".new").write_text(json.dumps({"name": file.stem, "colors": colours}))
    os.replace(file.with_suffix(".new"), file)  # as editors do
    return file


def colour_of(terminal: Terminal, word: str, last: bool = False) -> str:
    """The front colour of the first or last row's part that has the word in it."""
    rows = [row for row, line in enumerate(terminal.lines) if word in line]
    found = terminal.colours(80, range(rows[-1 if last else 0], rows[-1 if last else 0] + 1)) if rows else {}
    return next((pair[0] for pair, text in found.items() if word in text), "")


def choose(where: paths.Paths, name: str) -> None:
    where.config.mkdir(parents=True, exist_ok=True)
    where.settings.write_text(f'[pane]\ntheme = "{name}"\n')


class Heard:
    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._changed = asyncio.Event()

    def __call__(self, complaint: str) -> None:
        self.complaints.append(complaint)
        self._changed.set()

    async def next(self) -> str:
        async with asyncio.timeout(BOUND):
            await self._changed.wait()
        self._changed.clear()
        return self.complaints[-1]


@pytest.fixture
async def themed(where: paths.Paths, home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Themed]:
    monkeypatch.setattr(lines, "LOOK", lines.LOOK)
    monkeypatch.setenv("COLORTERM", "truecolor")
    found = Themed(theme_of(where, str(home)))
    yield found
    found.close()


async def test_by_default_it_is_the_terminal_s_and_nothing_is_told(themed: Themed) -> None:
    heard = Heard()
    before = lines.LOOK
    themed.begin(heard)
    assert (heard.complaints, lines.LOOK) == ([], before)


async def test_the_file_is_read_again_when_it_changes(themed: Themed, where: paths.Paths) -> None:
    file = write(where.config / "themes" / "night.json", "#111111")
    choose(where, "night")
    heard = Heard()
    themed.begin(heard)
    assert (await heard.next(), lines.LOOK.native["accent"]) == ("", "#111111")
    write(file, "#222222")
    while lines.LOOK.native["accent"] != "#222222":
        assert await heard.next() == ""


async def test_a_broken_one_is_told_and_the_colours_stay(themed: Themed, where: paths.Paths) -> None:
    file = write(where.config / "themes" / "night.json", "#111111")
    choose(where, "night")
    heard = Heard()
    themed.begin(heard)
    await heard.next()
    file.write_text("{")
    while not heard.complaints[-1]:
        await heard.next()
    assert "is no JSON" in heard.complaints[-1]
    assert lines.LOOK.native["accent"] == "#111111"
    write(file, "#333333")
    while lines.LOOK.native["accent"] != "#333333":
        await heard.next()


async def test_another_one_can_be_chosen(themed: Themed, where: paths.Paths) -> None:
    heard = Heard()
    choose(where, "nothing")
    themed.begin(heard)
    assert "There is no theme named 'nothing'." in await heard.next()
    choose(where, "dark")
    themed.reload()
    assert (await heard.next(), lines.LOOK.native["accent"]) == ("", "#7cc7d8")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (Given(), "night"),
        (Given("light"), "light"),
        (Given("", ("a.json",)), "a"),
        (Given("", ("a.json", "more")), "a"),
        (Given("b", ("a.json", "more")), "b"),
        (Given("", ("more",), True), "terminal"),
        (Given("b", ("more",), True), "b"),
    ],
)
def test_a_command_line_names_themes_or_leaves_all_others_out(
    given: Given, found: str, where: paths.Paths, home: Path
) -> None:
    write(where.config / "themes" / "night.json", "#111111")
    choose(where, "night")
    write(home / "a.json", "#111111")
    write(home / "more" / "b.json", "#111111")
    places = tuple(str(home / name) for name in given.places)
    assert theme_of(where, str(home), replace(given, places=places))().name == found


def test_a_theme_that_was_left_out_cannot_be_used(where: paths.Paths, home: Path) -> None:
    write(where.config / "themes" / "night.json", "#111111")
    with pytest.raises(Missing, match="There is no theme named 'night'"):
        theme_of(where, str(home), Given("night", (), True))()


@pytest.fixture
def night(where: paths.Paths, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package's theme, which is chosen."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    choose(where, "night")
    with where.settings.open("a") as settings:
        settings.write(f'[resources]\npackages = ["{home}/pkg"]\n')
    return write(home / "pkg" / "themes" / "night.json", "#ab1234")


def test_a_theme_of_a_package_and_its_change_are_seen_on_the_screen(
    night: Path, served: Running, pane: MakePane, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Take `one`."), say("Take `two`."))
    terminal = ready(pane())
    terminal.type("go\r")
    terminal.wait_for("Take one.", "idle")
    assert colour_of(terminal, "one") == "ab1234"
    write(night, "#12cd34")
    terminal.wait_until(
        lambda shown: colour_of(terminal, "❯", last=True) == "12cd34", "the prompt in another colour"
    )
    terminal.type("go on\r")
    terminal.wait_for("Take two.", "idle")
    assert (colour_of(terminal, "one"), colour_of(terminal, "two")) == ("ab1234", "12cd34")
