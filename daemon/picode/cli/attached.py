"""`@file` on the command line: text is put into the question as pi does it, images go along with it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from picode.errors import BadData, UsageError

if TYPE_CHECKING:
    from picode.messages import Image

LONGEST = 10 * 1024 * 1024
"""Bytes of one text."""


def attached(names: list[str]) -> "tuple[str, list[Image]]":
    """The text for all of these files, and their images made to fit. Raises UsageError."""
    text, pictures = "", list["Image"]()
    for name in names:
        path = Path(os.path.abspath(os.path.expanduser(name)))
        content = _content(path)
        if content:
            told, picture = _one(path, content)
            text += told
            pictures += picture
    return text, pictures


def _one(path: Path, content: bytes) -> "tuple[str, list[Image]]":
    from picode.images import fitted, sniff

    if not sniff(content):
        return f'<file name="{path}">\n{content.decode("utf-8", "replace")}\n</file>\n', []
    try:
        image, note = fitted(content)
    except BadData as error:
        return f'<file name="{path}">[Image omitted: {error.message}]</file>\n', []
    return f'<file name="{path}">{note}</file>\n', [image]


def _content(path: Path) -> bytes:
    from picode.images import LARGEST_FILE, sniff

    try:
        if not path.is_file():
            what = "is no file" if path.exists() else "does not exist"
            raise UsageError(f"{path} {what}.", "@ stands before the name of a file to send along.")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > LONGEST and not sniff(content):
        raise UsageError(f"{path} is longer than {LONGEST // 2**20} MB.", "Send the part that matters.")
    return content
