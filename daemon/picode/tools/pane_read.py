"""pane_read, pane_wait: what a command in a pane has written, exactly, and its end."""

from picode.messages import ToolSpec
from picode.tools.base import Arguments, Outcome, Place, Plan, Running, parameter, parameters, said
from picode.tools.panes import NAMED, Pane, Panes, guarded, known, outcome, seconds, workspace_of

USUAL_WAIT = 60.0


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
            return await outcome(self._panes, place, pane.name, number, raw)

        return Plan(f"pane {pane.name}", guarded(run))


class PaneWait:
    reads = True
    spec = ToolSpec(
        "pane_wait",
        "Wait until the command in a pane ends, and get its output and exit status; if it does not end in time, its "
        "output so far.",
        parameters(("name",), name=NAMED, wait=parameter("number", "Seconds (60, at most 600)")),
    )

    def __init__(self, panes: Panes) -> None:
        self._panes = panes

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        pane, wait = known(self._panes, place, arguments["name"]), seconds(arguments, USUAL_WAIT)

        async def run(running: Running) -> Outcome:
            await self._panes.wait(place.conversation, pane.name, pane.number, wait, running)
            return await outcome(self._panes, place, pane.name, pane.number)

        return Plan(f"pane {pane.name}, up to {wait:g} s", guarded(run))


def described(pane: Pane) -> str:
    how = "runs" if pane.status is None else f"exit status {pane.status}"
    return f"{pane.name}: {pane.command!r}, {how}" if pane.number else f"{pane.name}: nothing was run yet"
