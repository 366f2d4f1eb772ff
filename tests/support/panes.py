"""Panes on terminals, for tests: how they are made, and when one can be typed into."""

from collections.abc import Callable

from support.screen import Terminal

MakePane = Callable[..., Terminal]


def ready(terminal: Terminal) -> Terminal:
    terminal.wait_for("idle")
    return terminal
