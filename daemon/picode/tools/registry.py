"""Which tools there are. To add one: a file in this package with a class that fits `base.Tool`, and a line here."""

from collections.abc import Callable
from pathlib import Path

from picode.tools.base import Tool
from picode.tools.bash import Bash
from picode.tools.edit import Edit
from picode.tools.find import Find
from picode.tools.grep import Grep
from picode.tools.ls import Ls
from picode.tools.pane_control import PaneClose, PaneFocus, PaneWrite
from picode.tools.pane_read import PaneRead, PaneWait
from picode.tools.pane_run import PaneRerun, PaneRun
from picode.tools.panes import Panes
from picode.tools.processes import Commands
from picode.tools.read import Read
from picode.tools.timeline import Timeline
from picode.tools.write import Write


def tools(commands: Commands, panes: Panes | None = None, state: Path | None = None) -> dict[str, Tool]:
    """By name, in the order in which a model is told of them."""
    found: dict[str, Tool] = {
        "read": Read(),
        "bash": Bash(commands),
        "edit": Edit(),
        "write": Write(),
        "grep": Grep(),
        "find": Find(),
        "ls": Ls(),
    }
    if state is not None:
        found["timeline"] = Timeline(state)
    if panes is not None:
        found |= pane_tools(panes)
    return found


PANE_TOOLS: dict[str, Callable[[Panes], Tool]] = {
    "pane_run": PaneRun,
    "pane_rerun": PaneRerun,
    "pane_wait": PaneWait,
    "pane_read": PaneRead,
    "pane_write": PaneWrite,
    "pane_focus": PaneFocus,
    "pane_close": PaneClose,
}
"""A model is told of them in a workspace only."""


def pane_tools(panes: Panes) -> dict[str, Tool]:
    return {name: made(panes) for name, made in PANE_TOOLS.items()}
