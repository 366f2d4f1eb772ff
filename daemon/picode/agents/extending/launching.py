"""How the processes of extensions are begun: one for Python, one for TypeScript and JavaScript where Node is there."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from picode import extensions
from picode.resources.extensions import PYTHON, Found

PYTHON_HOST = [sys.executable, "-P", "-m", "picode.extensions.host"]
NODE_HOST = Path(extensions.__file__).parent / "node" / "host.mjs"


def launches(found: Found, environ: Mapping[str, str]) -> list[tuple[list[str], list[str]]]:
    """(command, the files that it gets to load), for each process that is needed; what cannot run is told."""
    out = []
    python = [str(file) for file in found.files if file.suffix in PYTHON]
    scripts = [str(file) for file in found.files if file.suffix not in PYTHON]
    if python:
        out.append((PYTHON_HOST, python))
    if scripts:
        node = shutil.which("node", path=environ.get("PATH"))
        if node is not None:
            out.append(([node, "--no-warnings", str(NODE_HOST)], scripts))
        else:
            names = ", ".join(Path(file).name for file in scripts)
            found.notices.append(f"Node is not installed, so these extensions do not run: {names}.")
    return out
