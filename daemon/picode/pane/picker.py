"""A list to choose from, that narrows while one types: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from picode.pane.fuzzy import fitting
from picode.pane.lines import Line

Kind = Literal[
    "conversation", "model", "layout", "thinking", "reference", "tree", "summary", "fork", "login", "logout",
    "settings", "value", "scoped", "dialog",
]  # fmt: skip
PREVIEWED = frozenset(("conversation", "tree", "fork"))
"""Lists whose choices are looked up for a preview."""


@dataclass(frozen=True)
class Choice:
    """One row: everything in it is harmless."""

    value: str
    text: str
    lead: str = ""
    """What stands before it and is not searched: a tree's lines."""
    note: str = ""
    """Dim, behind it; searched as well."""
    style: str = ""
    mark: str = ""
    """One column in front."""
    preview: str = ""
    """What is told of it when it is the current one."""


@dataclass(frozen=True)
class Picker:
    kind: Kind
    title: str
    choices: tuple[Choice, ...]
    """Those that the list's own switch (`view`) lets through; at the end what a search found."""
    query: str = ""
    at: int = 0
    """The current one among those that fit."""
    fits: tuple[int, ...] = ()
    """Places in `choices`, best first."""
    serial: int = 0
    """Another one for each list that was opened."""
    subject: str = ""
    """What the choice is for: the setting, the entry."""
    leaf: str = ""
    """Of a tree: where the conversation is."""
    view: str = ""
    """Which of its views a list shows: the tree's filter, the scope of the conversations."""
    source: tuple[Any, ...] = ()
    """What the choices of every view are made from: conversations, nodes, chosen models."""
    own: int = -1
    """How many of the choices are not of a search; -1: all."""
    peeked: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    """Previews that came, by value."""
    peeking: str = ""
    """The value whose preview was asked for."""
    searching: str = ""
    """The words that are looked for in all conversations."""
    searched: str = ""
    """Those that were."""

    @property
    def current(self) -> Choice | None:
        return self.choices[self.fits[self.at]] if self.fits else None


def picker(kind: Kind, title: str, choices: Iterable[Choice], current: str = "", subject: str = "") -> Picker:
    """A list with nothing typed; `current`: the value to begin at."""
    return at_value(filtered(Picker(kind, title, tuple(choices), subject=subject), ""), current)


def is_command(query: str) -> bool:
    """What is typed is a slash command: nothing in a list is meant by it."""
    return query.startswith("/")


def filtered(one: Picker, query: str) -> Picker:
    """The list with this typed; the best stands first, and nothing typed keeps the current one."""
    current = one.current
    if one.own >= 0:
        one = replace(one, choices=one.choices[: one.own], own=-1, fits=(), at=0)
    if is_command(query):
        return replace(one, query=query, fits=(), at=0)
    fits = tuple(fitting(query, [f"{choice.text} {choice.note}" for choice in one.choices]))
    found = replace(one, query=query, fits=fits, at=0)
    return at_value(found, current.value) if current and not query.strip() else found


def with_choices(one: Picker, choices: tuple[Choice, ...]) -> Picker:
    """Other choices under what is typed; the current one stays, if it is there."""
    current = one.current
    found = filtered(replace(one, choices=choices, own=-1, fits=(), at=0), one.query)
    return at_value(found, current.value) if current else found


def with_found(one: Picker, found: Iterable[Choice]) -> Picker:
    """The list with what a search found besides, behind what fits."""
    there = {one.choices[place].value for place in one.fits}
    fresh = {choice.value: choice for choice in found if choice.value not in there}
    own = len(one.choices) if one.own < 0 else one.own
    choices = (*one.choices[:own], *fresh.values())
    fits = (*(place for place in one.fits if place < own), *range(own, len(choices)))
    return replace(one, choices=choices, own=own, fits=fits)


def at_value(one: Picker, value: str) -> Picker:
    places = [at for at, place in enumerate(one.fits) if one.choices[place].value == value]
    return replace(one, at=places[0]) if places else one


def moved(one: Picker, action: str, page: int) -> Picker:
    """After an arrow, a page, Home or End. Arrows go round."""
    count = len(one.fits)
    if not count:
        return one
    match action:
        case "tui.select.up":
            at = (one.at - 1) % count
        case "tui.select.down":
            at = (one.at + 1) % count
        case "tui.select.pageUp":
            at = max(0, one.at - page)
        case "tui.select.pageDown":
            at = min(count - 1, one.at + page)
        case "tui.select.first":
            at = 0
        case _:
            at = count - 1
    return replace(one, at=at)
