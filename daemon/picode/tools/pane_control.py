"""pane_write, pane_focus, pane_close: what the assistant does to a pane that it opened."""

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
from picode.tools.panes import NAMED, Panes, guarded, known

KEYS = {
    "enter": b"\r", "tab": b"\t", "escape": b"\x1b", "backspace": b"\x7f", "space": b" ", "up": b"\x1b[A",
    "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "ctrl-c": b"\x03", "ctrl-d": b"\x04", "ctrl-z": b"\x1a",
    "ctrl-\\": b"\x1c",
}  # fmt: skip
LONGEST_TEXT = 4096
"""Characters that are typed at once: a terminal takes no longer line."""


class PaneWrite:
    reads = False
    spec = ToolSpec(
        "pane_write",
        "Type into what runs in a pane that you opened: answer a question, or end it with ctrl-c. First the text, then "
        "the key. Nothing is typed into panes of the user's own.",
        parameters(
            ("name",),
            name=NAMED,
            text=parameter("string", "What to type; no key follows by itself"),
            key=parameter("string", "The key to press", enum=list(KEYS)),
        ),
    )

    def __init__(self, panes: Panes) -> None:
        self._panes = panes

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        pane = known(self._panes, place, arguments["name"])
        text, key = arguments.get("text", ""), arguments.get("key", "")
        if not (text or key) or len(text) > LONGEST_TEXT:
            raise ToolFailed(
                f"Say what to type: a text of up to {LONGEST_TEXT:,} characters, a key, or both."
            )
        if key and key not in KEYS:
            raise ToolFailed(f"key must be one of {', '.join(KEYS)}.")
        shown = " ".join(part for part in (repr(text) if text else "", f"<{key}>" if key else "") if part)

        async def run(running: Running) -> Outcome:
            data = text.replace("\n", "\r").encode("utf-8", "replace") + KEYS.get(key, b"")
            await self._panes.give(place.conversation, pane.name, data)
            return said(f"Typed into pane {pane.name}; pane_read or pane_wait shows what follows.")

        detail = f"{shown}\n\ninto pane {pane.name}, where this was started:\n{pane.command}"
        return Plan(
            f"pane {pane.name}: {shown}", guarded(run), detail=detail, exactly=f"{pane.name}\0{shown}"
        )


class PaneFocus:
    reads = False
    spec = ToolSpec(
        "pane_focus",
        "Move the user's focus to a pane that you opened. Do it only when the user has to type there.",
        parameters(("name",), name=NAMED),
    )

    def __init__(self, panes: Panes) -> None:
        self._panes = panes

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        pane = known(self._panes, place, arguments["name"], held=True)

        async def run(running: Running) -> Outcome:
            await self._panes.focus(place.conversation, pane.name)
            return said(f"Pane {pane.name} has the focus.")

        return Plan(f"focus pane {pane.name}", guarded(run), detail=f"Go to pane {pane.name}: {pane.command}")


class PaneClose:
    reads = False
    spec = ToolSpec(
        "pane_close",
        "Close a pane that you opened, and end what runs in it. Its record is gone with it.",
        parameters(("name",), name=NAMED),
    )

    def __init__(self, panes: Panes) -> None:
        self._panes = panes

    def plan(self, arguments: Arguments, place: Place) -> Plan:
        pane = known(self._panes, place, arguments["name"], held=True)

        async def run(running: Running) -> Outcome:
            await self._panes.close(place.conversation, pane.name)
            return said(f"Pane {pane.name} is closed.")

        return Plan(f"close pane {pane.name}", guarded(run), detail=f"Close pane {pane.name}: {pane.command}")
