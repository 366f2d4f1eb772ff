"""Which pane is the assistant's own, after a resurrection; tests/workspace has the real one."""

import pytest

from picode.server.resurrected import is_assistant


@pytest.mark.parametrize(
    ("command", "ours"),
    [
        ("picode chat", True),
        ("/x/.venv/bin/picode chat --continue", True),
        ("/usr/bin/python3 /x/bin/picode chat", True),
        ("vim picode chat.md", False),
        ("picode daemon run", False),
        ("", False),
    ],
)
def test_the_assistants_pane_is_known_by_its_command(command: str, ours: bool) -> None:
    assert is_assistant(command) is ours
