"""A shell command taken apart, as far as permissions need it: which programs it runs, or that nobody can tell.

parts("git status && ls -l")    [["git", "status"], ["ls", "-l"]]
parts("echo $(rm -rf x)")       None
"""

import re

HIDDEN = re.compile(r"[`<>(){}#!]|\$['\"({\[]|\\\n")
"""Outside of quotes: redirections, substitutions, groups, comments: what they do is not told by words."""
HIDDEN_IN_QUOTES = re.compile(r"`|\$[({\[]")
SEPARATORS = ("&&", "||", ";", "|", "&", "\n")
_GRAMMAR = """
if then else elif fi for while until do done case esac in function select time coproc eval exec source . command builtin
trap alias
"""
RESERVED = frozenset(_GRAMMAR.split())


def parts(command: str) -> list[list[str]] | None:
    """The words of each simple command; None when something in it cannot be told by its words."""
    words: list[list[str]] = [[]]
    word: str | None = None
    at = 0
    while at < len(command):
        char = command[at]
        if char == "'":
            end = command.find("'", at + 1)
            if end == -1:
                return None
            word = (word or "") + command[at + 1 : end]
            at = end + 1
        elif char == '"':
            found = _double(command, at + 1)
            if found is None:
                return None
            text, at = found
            word = (word or "") + text
        elif HIDDEN.match(command, at):
            return None
        elif char == "\\":
            if at + 1 == len(command):
                return None
            word = (word or "") + command[at + 1]
            at += 2
        elif separator := next((one for one in SEPARATORS if command.startswith(one, at)), ""):
            _push(words, word)
            word = None
            words.append([])
            at += len(separator)
        elif char in " \t":
            _push(words, word)
            word = None
            at += 1
        else:
            word = (word or "") + char
            at += 1
    _push(words, word)
    found_parts = [part for part in words if part]
    return found_parts if found_parts and all(map(_plain, found_parts)) else None


def _push(words: list[list[str]], word: str | None) -> None:
    if word is not None:
        words[-1].append(word)


def _double(command: str, at: int) -> tuple[str, int] | None:
    """The text of a double-quoted string and where it ends; None when it hides a command or has no end."""
    text = ""
    while at < len(command):
        if command[at] == '"':
            return text, at + 1
        if HIDDEN_IN_QUOTES.match(command, at):
            return None
        if command[at] == "\\" and at + 1 < len(command):
            at += 1
        text += command[at]
        at += 1
    return None


def _plain(words: list[str]) -> bool:
    """Whether the first word is the program: no assignment, no variable, no word of the shell's own grammar."""
    first = words[0]
    return not ("=" in first or "$" in first or first in RESERVED or re.search(r"[*?\[~]", first))
