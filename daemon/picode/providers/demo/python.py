"""Python's tracebacks: which exception, where in the user's own code, and what usually helps."""

import re
import shlex

from picode.providers.demo.finding import Finding
from picode.providers.demo.record import Record

FRAME = re.compile(r'^\s*File "(?P<path>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<name>.+))?$', re.MULTILINE)
RAISED = re.compile(r"^(?P<name>(?:[A-Za-z_][\w]*\.)*[A-Z]\w*)(?:: (?P<words>.*))?$", re.MULTILINE)
# Code that is not the user's.
THEIRS = re.compile(r"site-packages|dist-packages|/lib(?:64)?/python\d|^<|/lib/python3")
NO_MODULE = re.compile(r"No module named '?([\w.]+)'?")

# Modules whose package has another name.
PACKAGES = {
    "PIL": "pillow", "bs4": "beautifulsoup4", "cv2": "opencv-python", "dateutil": "python-dateutil",
    "dotenv": "python-dotenv", "git": "GitPython", "sklearn": "scikit-learn", "yaml": "pyyaml", "zmq": "pyzmq",
}  # fmt: skip

HELP = {
    "AssertionError": "An `assert` was not true.",
    "AttributeError": "The object has no such attribute: often it is None, or of another type than expected.",
    "FileNotFoundError": "The file is not there; a relative path counts from the directory the program was started in.",
    "ImportError": "The module is there, but not the name that is imported from it; two modules may import each other.",
    "IndentationError": "The indentation of this line does not fit the lines around it.",
    "IndexError": "The list is shorter than the index.",
    "JSONDecodeError": "The text is no JSON; it may be empty, or an error page.",
    "KeyError": "The dictionary has no such key; `.get` gives a default.",
    "KeyboardInterrupt": "Ctrl-C interrupted it.",
    "ModuleNotFoundError": "Python finds no such module: it is not installed in this environment.",
    "NameError": "The name is not defined here: mistyped, or not imported.",
    "NotImplementedError": "This part has not been written yet.",
    "OSError": "The system refused; its own words are behind the colon.",
    "PermissionError": "A permission is missing for this file.",
    "RecursionError": "A function calls itself without end.",
    "SyntaxError": "Python cannot read this line; a bracket or a quote may be open on it or above it.",
    "TabError": "Tabs and spaces are mixed in the indentation.",
    "TypeError": "A value has another type than the operation takes, or a call has the wrong arguments.",
    "UnboundLocalError": "The variable is used before it gets a value in this function.",
    "UnicodeDecodeError": "The bytes are not in the encoding that was assumed.",
    "ValueError": "The type is right, but the value cannot be used.",
    "ZeroDivisionError": "Something was divided by zero.",
}  # fmt: skip


def explain(record: Record) -> Finding | None:
    frames = list(FRAME.finditer(record.output))
    raised = _raised(record.output, frames)
    if raised is None:
        return _run_as_module(record)
    name, words = raised
    mine = [frame for frame in frames if not THEIRS.search(frame["path"])]
    frame = (mine or frames)[-1]
    place = f"{frame['path']}:{frame['line']}"
    inside = f" in `{frame['name']}`" if frame["name"] and frame["name"] != "<module>" else ""
    said = f"`{name}: {words}`" if words else f"`{name}`"
    text = f"Python raised {said} at {place}{inside}. {HELP.get(name.rpartition('.')[2], '')}".rstrip()
    path = frame["path"] if mine else ""
    return Finding(text, _install(name, words), path, int(frame["line"]) if path else 0)


def _raised(output: str, frames: "list[re.Match[str]]") -> tuple[str, str] | None:
    """The exception's line: the first that is not indented behind the last frame."""
    if not frames:
        return None
    found = RAISED.search(output, frames[-1].end())
    return (found["name"], found["words"] or "") if found else None


def _run_as_module(record: Record) -> Finding | None:
    """`python -m NAME` where there is no NAME prints no traceback."""
    found = re.search(r"^\S*python[\d.]*: (No module named \S+)", record.output, re.MULTILINE)
    return Finding(f"Python says: {found[1]}.", _install("ModuleNotFoundError", found[1])) if found else None


def _install(name: str, words: str) -> str:
    found = NO_MODULE.search(words) if name.endswith(("ModuleNotFoundError", "ImportError")) else None
    if not found:
        return ""
    top = found[1].partition(".")[0]
    return f"python -m pip install {shlex.quote(PACKAGES.get(top, top))}"
