"""Which files of a project the last answer of a conversation names, and at which lines."""

import os
from collections.abc import Mapping
from pathlib import Path

from picode.messages import Assistant, plain_text
from picode.references import references
from picode.sessions.display import path_entries
from picode.sessions.file import SessionFile

LOOKED_AT = 20
"""Messages at the end, among which the last answer with words is looked for."""
Spot = tuple[int, int]
"""Line and column, from 1; column 0: not said."""


class Referred:
    """`below(project, session)` reads an answer once."""

    def __init__(self) -> None:
        self._last: tuple[object, Mapping[str, Spot]] = (None, {})

    def below(self, project: Path, session: SessionFile) -> Mapping[str, Spot]:
        """By path in the project; of several places in a file the first."""
        key = (project, session.id, session.leaf)
        if self._last[0] != key:
            self._last = key, _read(project, session)
        return self._last[1]


def _read(project: Path, session: SessionFile) -> Mapping[str, Spot]:
    entries, _ = path_entries(session, LOOKED_AT)
    answers = (entry.message for entry in reversed(entries))
    text = next(
        (told for one in answers if isinstance(one, Assistant) and (told := plain_text(one.content))), ""
    )
    root, found = os.path.realpath(project), dict[str, Spot]()
    for one in references(text):
        file = os.path.realpath(os.path.join(session.cwd, one.path))
        if file.startswith(f"{root}/") and one.line and os.path.isfile(file):
            found.setdefault(os.path.relpath(file, root), (one.line, one.column))
    return found
