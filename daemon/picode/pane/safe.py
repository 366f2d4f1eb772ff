"""Text of models, tools and commands, made harmless: nothing of it reaches the terminal as a control sequence."""

import re

# complete sequences say nothing that a person would read: CSI, OSC and other strings, two-byte escapes
SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)|\x9b[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-Z\\^-~]"
)
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters that look like nothing."""
DROPPED = frozenset("\r\u00ad\u200b\u2060\ufeff")


def safe(text: str) -> str:
    """`text` with line feeds and tabs as its only controls; what could hide or reorder text becomes visible."""
    if not HIDDEN.search(text):
        return text
    return HIDDEN.sub(_visible, SEQUENCES.sub("", text))


def safe_line(text: str) -> str:
    """`safe`, on one line."""
    return " ".join(safe(text).split())


def exact(text: str) -> str:
    """`text` with everything in it visible, nothing left out: for what somebody is to decide about."""
    return "".join(char if char in "\n\t" or _is_seen(char) else _shown(char) for char in text)


def _is_seen(char: str) -> bool:
    return char.isprintable() and char not in BLANK


def _shown(char: str) -> str:
    if char == "\x7f":
        return "\u2421"
    return chr(0x2400 + ord(char)) if char < " " else f"<U+{ord(char):04X}>"


def _visible(found: "re.Match[str]") -> str:
    char = found[0]
    if char in DROPPED:
        return ""
    if char in "\u2028\u2029":
        return "\n"
    if char == "\x7f":
        return "\u2421"
    # the control pictures lie in the order of the controls
    return chr(0x2400 + ord(char)) if ord(char) < 0x20 else "\N{REPLACEMENT CHARACTER}"
