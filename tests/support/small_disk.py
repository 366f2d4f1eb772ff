"""A file system of its own that is really full, where the system lets one be mounted."""

import contextlib
import errno
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(
    directory: Path, size: str = "256k"
) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """`directory` is a file system of this size; what comes with it fills it to the last byte, and makes room again."""
    directory.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", directory],
            check=True, capture_output=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        # only root can, and not in every container; the tests with a limit for files run everywhere
        pytest.skip("a file system cannot be mounted here")
    filler = directory / "filler"

    def fill() -> None:
        with filler.open("wb", buffering=0) as file:
            for piece in (4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"x" * piece):
                        pass
        with pytest.raises(OSError, match="No space") as full:
            (directory / "more").write_bytes(b"x")
        assert full.value.errno == errno.ENOSPC
        (directory / "more").unlink(missing_ok=True)

    try:
        yield fill, filler.unlink
    finally:
        subprocess.run(["umount", "-l", directory], check=False, capture_output=True)
