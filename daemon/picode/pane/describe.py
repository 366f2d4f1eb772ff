"""Prints `docs/keys.md` from the pane's own tables: `python -m picode.pane.describe`."""

from picode.pane.actions import ACTIONS, ELSEWHERE, HEADINGS, ONLY_PI
from picode.pane.commands import COMMANDS, TYPED
from picode.pane.keymap import Keymap

HEAD = """# Commands and keys of the assistant

Printed by `python -m picode.pane.describe`; do not edit. What they are for: [pane.md](pane.md).

## Commands

The beginning of a name is enough.

| command | does |
|---|---|
"""
KEYS = """
## Keys

These are the defaults; `/hotkeys` shows those in force. `keybindings.json`, beside `config.toml`, gives an action other
keys, as pi's does: `{"app.editor.external": "ctrl+x", "app.session.tree": ["alt+t", "f4"]}`. A key that the file gives
to something does only that; an empty list leaves an action without a key; `/reload` reads the file anew. Actions with
pi's names do what they do in pi.
"""
TAIL = """
Keys that terminals do not tell apart cannot be bound: `ctrl+i` is Tab, `ctrl+m` is Enter, Ctrl with Shift and a letter
is Ctrl. Pi's keys for the model before (`shift+ctrl+p`) and the list of models (`ctrl+l`, which prints the screen anew
here) are therefore others. These actions of pi have no counterpart: """


def page() -> str:
    out = [HEAD]
    for name, one in COMMANDS.items():
        takes = f" {one.takes}".rstrip().replace("|", "\\|")
        out.append(f"| `/{name}{takes}` | {one.does} |\n")
    out += [f"| `{name}` | {does} |\n" for name, does in TYPED]
    out.append(KEYS)
    keymap = Keymap()
    for where, heading in HEADINGS.items():
        out.append(f"\n### {heading[:1].upper()}{heading[1:]}\n\n| key | does | action |\n|---|---|---|\n")
        for name, action in ACTIONS.items():
            if action.where == where:
                out.append(f"| {_keys(keymap, name)} | {action.does} | `{name}` |\n")
    out.append("\n### Elsewhere\n\n| key | does |\n|---|---|\n")
    out += [f"| `{key}` | {does} |\n" for key, does in ELSEWHERE]
    return "".join(out) + TAIL + ", ".join(f"`{name}`" for name in sorted(ONLY_PI)) + ".\n"


def _keys(keymap: Keymap, name: str) -> str:
    return ", ".join(f"`{key}`" for key in keymap.shown(name).split(", ") if key) or "none"


if __name__ == "__main__":
    print(page(), end="")
