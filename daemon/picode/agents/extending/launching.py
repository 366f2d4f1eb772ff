"""How the processes of extensions are begun: one for Python, one for TypeScript and JavaScript where Node is there."""

import sys
from pathlib import Path

from picode.resources.extensions import PYTHON, Found

PYTHON_HOST = [sys.executable, "-P", "-m", "picode.extensions.host"]


def launches(found: Found) -> list[tuple[list[str], list[str]]]:
    """(command, the files that it gets to load), for each process that is needed; what cannot run is told."""
    out = []
    scripts = [str(file) for file in found.files if file.suffix not in PYTHON]
    python = [str(file) for file in found.files if file.suffix in PYTHON]
    if python:
        out.append((PYTHON_HOST, python))
    if scripts:
        found.notices.append(f"{_names(scripts)}: extensions in TypeScript are not run yet.")
    return out


def _names(files: list[str]) -> str:
    return ", ".join(Path(file).name for file in files)
