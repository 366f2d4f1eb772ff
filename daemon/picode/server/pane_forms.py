"""In which words a layout has to name the panes that are there, so that Zellij arranges them and starts no others.

Zellij takes a pane for the layout's only when both would start the same: program, arguments, directory, and whether it
waits for Enter. The first tab of a session has its panes as the layout names them; a tab that was added from inside
has a directory with each; and after a resurrection an assistant is what its process was called, and waits.
"""

import os
import re
from collections.abc import Callable
from typing import Any

from picode.installation.kdl import quote

Pane = dict[str, Any]
ASSISTANT = re.compile(
    r'(?P<pane>pane [^\n{]*name="assistant"[^\n{]*) command=(?P<program>"(?:[^"\\]|\\.)*")(?P<rest>[^\n{]*)'
    r"\{\s*args (?P<arguments>[^\n}]*?)\s*\}"
)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def forms(text: str, panes: list[Pane], own: str, cwd: str, began: Callable[[str], str]) -> list[str]:
    """`text` in each of the three ways, the likeliest first. `own`: the assistant's pane, which began in `cwd` (a busy
    Zellij does not say where); `began`: in which directory the shell of a pane began, where that is known."""
    assistant = next((pane for pane in panes if _is(pane, own)), None)
    directory = str((assistant or {}).get("pane_cwd") or cwd)
    if assistant is None or not directory:
        return [text]
    shell = next((pane for pane in of_tab(panes, own) if title(pane) == "terminal"), {})
    first = (shell and began(str(shell["id"]))) or directory
    plain, inside = text, _in_directory(text, directory)
    revived = _revived(_in_directory(text, directory, first), str(assistant.get("terminal_command") or ""))
    if assistant.get("terminal_command") != _command(text):
        found = [revived, inside, plain]
    else:
        found = [plain, inside, revived] if assistant.get("tab_id") == 0 else [inside, plain, revived]
    return list(dict.fromkeys(found))


def doubled(before: list[Pane], after: list[Pane], own: str) -> list[int]:
    """Panes that Zellij has started although the tab has one of their names; of two diffs the older, as nobody misses
    that."""
    old = {pane["id"]: title(pane) for pane in of_tab(before, own)}
    new = {pane["id"]: title(pane) for pane in of_tab(after, own) if pane["id"] not in old}
    found = [id_ for id_, name in new.items() if name in old.values() and name != "diff"]
    if "diff" in new.values():
        found += [id_ for id_, name in old.items() if name == "diff"]
    return found


def of_tab(panes: list[Pane], own: str) -> list[Pane]:
    """The terminal panes of the tab in which `own` is."""
    tabs = [pane.get("tab_id") for pane in panes if _is(pane, own)]
    return [pane for pane in panes if pane.get("tab_id") in tabs and not pane.get("is_plugin")]


def title(pane: Pane) -> str:
    """Without what Zellij says of an exit status."""
    return str(pane.get("title")).split(" ", 1)[0]


def first_directory(pid: int) -> str:
    """Where the process began, as far as its environment tells (Linux); empty: not known."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            found = [one[4:] for one in file.read().split(b"\0") if one.startswith(b"PWD=")]
    except OSError:
        return ""
    return os.fsdecode(found[-1]) if found else ""


def _is(pane: Pane, own: str) -> bool:
    return not pane.get("is_plugin") and str(pane.get("id")) == own


def _in_directory(text: str, directory: str, shell: str = "") -> str:
    """With the directory that Zellij gives to each pane; `shell`: the terminal's own."""
    if shell and shell != directory:
        text = text.replace('name="terminal"', f'name="terminal" cwd={quote(shell)}', 1)
    return re.sub(
        r"^layout \{", lambda found: f"{found[0]}\n    cwd {quote(directory)}", text, count=1, flags=re.M
    )


def _revived(text: str, command: str) -> str:
    """With an assistant that was started by Enter. `command`: its words, with blanks between."""

    def one(found: re.Match[str]) -> str:
        words = [_word(found["program"]), *_words(found["arguments"])]
        if " ".join(words) != command:
            words = _split(command, words)
        program, *arguments = map(quote, words)
        inner = f"args {' '.join(arguments)}\n                start_suspended true"
        return f"{found['pane']} command={program}{found['rest']}{{\n                {inner}\n            }}"

    return ASSISTANT.sub(one, text)


def _split(command: str, known: list[str]) -> list[str]:
    """The words of a process's title: those of the layout at the end, and before them an interpreter."""
    end = " ".join(known)
    if command.endswith(f" {end}"):
        return [command[: -len(end) - 1], *known]
    return command.split(" ")


def _command(text: str) -> str:
    """What the layout's assistant runs, as Zellij lists it."""
    found = ASSISTANT.search(text)
    return " ".join([_word(found["program"]), *_words(found["arguments"])]) if found else ""


def _words(text: str) -> list[str]:
    return [_word(found[0]) for found in STRING.finditer(text)]


def _word(quoted: str) -> str:
    return quoted[1:-1].replace('\\"', '"').replace("\\\\", "\\")
