"""Which keys do what: the defaults, and what `keybindings.json` says instead.

The file is pi's: a JSON object of action to a key or a list of keys, `{"app.editor.external": "ctrl+x"}`; an empty list
takes an action's keys away. Its mistakes are told in sentences, and the rest of it counts.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from picode.pane.actions import ACTIONS, OLD_NAMES, ONLY_PI, Where

NAMED = {
    "escape": "escape", "esc": "escape", "enter": "enter", "return": "enter", "tab": "tab", "space": " ",
    "backspace": "c-h", "delete": "delete", "insert": "insert", "home": "home", "end": "end", "pageup": "pageup",
    "pagedown": "pagedown", "up": "up", "down": "down", "left": "left", "right": "right",
    **{f"f{number}": f"f{number}" for number in range(1, 13)},
}  # fmt: skip
"""A key in the file, and prompt_toolkit's name for it."""
MOVING = frozenset(("delete", "insert", "home", "end", "pageup", "pagedown", "up", "down", "left", "right"))
"""Those that a terminal tells apart with Ctrl and with Shift."""
CONTROLS = {
    "-": "c-_",
    "_": "c-_",
    "]": "c-]",
    "\\": "c-\\",
    "^": "c-^",
    "space": "c-@",
    "enter": "c-j",
    "[": "escape",
}
SHIFT_ENTER = "c-f24"
"""What `shift+enter` is bound to: a key that nobody has; `input` takes what terminals send, when they are told to."""
WORDS = {"ctrl": "Ctrl", "alt": "Alt", "shift": "Shift", "escape": "Esc", "esc": "Esc", "pageup": "PageUp",
         "pagedown": "PageDown"}  # fmt: skip
PLUS = re.compile(r"\+(?=.)")


@dataclass(frozen=True)
class Keymap:
    """`keys`: of every action; `changed`: the actions that the file names; `faults`: what is wrong with the file."""

    keys: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {name: one.keys for name, one in ACTIONS.items()}
    )
    changed: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()

    def shown(self, action: str) -> str:
        """Its keys in a person's words; empty: it has none."""
        return ", ".join(in_words(key) for key in self.keys[action])


def load(file: Path) -> Keymap:
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Keymap()
    except (OSError, UnicodeDecodeError) as error:
        return Keymap(faults=(f"{file} cannot be read: {error}.",))
    return parse(text, str(file))


def parse(text: str, name: str = "keybindings.json") -> Keymap:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Keymap(faults=(f"{name} is no JSON: {error}. The default keys are in force.",))
    if not isinstance(given, dict):
        return Keymap(faults=(f"{name} is no object of actions and keys. The default keys are in force.",))
    keys, changed, faults = dict(Keymap().keys), set[str](), list[str]()
    for said, value in given.items():
        action = OLD_NAMES.get(said, said) if "." not in said else said
        listed = [value] if isinstance(value, str) else value
        if action in ONLY_PI or (action != said and action in given):
            continue
        if action not in ACTIONS:
            faults.append(f"{name}: there is no action {said!r}.")
        elif not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
            faults.append(f"{name}: {said} takes a key or a list of keys.")
        else:
            bad = [key for key in listed if sequence(key) is None]
            faults += [f"{name}: {said}: no terminal tells the key {key!r}." for key in bad]
            if len(bad) < len(listed) or not listed:
                keys[action] = tuple(dict.fromkeys(key for key in listed if key not in bad))
                changed.add(action)
    for action in set(keys) - changed:
        # a key that the file gives to something else does only that
        taken = {key for other in changed if _meet(action, other) for key in map(sequence, keys[other])}
        keys[action] = tuple(key for key in keys[action] if sequence(key) not in taken)
    return Keymap(keys, frozenset(changed), (*faults, *_conflicts(name, keys, changed)))


def _meet(one: str, other: str) -> bool:
    """Whether both can be meant by a key at the same moment."""
    if "app.exit" in (one, other):
        return False  # it counts where there is nothing to edit
    first, second = ACTIONS[one].where, ACTIONS[other].where
    return first == second or ("input" not in (first, second) and "list" in (first, second))


def _conflicts(name: str, keys: dict[str, tuple[str, ...]], changed: set[str]) -> list[str]:
    owners: dict[tuple[Where, tuple[str, ...]], str] = {}
    found = []
    for action in sorted(changed):
        for key in keys[action]:
            place = (ACTIONS[action].where, sequence(key) or ())
            if owners.get(place, action) != action:
                found.append(f"{name}: {key} is given to {owners[place]} and to {action}; the latter has it.")
            owners[place] = action
    return found


def sequence(key: str) -> tuple[str, ...] | None:
    """prompt_toolkit's names for `ctrl+alt+x`; None when a terminal cannot tell it from another key."""
    *modifiers, last = PLUS.split(key)
    held = {modifier.lower() for modifier in modifiers}
    if not held <= {"ctrl", "alt", "shift"} or not last:
        return None
    before = ("escape",) if "alt" in held else ()
    found = _single(last, "ctrl" in held, "shift" in held)
    return (*before, found) if found else None


def _single(key: str, ctrl: bool, shift: bool) -> str:  # noqa: PLR0911
    low = key.lower()
    named = NAMED.get(low, "")
    if low in MOVING:
        return ("c-" if ctrl else "") + ("s-" if shift else "") + named
    if low == "tab" and shift and not ctrl:
        return "s-tab"
    if low == "enter" and shift and not ctrl:
        return SHIFT_ENTER
    if ctrl and not shift:
        if len(low) == 1 and low.isascii() and low.isalpha():
            # these are what Tab, Enter and Backspace send
            return f"c-{low}" if low not in "im" else ""
        return CONTROLS.get(low, "")
    if ctrl or (shift and named):
        return ""
    if named:
        return named
    if len(key) != 1 or not key.isprintable():
        return ""
    return key.upper() if shift else key


def in_words(key: str) -> str:
    """`ctrl+alt+x` as Ctrl-Alt-X"""
    parts = PLUS.split(key)
    return "-".join(WORDS.get(part.lower(), part.upper() if len(part) == 1 else part[:1].upper() + part[1:])
                    for part in parts)  # fmt: skip
