"""What an editor lets a person choose for a conversation: the mode, the model, how hard it thinks, commands."""

from typing import TYPE_CHECKING, Any

from acp.helpers import update_available_commands
from acp.schema import (
    AvailableCommand,
    AvailableCommandInput,
    ConfigOptionUpdate,
    SessionConfigOptionSelect,
    SessionConfigSelectOption,
    SessionMode,
    SessionModeState,
    UnstructuredCommandInput,
)

from picode.messages import LEVELS
from picode.protocol.values import SlashCommand

if TYPE_CHECKING:
    from picode.acp.session import Session

ASK, ALLOW = "ask", "allow"
MODES = [
    SessionMode(id=ASK, name="Ask", description="Ask before commands run and files change"),
    SessionMode(id=ALLOW, name="Allow all", description="Run every tool without asking"),
]


def modes(session: "Session") -> SessionModeState:
    return SessionModeState(current_mode_id=session.mode, available_modes=MODES)


def options(session: "Session") -> list[Any]:
    """The model, and how hard it is to think where it can."""
    names = list(dict.fromkeys([session.status.model, *session.models]))
    found = [_select("model", "Model", "model", session.status.model, names)]
    if session.status.thinking:
        found.append(_select("thinking", "Thinking", "thought_level", session.status.thinking, list(LEVELS)))
    return found


def changed(session: "Session") -> ConfigOptionUpdate:
    return ConfigOptionUpdate(session_update="config_option_update", config_options=options(session))


def _hint(hint: str) -> AvailableCommandInput | None:
    return AvailableCommandInput(UnstructuredCommandInput(hint=hint)) if hint else None


RELOAD, COMPACT = "reload", "compact"
OURS = (
    AvailableCommand(name=RELOAD, description="read settings, skills, templates and instructions anew"),
    AvailableCommand(name=COMPACT, description="summarise what is old", input=_hint("what to look at")),
)


def commands(found: list[SlashCommand]) -> Any:
    brought = (
        AvailableCommand(name=one.name, description=one.description, input=_hint(one.hint)) for one in found
    )
    return update_available_commands([*OURS, *brought])


def _select(id_: str, name: str, category: Any, now: str, values: list[str]) -> SessionConfigOptionSelect:
    return SessionConfigOptionSelect(
        id=id_, name=name, category=category, type="select", current_value=now,
        options=[SessionConfigSelectOption(value=value, name=value) for value in values],
    )  # fmt: skip
