"""Which panes came back with their session, from what Zellij lists."""

from typing import Any

from picode.server.held_panes import Held, held

OURS = '/v/bin/python -I -m picode.terminal.command_pane web echo it\'s  "here"; cat\n# two'


def test_a_held_pane_of_the_assistants_is_known_by_its_name_with_its_command_letter_for_letter() -> None:
    listed: list[dict[str, Any]] = [
        {"id": 2, "is_held": True, "exited": False, "terminal_command": OURS},
        {"id": 3, "is_held": True, "exited": False, "terminal_command": "/v/bin/python /v/bin/picode chat"},
        {"id": 4, "is_held": False, "exited": False, "terminal_command": OURS},
        {"id": 5, "is_held": True, "exited": True, "terminal_command": OURS.replace(" web ", " done ")},
        {"id": 6, "is_held": True, "exited": False, "terminal_command": None},
        {"id": 7, "is_held": True, "terminal_command": "python -m picode.terminal.command_pane alone"},
    ]
    assert held(listed) == {"web": Held("2", 'echo it\'s  "here"; cat\n# two')}
    assert held([]) == {}
