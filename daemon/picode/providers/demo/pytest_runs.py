"""Failed pytest runs: which tests, and the line of the first failure."""

import re
import shlex

from picode.providers.demo.finding import Finding
from picode.providers.demo.record import Record

FAILED = re.compile(
    r"^(?P<how>FAILED|ERROR) (?P<id>\S+\.py\S*(?:::[^\n]*?)?)(?: - (?P<why>.*))?$", re.MULTILINE
)
PLACE = re.compile(r"^(?P<path>[^\s:]+\.py):(?P<line>\d+): (?P<what>\w+)", re.MULTILINE)
NONE = re.compile(r"no tests ran|collected 0 items")
SHOWN = 5


def explain(record: Record) -> Finding | None:
    failed = list(FAILED.finditer(record.output))
    if not failed:
        if "pytest" in record.command and NONE.search(record.output):
            return Finding("pytest found no tests here.", "python -m pytest --collect-only -q")
        return None
    first = failed[0]
    count = "One test failed" if len(failed) == 1 else f"{len(failed)} tests failed"
    lines = [f"- `{found['id']}`" + (f": {found['why']}" if found["why"] else "") for found in failed[:SHOWN]]
    if len(failed) > SHOWN:
        lines.append(f"- … and {len(failed) - SHOWN} more")
    path, line = _place(record.output, first["id"].partition("::")[0])
    where = f"\n\nThe first one failed at {path}:{line}." if line else ""
    text = f"{count}:\n\n" + "\n".join(lines) + where
    fix = f"python -m pytest -x {shlex.quote(first['id'])}" if first["how"] == "FAILED" else ""
    return Finding(text, fix, path, line)


def _place(output: str, file: str) -> tuple[str, int]:
    """The line in the test's own file, else the last line of the first failure."""
    places = list(PLACE.finditer(output))
    mine = [place for place in places if place["path"] == file]
    chosen = (mine or places)[:1]
    return (chosen[0]["path"], int(chosen[0]["line"])) if chosen else ("", 0)
