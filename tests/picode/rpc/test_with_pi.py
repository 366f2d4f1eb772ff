"""JSON mode beside real pi's: the same script, the same events in the same order."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.model_server import Call, ModelServer, Say, Script, Think, Tokens
from support.pi import VERSIONS, Pi
from support.print_mode import Run, picode, project

__all__ = ["picode", "project"]
SCRIPT = (
    Script(
        Think("Hm."),
        Say("I look."),
        Call("read", {"path": "a.txt"}, id="c1"),
        Call("bash", {"command": "echo out"}, id="c2"),
    ),
    Script(Say("Done."), usage=Tokens(20, 7)),
)
FIELDS = ("toolCallId", "toolName", "args", "isError")
CALLS = ("tool_execution_start", "tool_execution_end")
OURS_TOO = ("agent_settled", "queue_update", "thinking_level_changed", "entry_appended")
"""What one of the two tells and the other does not, as versions differ."""


def told(out: str) -> list[Any]:
    """Types, nesting and what they are about, repeated pieces as one; calls beside each other may end in any order."""
    found: list[Any] = []
    for line in out.splitlines():
        event = json.loads(line)
        inner, message = event.get("assistantMessageEvent", {}), event.get("message") or {}
        if inner:
            message = {}  # earlier versions repeat the whole of it
        if event["type"] in OURS_TOO or message.get("role") == "system":
            continue
        one = [event["type"], inner.get("type"), inner.get("contentIndex"), message.get("role")]
        one += [event.get(name) for name in FIELDS if name in event]
        if event["type"] == "turn_end":
            one.append([result["toolCallId"] for result in event["toolResults"]])
        if message.get("role") == "toolResult":
            one.append(message["content"])
        if event["type"] == "agent_end":
            one = ["agent_end"]
        if one not in found[-1:] and event["type"] != "tool_execution_update":
            found.append(one)
    calls = iter(
        sorted((one for one in found if one[0] in CALLS), key=lambda one: (one[0] == CALLS[1], str(one)))
    )
    return [next(calls) if one[0] in CALLS else one for one in found]


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_a_turn_with_tools_is_told_as_pi_tells_it(
    version: str, home: Path, model_server: ModelServer, picode: Run, project: Path
) -> None:
    pi = Pi(version, home, model_server)
    for directory in (pi.project, project):
        (directory / "a.txt").write_text("text")
    model_server.enqueue(*SCRIPT)
    theirs = pi.run("--mode", "json", "-p", "look")
    model_server.enqueue(*SCRIPT)
    ours = picode("--mode", "json", "-p", "look", "--allow", "all")
    assert (theirs.returncode, ours.returncode) == (0, 0)
    assert told(ours.stdout) == told(theirs.stdout)
