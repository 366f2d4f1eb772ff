"""The note under a list that was cut: why, and what to do."""

from typing import Any

from picode.tools.base import Outcome, said
from picode.tools.truncate import MOST_BYTES, head, shown_size

NO_LIMIT = 2**53 - 1
"""How session files say that lines are not counted."""


def limited(text: str, notices: list[str], last: str = "", **details: Any) -> Outcome:
    """`text` within 50 KB, and the notices in one pair of brackets; `last` comes behind the one about size."""
    cut = head(text, most_lines=len(text) + 1)
    if cut.by:
        notices = [*notices, f"{shown_size(MOST_BYTES)} limit reached"]
    notices = [*notices, last] if last else notices
    note = f"\n\n[{'. '.join(notices)}]" if notices else ""
    truncation = cut.details()
    if truncation is not None:
        truncation["maxLines"] = NO_LIMIT
    return said(cut.text + note, truncation=truncation, **details)
