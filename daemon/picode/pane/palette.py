"""From a theme's tokens to styles: the one place that knows how each of pi's 51 colours looks here.

A fragment's style is words: `bold`, a token of the theme (`mdCode`), or one of the terminal's colours, which stands for
the token that it is used for (`ansicyan` for `accent`). The theme `terminal` leaves every colour to the terminal.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from picode.resources.themes import TOKENS, Colour, Theme

ATTRIBUTES = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "reverse": "7", "strike": "9"}
ANSI = (
    "ansiblack", "ansired", "ansigreen", "ansiyellow", "ansiblue", "ansimagenta", "ansicyan", "ansigray",
    "ansibrightblack", "ansibrightred", "ansibrightgreen", "ansibrightyellow", "ansibrightblue", "ansibrightmagenta",
    "ansibrightcyan", "ansiwhite",
)  # fmt: skip
"""The terminal's own sixteen, as prompt_toolkit calls them."""
STANDS_FOR = {
    "ansicyan": "accent", "ansigreen": "success", "ansired": "error", "ansiyellow": "warning", "dim": "dim",
    "ansiblue": "syntaxFunction", "ansimagenta": "syntaxKeyword",
}  # fmt: skip
TERMINAL = {
    "accent": "ansicyan", "border": "dim", "borderAccent": "ansicyan", "borderMuted": "dim", "success": "ansigreen",
    "error": "ansired", "warning": "ansiyellow", "muted": "dim", "dim": "dim", "thinkingText": "dim",
    "selectedBg": "reverse", "userMessageText": "bold", "customMessageLabel": "ansimagenta",
    "mdHeading": "bold", "mdLink": "underline", "mdLinkUrl": "dim", "mdCode": "ansicyan", "mdCodeBlockBorder": "dim",
    "mdQuoteBorder": "dim", "mdHr": "dim", "toolDiffAdded": "ansigreen", "toolDiffRemoved": "ansired",
    "syntaxComment": "dim", "syntaxKeyword": "ansimagenta", "syntaxFunction": "ansiblue", "syntaxString": "ansigreen",
    "syntaxNumber": "ansiyellow", "syntaxType": "ansicyan", "thinkingOff": "dim", "thinkingMinimal": "dim",
    "thinkingLow": "dim", "thinkingMedium": "dim", "thinkingHigh": "dim", "thinkingXhigh": "dim",
}  # fmt: skip
"""Tokens that are not named here look as other text does."""
BESIDE = {"userMessageText": "bold", "mdHeading": "bold", "mdLink": "underline"}
"""What a token has besides a theme's colour."""


@dataclass(frozen=True)
class Palette:
    """`native`: a style's word in prompt_toolkit's words; `sgr`: its codes. What is not in them has no look."""

    native: Mapping[str, str] = field(default_factory=dict)
    sgr: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    """The codes of all other text."""


def palette(theme: Theme, true_colour: bool) -> Palette:
    """Pure."""
    own = _terminal() if not theme.colours else _themed(theme.colours, true_colour)
    native = {name: f"ansi{name[4:]}" for name in ANSI} | {name: name for name in ATTRIBUTES} | own
    if theme.colours:
        native |= {word: own[token] for word, token in STANDS_FOR.items()}
    sgr = {word: codes for word, style in native.items() if (codes := _codes(style))}
    base = own.get("text", "")
    return Palette(native, sgr, _codes(base))


def has_true_colour(environ: Mapping[str, str] = os.environ) -> bool:
    return environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")


def _terminal() -> dict[str, str]:
    return {token: TERMINAL.get(token, "") for token in TOKENS}


def _themed(colours: Mapping[str, Colour], true_colour: bool) -> dict[str, str]:
    out = {}
    for token in TOKENS:
        colour = _name(colours[token], true_colour)
        ground = "bg:" if token.endswith("Bg") else ""
        if token == "selectedBg" and not colour:
            out[token] = "reverse"
        else:
            out[token] = (
                f"{ground}{colour} {BESIDE.get(token, '')}".strip() if colour else BESIDE.get(token, "")
            )
    return out


def _name(colour: Colour, true_colour: bool) -> str:
    """A colour in prompt_toolkit's words; empty: the terminal's own."""
    if isinstance(colour, int):
        return ANSI[colour] if colour < 16 else _hex(colour)
    if not colour:
        return ""
    return colour if true_colour else _hex(nearest(colour))


def _codes(style: str) -> str:
    return ";".join(filter(None, map(_code, style.split())))


def _code(word: str) -> str:
    if word in ATTRIBUTES:
        return ATTRIBUTES[word]
    back, name = word.startswith("bg:"), word.removeprefix("bg:")
    if name in ANSI:
        at = ANSI.index(name)
        return str((30 if at < 8 else 82) + at + (10 if back else 0))
    if name.startswith("#"):
        ground = 48 if back else 38
        index = INDEX.get(name)
        if index is not None:
            return f"{ground};5;{index}"
        return f"{ground};2;{int(name[1:3], 16)};{int(name[3:5], 16)};{int(name[5:7], 16)}"
    return ""


LEVELS = (0, 95, 135, 175, 215, 255)


def _rgb(index: int) -> tuple[int, int, int]:
    """Of the 240 colours behind the first sixteen: a cube of 6x6x6, and greys."""
    if index >= 232:
        grey = 8 + 10 * (index - 232)
        return grey, grey, grey
    at = index - 16
    return LEVELS[at // 36], LEVELS[at // 6 % 6], LEVELS[at % 6]


def _hex(index: int) -> str:
    red, green, blue = _rgb(index)
    return f"#{red:02x}{green:02x}{blue:02x}"


INDEX = {_hex(index): index for index in range(255, 15, -1)}


def nearest(colour: str) -> int:
    """The one of the 240 that comes closest to `#rrggbb`."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))

    def distance(index: int) -> int:
        other = _rgb(index)
        return (other[0] - red) ** 2 * 3 + (other[1] - green) ** 2 * 6 + (other[2] - blue) ** 2

    return min(range(16, 256), key=distance)
