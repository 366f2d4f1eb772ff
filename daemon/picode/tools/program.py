"""A helper program (rg, fd) and what it prints, piece by piece; it is ended when nobody wants more."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from picode.tools.base import ToolFailed

LONGEST_PIECE = 16 * 1024 * 1024


def output_lines(
    command: list[str],
    directory: Path,
    stopped: Callable[[], bool],
    separator: bytes = b"\n",
    fine: tuple[int, ...] = (0, 1),
) -> Iterator[bytes]:
    """Pieces of its output without their separator. Raises ToolFailed with what it says when its exit status is not
    among `fine`."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        whole = False
        try:
            left = b""
            while not stopped() and (piece := os.read(process.stdout.fileno(), 65536)):
                *lines, left = (left + piece).split(separator)
                yield from lines
                if len(left) > LONGEST_PIECE:
                    left = left[:LONGEST_PIECE]
            if left:
                yield left
            whole = not stopped()
        finally:
            if not whole:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            process.stdout.close()
            code = process.wait()
        errors.seek(0)
        said = errors.read(4000).decode("utf-8", "replace").strip()
        if whole and code not in fine and said:
            raise ToolFailed(said)
