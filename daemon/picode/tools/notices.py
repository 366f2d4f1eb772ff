"""The note under a list that was cut: why, and what to do."""

from typing import Any

from picode.tools.base import Outcome, said
from picode.tools.truncate import MOST_BYTES, head, shown_size


def limited(text: str, notices: list[str], last: str = "", **details: Any) -> Outcome:
    """`text` within 50 KB, and the notices in one pair of brackets; `last` comes behind the one about size."""
    cut = head(text, most_lines=len(text) + 1)
    if cut.by:
        notices = [*notices, f"{shown_size(MOST_BYTES)} limit reached"]
    notices = [*notices, last] if last else notices
    note = f"\n\n[{'. '.join(notices)}]" if notices else ""
    return said(cut.text + note, truncation=cut.details(), **details)
