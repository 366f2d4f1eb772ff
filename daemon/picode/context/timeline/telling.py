"""Timeline entries in words: times, commands, files."""

import time

from picode.protocol.values import TimelineEntry

MOST_FILES = 6
"""Files that are named; the others are counted."""
LONGEST = 120


def when(milliseconds: int) -> str:
    """`on 21 Nov at 14:02:11`."""
    return time.strftime("on %-d %b at %H:%M:%S", time.localtime(milliseconds / 1000))


def moment(milliseconds: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(milliseconds / 1000))


def named(entry: TimelineEntry) -> str:
    """The command on one line; without one, what can be said."""
    text = " ".join(entry.command.split())
    if not text:
        return "(a command without a name)" if entry.terminal else "(no recorded command)"
    return f"`{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}`"


def files_told(entry: TimelineEntry, most: int = MOST_FILES) -> str:
    """`M app.py, A test_app.py and 3 more; main 1a2b3c4d5 → 9d8e7f6a5`."""
    shown = [
        f"{change.kind} {change.path}{' (shared)' if change.shared else ''}" for change in entry.files[:most]
    ]
    more = entry.changed - len(shown)
    files = ", ".join(shown) + (f" and {more} more" if more > 0 and shown else "")
    return "; ".join(filter(None, [files, moved(entry)]))


def moved(entry: TimelineEntry) -> str:
    """How branch and commit changed; empty: they did not."""
    before, after = entry.before, entry.after
    if before is None or after is None or (before.branch, before.head) == (after.branch, after.head):
        return ""
    branch = f"{before.branch} → {after.branch} " if before.branch != after.branch else f"{after.branch} "
    return f"{branch}{before.head[:9] or '(no commit)'} → {after.head[:9] or '(no commit)'}"
