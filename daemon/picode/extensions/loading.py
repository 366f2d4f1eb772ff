"""An extension's file as a module, and what it registered, in words for the daemon."""

import importlib.util
import inspect
import sys
import traceback
from pathlib import Path
from typing import Any

from picode.extensions.api import Pi

NAMES = ("extension", "setup", "default")
"""Of the function that is called with `pi`; the first that there is."""


async def load(file: str, pi: Pi, number: int) -> None:
    """Run the file and its function. Raises whatever it raises."""
    path = Path(file)
    folder = path.parent if path.name == "__init__.py" else None
    name = f"picode_extension_{number}_{(folder or path.with_suffix('')).name}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(
        name, path, submodule_search_locations=[str(folder)] if folder else None
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # what lies beside it can be imported
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    spec.loader.exec_module(module)
    function = next((found for one in NAMES if callable(found := getattr(module, one, None))), None)
    if function is None:
        raise ValueError("it has no function `extension(pi)`")
    made = function(pi)
    if inspect.isawaitable(made):
        await made


def registered(pi: Pi) -> dict[str, Any]:
    """What the daemon has to know of an extension."""
    return {
        "path": pi.path,
        "handlers": {event: len(handlers) for event, handlers in pi.handlers.items()},
        "tools": [
            {"name": name, **{key: value for key, value in tool.items() if not callable(value)},
             "renders": tool["renderCall"] is not None}
            for name, tool in pi.tools.items()
        ],
        "commands": [
            {"name": name, "description": one["description"], "hint": one["hint"]}
            for name, one in pi.commands.items()
        ],
        "shortcuts": [{"key": key, "description": one["description"]} for key, one in pi.shortcuts.items()],
        "flags": [{"name": name, **one} for name, one in pi.flags.items()],
        "renderers": list(pi.renderers),
        "providers": pi.providers,
    }  # fmt: skip


def told(error: BaseException, path: str) -> dict[str, str]:
    """What went wrong, and where in the extension: its innermost line that is the extension's own."""
    folder = str(Path(path).parent)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == path] or [
        frame for frame in frames if frame.filename.startswith(folder)
    ]
    where = f"{own[-1].filename}:{own[-1].lineno}" if own else path
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{error.filename}:{error.lineno}"
    text = " ".join(str(error).split())
    return {"error": f"{type(error).__name__}: {text}" if text else type(error).__name__, "where": where}
