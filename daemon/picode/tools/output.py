"""A command's output: its end in memory, all of it in a file once it is long."""

import os
import secrets
import time
from pathlib import Path
from typing import BinaryIO

from picode.tools.truncate import MOST_BYTES, Truncated, shown_size, size_of, tail

KEPT = 512 * 1024
"""Bytes in memory: more than what a model gets, because escape sequences and progress bars shrink to nothing."""
LARGEST_FILE = 100 * 1024 * 1024
"""Bytes of output that are kept; a command that never stops must not fill the disk."""
LIFETIME = 7 * 24 * 3600
"""Seconds that a file with whole output is kept."""


class Output:
    """`path` is the file with all of the output; None while there is none."""

    def __init__(self, cache: Path) -> None:
        self.path: Path | None = None
        self._cache = cache
        self._kept = bytearray()
        self._dropped = 0
        self._dropped_lines = 0
        self._written = 0
        self._file: BinaryIO | None = None
        self.whole = True
        """Whether the file has everything."""

    @property
    def size(self) -> int:
        """Bytes that were written."""
        return self._dropped + len(self._kept)

    def add(self, piece: bytes) -> None:
        self._kept += piece
        if self._file is not None:
            self._write(piece)
        elif len(self._kept) > MOST_BYTES:
            self._begin_file()
        if len(self._kept) > 2 * KEPT:
            gone = bytes(self._kept[:-KEPT])
            self._dropped += len(gone)
            self._dropped_lines += gone.count(b"\n")
            del self._kept[:-KEPT]

    def close(self) -> Truncated:
        """The end of the output as a terminal would show it."""
        from picode.plaintext import seen

        cut = tail(seen(bytes(self._kept)), self._dropped_lines, self._dropped)
        if cut.by and self._file is None:
            self._begin_file()
        if self._file is not None:
            try:
                self._file.close()
            except OSError:  # a full disk, noticed when the last bytes go out
                self.whole = False
        if not cut.by and self.path is not None:
            self.path.unlink(missing_ok=True)  # it was long only by what a terminal does not show
            self.path = None
        return cut

    def _begin_file(self) -> None:
        try:
            self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            _clean(self._cache)
            self.path = self._cache / f"bash-{secrets.token_hex(8)}.log"
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError:
            self.path = None
            return
        self._file = open(descriptor, "wb")  # noqa: SIM115
        self._write(bytes(self._kept))

    def _write(self, piece: bytes) -> None:
        if self._file is None or not self.whole:
            return
        try:
            self._file.write(piece)
            self._written += len(piece)
            self.whole = self._written < LARGEST_FILE
        except OSError:
            self.whole = False


def _clean(cache: Path) -> None:
    """Remove what is old: a model reads such a file soon or never."""
    oldest = time.time() - LIFETIME
    with os.scandir(cache) as files:
        for file in files:
            if file.name.startswith("bash-") and file.stat(follow_symlinks=False).st_mtime < oldest:
                os.unlink(file)


def notice(cut: Truncated, output: Output) -> str:
    """What stands under output that was cut; empty when it was not."""
    if not cut.by:
        return ""
    name = "Full output" if output.whole else "The first part of the output"
    where = f" {name}: {output.path}" if output.path is not None else ""
    if cut.partial:
        size = shown_size(size_of(cut.text))
        whole = shown_size(cut.last_line)
        return f"\n\n[Showing last {size} of line {cut.total_lines} (line is {whole}).{where}]"
    first = cut.total_lines - cut.lines + 1
    limit = f" ({shown_size(MOST_BYTES)} limit)" if cut.by == "bytes" else ""
    return f"\n\n[Showing lines {first}-{cut.total_lines} of {cut.total_lines}{limit}.{where}]"
