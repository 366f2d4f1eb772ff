"""The terminal's own notification, when a turn ends or waits and nobody seems to look: pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from picode.pane.safe import safe_line
from picode.protocol.events import AnyEvent, ApprovalNeeded, TurnEnded

LOOKING = 10.0
"""Seconds after a key in which the person is taken to look."""
PAUSE = 5.0
"""Seconds between two notifications."""
LONGEST = 160


@dataclass(frozen=True)
class Attention:
    """`key`: when one was pressed last; `told`: when somebody was notified; both by a steady clock."""

    wanted: bool = True
    key: float = float("-inf")
    told: float = float("-inf")
    news: bool = False
    """A turn has ended or waits since the last key: with the next one, somebody may be back."""


def due(attention: Attention, now: float) -> bool:
    return attention.wanted and now - attention.key >= LOOKING and now - attention.told >= PAUSE


def words(event: AnyEvent) -> str:
    """What to say of this event; empty: nothing."""
    match event:
        case ApprovalNeeded(approval):
            return f"waits for you: {approval.tool}: {approval.title}"
        case TurnEnded("failed"):
            return "the turn failed"
        case TurnEnded("done"):
            return "the turn has ended"
    return ""


def sequence(text: str, environ: Mapping[str, str]) -> str:
    """OSC 99 where it is known to be understood or passed on (Zellij, kitty), else OSC 9; never with a control
    character in it. tmux passes on only what is wrapped."""
    clean = " ".join(safe_line(text).split())
    clean = "".join(char for char in clean if char.isprintable())[:LONGEST]
    if "ZELLIJ" in environ or "KITTY_WINDOW_ID" in environ:
        return f"\x1b]99;i=picode;PiCode {clean}\x1b\\"
    plain = f"\x1b]9;PiCode {clean}\x07"
    return f"\x1bPtmux;\x1b{plain}\x1b\\" if environ.get("TMUX") else plain
