"""How editors are told to open a file at a line: a table, and which editor is the user's."""

import os
import shlex
import shutil
from collections.abc import Mapping

PLUS = ("+{line}", "{file}")
COLON = ("{file}:{line}:{column}",)
FORMS: dict[str, tuple[str, ...]] = {
    "vim": ("+call cursor({line},{column})", "{file}"),
    "nvim": ("+call cursor({line},{column})", "{file}"),
    "vi": PLUS,
    "gvim": ("+call cursor({line},{column})", "{file}"),
    "vis": PLUS,
    "emacs": ("+{line}:{column}", "{file}"),
    "emacsclient": ("+{line}:{column}", "{file}"),
    "mg": PLUS,
    "jed": PLUS,
    "joe": PLUS,
    "ne": PLUS,
    "nano": ("+{line},{column}", "{file}"),
    "pico": PLUS,
    "micro": ("+{line}:{column}", "{file}"),
    "kak": ("+{line}:{column}", "{file}"),
    "hx": COLON,
    "helix": COLON,
    "zed": COLON,
    "subl": COLON,
    "amp": COLON,
    "dte": ("+{line},{column}", "{file}"),
    "code": ("--goto", "{file}:{line}:{column}"),
    "codium": ("--goto", "{file}:{line}:{column}"),
    "cursor": ("--goto", "{file}:{line}:{column}"),
    "kate": ("--line", "{line}", "--column", "{column}", "{file}"),
    "mcedit": ("{file}:{line}",),
    "ed": ("{file}",),
}
"""By the program's name; one that is not here gets the file alone."""
ALIASES = {
    "vim.basic": "vim",
    "vim.tiny": "vi",
    "view": "vim",
    "nvim-qt": "nvim",
    "emacs-nox": "emacs",
    "code-insiders": "code",
}
USUAL = ("nano", "vim", "vi", "nvim", "emacs", "micro", "hx")
"""Tried in this order where neither VISUAL nor EDITOR says anything."""


def editor_of(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The user's editor with its own arguments; empty: none was found."""
    for name in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environ.get(name, ""))
        except ValueError:
            continue
        if words:
            return words
    path = environ.get("PATH")
    return next(([name] for name in USUAL if shutil.which(name, path=path)), [])


def kind_of(editor: list[str]) -> str:
    name = os.path.basename(editor[0]) if editor else ""
    return ALIASES.get(name, name)


def command(editor: list[str], file: str, line: int = 0, column: int = 0) -> list[str]:
    """What starts the editor on the file, which must be absolute: so its name cannot be an option."""
    form = FORMS.get(kind_of(editor)) if line > 0 else None
    parts = form or ("{file}",)
    values = {"file": file, "line": str(line), "column": str(max(1, column))}
    return [*editor, *(_filled(part, values) for part in parts)]


def _filled(part: str, values: Mapping[str, str]) -> str:
    # in one pass: a file's name may have braces
    out, rest = "", part
    while rest:
        before, brace, rest = rest.partition("{")
        name, _, rest = rest.partition("}") if brace else ("", "", "")
        out += before + (values[name] if brace else "")
    return out


def reference(text: str) -> tuple[str, int, int]:
    """`src/app.py:12:3` as file, line and column; 0: not said. A file that has such a name itself is that file."""
    if os.path.exists(text):
        return text, 0, 0
    file, found = text, list[int]()
    while len(found) < 2:
        head, colon, number = file.rpartition(":")
        if not (colon and head and number.isascii() and number.isdigit() and len(number) <= 9):
            break
        file = head
        found.insert(0, int(number))
    line, column = ([*found, 0, 0])[:2]
    return file, line, column
