"""What a key for an action does, where that is no matter of the input line alone."""

from dataclasses import replace

from picode.messages import LEVELS
from picode.pane.choosing import acted
from picode.pane.commands import run_command
from picode.pane.entries import notice_lines
from picode.pane.follow import printed
from picode.pane.state import Again, Did, State, Step, Tell
from picode.protocol.requests import Cancel, GetModels, PressShortcut, SetThinking

COMMANDS = {
    "app.session.new": "/new", "app.session.tree": "/tree", "app.session.fork": "/fork",
    "app.session.resume": "/resume", "app.model.select": "/model",
}  # fmt: skip


def did(state: State, given: Did) -> Step:  # noqa: PLR0911
    if state.picker and not state.question and given.action not in COMMANDS:
        return acted(state, state.picker, given.action)
    if given.action in COMMANDS:
        return run_command(state, COMMANDS[given.action])
    match given.action:
        case "app.model.cycleForward":
            return state, [Tell(GetModels(0), why="next")]
        case "app.model.cycleBackward":
            return state, [Tell(GetModels(0), why="previous")]
        case "app.thinking.cycle":
            return _think_on(state)
        case "app.thinking.toggle":
            told = (
                "All of what the model thinks"
                if not state.thoughts
                else "Only the last line of what the model thinks"
            )
            shown = notice_lines("info", f"{told} is shown from now on.", state.width)
            return printed(replace(state, thoughts=not state.thoughts), shown)
        case "extension":
            return state, [Tell(PressShortcut(0, state.conversation, given.text))]
        case "app.message.dequeue":
            return state, [Tell(Cancel(0, state.conversation, "queue"))] if state.status.queue else []
        case "app.screen.redraw":
            return state, [Again(clear=True)]
    return state, []


def _think_on(state: State) -> Step:
    now = state.status.thinking if state.status.thinking in LEVELS else LEVELS[0]
    level = LEVELS[(LEVELS.index(now) + 1) % len(LEVELS)]
    return state, [Tell(SetThinking(0, state.conversation, level))]
