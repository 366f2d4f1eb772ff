"""Themes in pi's form: `vars` and 51 colours, each `#rrggbb`, 0 to 255, the name of a var, or empty: the terminal's."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from picode.errors import BadData, Missing, PicodeError
from picode.resources.origin import Place, read

TOKENS = (
    "accent", "border", "borderAccent", "borderMuted", "success", "error", "warning", "muted", "dim", "text",
    "thinkingText", "selectedBg", "userMessageBg", "userMessageText", "customMessageBg", "customMessageText",
    "customMessageLabel", "toolPendingBg", "toolSuccessBg", "toolErrorBg", "toolTitle", "toolOutput", "mdHeading",
    "mdLink", "mdLinkUrl", "mdCode", "mdCodeBlock", "mdCodeBlockBorder", "mdQuote", "mdQuoteBorder", "mdHr",
    "mdListBullet", "toolDiffAdded", "toolDiffRemoved", "toolDiffContext", "syntaxComment", "syntaxKeyword",
    "syntaxFunction", "syntaxVariable", "syntaxString", "syntaxNumber", "syntaxType", "syntaxOperator",
    "syntaxPunctuation", "thinkingOff", "thinkingMinimal", "thinkingLow", "thinkingMedium", "thinkingHigh",
    "thinkingXhigh", "bashMode",
)  # fmt: skip
TERMINAL = "terminal"
BUILT_IN = (TERMINAL, "dark", "light")
HEX = re.compile(r"#[0-9a-fA-F]{6}")
DEEPEST = 16
"""Vars that may stand behind each other."""

Colour = str | int
"""`#rrggbb`, a number of the terminal's 256, or empty."""


@dataclass(frozen=True)
class Theme:
    name: str
    colours: dict[str, Colour]
    """Every token; empty for the theme `terminal`, whose colours are no theme's."""
    file: Path | None = None
    """Where it was read from; None: built in."""


def parse(text: str, origin: str) -> Theme:
    """Raises BadData with what is wrong, in one sentence. Unknown tokens are passed over."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadData(f"The theme {origin} is no JSON: {error}.") from None
    if not isinstance(given, dict) or not isinstance(given.get("colors"), dict):
        raise BadData(f"The theme {origin} has no colors.")
    name, colours, names = given.get("name"), given["colors"], given.get("vars", {})
    if not isinstance(name, str) or not name.strip() or not isinstance(names, dict):
        raise BadData(f"The theme {origin} has no name, or its vars are no object.")
    missing = [token for token in TOKENS if token not in colours]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise BadData(f"The theme {origin} lacks {', '.join(missing[:3])}{more}.")
    return Theme(name.strip(), {token: _resolved(token, colours[token], names, origin) for token in TOKENS})


def _resolved(token: str, value: Any, names: dict[str, Any], origin: str) -> Colour:
    for _ in range(DEEPEST):
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255:
            return value
        if not isinstance(value, str):
            break
        if not value or HEX.fullmatch(value):
            return value.lower()
        if value not in names:
            raise BadData(
                f"The theme {origin} gives {token} {value!r}, neither a colour nor one of its vars."
            )
        value = names[value]
    raise BadData(f"The theme {origin} gives {token} no colour: {value!r}.")


@cache
def built_in(name: str) -> Theme:
    """`terminal`, `dark` or `light`."""
    if name == TERMINAL:
        return Theme(TERMINAL, {})
    return parse((Path(__file__).parent / "themes_builtin" / f"{name}.json").read_text(), name)


def find(wanted: str, places: list[Place], cwd: Path) -> Theme:
    """A built-in one, a file, or the one of this name among the places. Raises Missing, BadData."""
    if wanted in BUILT_IN or not wanted:
        return built_in(wanted or TERMINAL)
    if wanted.endswith(".json") or "/" in wanted:
        return load(Path(os.path.abspath(cwd / os.path.expanduser(wanted))))
    broken = ""
    for file in theme_files(places):
        try:
            theme = load(file)
        except PicodeError as error:
            broken = error.message if file.stem == wanted else broken
            continue
        if wanted in (theme.name, file.stem):
            return theme
    if broken:
        raise BadData(broken)
    raise Missing(f"There is no theme named {wanted!r}.", f"There are {', '.join(names(places))}.")


def load(file: Path) -> Theme:
    """Raises BadData, Missing."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Missing(f"There is no theme {file}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"The theme {file} cannot be read: {error}.") from None
    found = parse(text, str(file))
    return Theme(found.name, found.colours, file)


def names(places: list[Place]) -> list[str]:
    """Of every theme that can be read, the built-in ones first."""
    out = list(BUILT_IN)
    for file in theme_files(places):
        try:
            out.append(load(file).name)
        except PicodeError:
            continue
    return list(dict.fromkeys(out))


def theme_files(places: list[Place]) -> Iterator[Path]:
    for place in places:
        found = [place.path] if place.path.is_file() else sorted(place.path.glob("*.json"))
        yield from (file for file in found if read(file, place.origin, []) is not None)
