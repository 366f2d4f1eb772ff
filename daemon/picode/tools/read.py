"""read: a file's text, or an image."""

import asyncio
import errno
import os
import stat
from pathlib import Path

from picode import images
from picode.errors import BadData
from picode.messages import Text, ToolSpec
from picode.tools.base import (
    Arguments,
    Outcome,
    Place,
    Plan,
    Running,
    ToolFailed,
    parameter,
    parameters,
    said,
)
from picode.tools.locate import locate_existing
from picode.tools.truncate import MOST_BYTES, MOST_LINES, Truncated, head, lines_of, shown_size, size_of

LARGEST_FILE = 256 * 1024 * 1024


class Read:
    reads = True
    spec = ToolSpec(
        "read",
        f"Read a file. Text is cut after {MOST_LINES} lines or {MOST_BYTES // 1024} KB, whichever comes first; "
        "go on with `offset`. Images (jpg, png, gif, webp) are shown to you.",
        parameters(
            ("path",),
            path=parameter("string", "The file, relative to the working directory or absolute"),
            offset=parameter("number", "The line to begin with, counted from 1"),
            limit=parameter("number", "The most lines to read"),
        ),
    )

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        path = locate_existing(arguments["path"], place.cwd)

        async def run(running: Running) -> Outcome:
            return await asyncio.to_thread(read, path, arguments)

        return Plan(f"read {arguments['path']}", run)


def read(path: Path, arguments: Arguments) -> Outcome:
    """`arguments`: path (as the model wrote it), offset, limit. Raises ToolFailed."""
    content = contents(path)
    if mime := images.sniff(content):
        return _image(content, mime)
    text = content.decode("utf-8", "replace")
    return _text(text, arguments)


def contents(path: Path) -> bytes:
    """A regular file's bytes; what is no file, or too large, is refused."""
    try:
        # a named pipe would wait for a writer
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise failed(error, "access", path) from error
    try:
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            raise ToolFailed("EISDIR: illegal operation on a directory, read")
        if not stat.S_ISREG(found.st_mode):
            raise ToolFailed(f"{path} is no regular file.")
        if found.st_size > LARGEST_FILE:
            size = shown_size(found.st_size)
            raise ToolFailed(f"{path} has {size}, too much to read: use bash with sed, head or grep.")
        with open(descriptor, "rb", closefd=False) as file:
            # None: nothing to read now, as some files of the kernel have it
            return file.read(LARGEST_FILE) or b""
    finally:
        os.close(descriptor)


def failed(error: OSError, what: str, path: Path) -> ToolFailed:
    """What models know from many programs: “ENOENT: no such file or directory, access '/x'”."""
    code = errno.errorcode.get(error.errno or 0, "EIO")
    return ToolFailed(f"{code}: {(error.strerror or 'failed').lower()}, {what} '{path}'")


def _image(content: bytes, mime: str) -> Outcome:
    try:
        image, note = images.fitted(content)
    except BadData as error:
        return said(f"Read image file [{mime}]\n[Image omitted: {error}]")
    note = f"\n{note}" if note else ""
    return Outcome([Text(text=f"Read image file [{image.mime_type}]{note}"), image])


def _text(text: str, arguments: Arguments) -> Outcome:
    lines = lines_of(text)
    start = max(0, int(arguments.get("offset") or 1) - 1)
    if start >= len(lines) and start > 0:
        raise ToolFailed(f"Offset {arguments['offset']} is beyond end of file ({len(lines)} lines total)")
    limit = arguments.get("limit")
    end = len(lines) if limit is None else min(len(lines), start + max(0, int(limit)))
    selected = "\n".join(lines[start:end])
    if end == len(lines) and text.endswith("\n"):
        selected += "\n"
    cut = head(selected)
    if cut.first_too_long:
        size = shown_size(size_of(lines[start]))
        hint = f"Use bash: sed -n '{start + 1}p' {arguments['path']} | head -c {MOST_BYTES}"
        return said(
            f"[Line {start + 1} is {size}, exceeds {shown_size(MOST_BYTES)} limit. {hint}]",
            truncation=cut.details(),
        )
    return said(cut.text + _notice(cut, start, end, len(lines)), truncation=cut.details())


def _notice(cut: Truncated, start: int, end: int, total: int) -> str:
    if cut.by:
        last = start + cut.lines
        limit = f" ({shown_size(MOST_BYTES)} limit)" if cut.by == "bytes" else ""
        return f"\n\n[Showing lines {start + 1}-{last} of {total}{limit}. Use offset={last + 1} to continue.]"
    if end < total:
        return f"\n\n[{total - end} more lines in file. Use offset={end + 1} to continue.]"
    return ""
