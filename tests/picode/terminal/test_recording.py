"""What a recorder loads before the first prompt."""

import subprocess
import sys
from pathlib import Path

import picode

SLOW = {
    "re",
    "enum",
    "typing",
    "functools",
    "collections",
    "signal",
    "socket",
    "mmap",
    "site",
    "msgspec",
    "zmq",
}
"""Each takes longer than all of ours together."""


def loaded(*modules: str) -> set[str]:
    """As the shell starts the recorder: without site packages, and isolated."""
    program = f"import sys; sys.path.insert(0, {str(Path(picode.__file__).parents[1])!r})\n"
    program += "".join(f"import {module}\n" for module in modules) + "print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_the_shell_starts_before_anything_slow_is_loaded() -> None:
    assert not loaded("picode.terminal.recorder") & (SLOW | {"select", "picode.terminal.recording"})


def test_bytes_are_relayed_before_anything_slow_is_loaded() -> None:
    assert not loaded("picode.terminal.recorder", "picode.terminal.recording") & SLOW
