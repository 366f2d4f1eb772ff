"""pane_read, pane_wait: what a command in a pane has written, exactly, and its end."""

from picode.messages import ToolSpec
from picode.tools.base import (
    Arguments,
    Outcome,
    Place,
    Plan,
    Running,
    ToolFailed,
    parameter,
    parameters,
    said,
)
from picode.tools.bash import title_of
from picode.tools.panes import NAMED, Pane, Panes, guarded, known, outcome, seconds, workspace_of

USUAL_WAIT = 60.0
LONGEST_TEXT = 1000
"""Characters; the recorder looks for no longer one."""


class PaneRead:
    reads = True
    spec = ToolSpec(
        "pane_read",
        "Read what the last command in a pane that you opened has written so far, from the record of its exact bytes, "
        "not from the screen. Without a name: list the panes that you opened.",
        parameters(
            (),
            name=NAMED,
            number=parameter("integer", "An earlier command of this pane, counted from 1"),
            raw=parameter("boolean", r"With every escape sequence and carriage return, written as \x1b"),
        ),
    )

    def __init__(self, panes: Panes) -> None:
        self._panes = panes

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        if "name" not in arguments:
            workspace_of(self._panes, place)
            listed = "\n".join(map(described, self._panes.all(place.conversation)))

            async def told(running: Running) -> Outcome:
                return said(listed or "No pane that you opened is there.")

            return Plan("panes", told)
        pane = known(self._panes, place, arguments["name"])

        async def run(running: Running) -> Outcome:
            number, raw = arguments.get("number", 0), arguments.get("raw", False)
            return await outcome(self._panes, place, pane.name, number, raw=raw)

        return Plan(f"pane {pane.name}", guarded(run))


class PaneWait:
    reads = True
    spec = ToolSpec(
        "pane_wait",
        "Wait until the command in a pane ends or has printed a text, and get its output and exit status; if neither "
        "happens in time, its output so far.",
        parameters(
            ("name",),
            name=NAMED,
            text=parameter(
                "string",
                "Stop waiting when this is printed; each time counts once, and nothing from before pane_write",
            ),
            wait=parameter("number", "Seconds (60, at most 600)"),
        ),
    )

    def __init__(self, panes: Panes) -> None:
        self._panes = panes

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        pane, wait = known(self._panes, place, arguments["name"]), seconds(arguments, USUAL_WAIT)
        text = arguments.get("text", "").replace("\r", "")
        if len(text) > LONGEST_TEXT:
            raise ToolFailed(f"A text of up to {LONGEST_TEXT:,} characters can be waited for.")

        async def run(running: Running) -> Outcome:
            came = await self._panes.wait(
                place.conversation, pane.name, pane.number, seconds=wait, running=running, text=text
            )
            also = f"; {text!r} {'has come' if came else 'has not come'}" if text else ""
            return await outcome(self._panes, place, pane.name, pane.number, also=also)

        for_ = f" for {text!r}" if text else ""
        return Plan(title_of(f"pane {pane.name}, up to {wait:g} s{for_}"), guarded(run))


def described(pane: Pane) -> str:
    if pane.held:
        return f"{pane.name}: {pane.command!r}, waits since it came back with its session; pane_rerun runs it"
    how = "runs" if pane.status is None else f"exit status {pane.status}"
    return f"{pane.name}: {pane.command!r}, {how}" if pane.number else f"{pane.name}: nothing was run yet"
