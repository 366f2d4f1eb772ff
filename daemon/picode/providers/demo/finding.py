"""What a rule says about a failed command, and how a table of rules is read."""

import re
import shlex
from dataclasses import dataclass

from picode.providers.demo.record import Record


@dataclass(frozen=True)
class Finding:
    """`fix` is a command that helps; `path` and `line` are where to look."""

    text: str
    fix: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True)
class Rule:
    """`pattern` is searched in the output, line by line; `says` and `fix` may use its groups by name.

    Groups are quoted for the shell in `fix`.
    """

    pattern: str
    says: str
    fix: str = ""


def first(rules: tuple[Rule, ...], record: Record) -> Finding | None:
    """What the first rule says whose pattern is in the output."""
    for rule in rules:
        if found := re.search(rule.pattern, record.output, re.MULTILINE):
            groups = {name: value or "" for name, value in found.groupdict().items()}
            quoted = {name: shlex.quote(value) for name, value in groups.items()}
            return Finding(rule.says.format(**groups), rule.fix.format(**quoted))
    return None
