import json
import os
import stat
from pathlib import Path

import pytest

from picode.config.schema import Settings, Tools
from picode.messages import ToolCall
from picode.tools import audit
from picode.tools.permissions import Grants
from picode.tools.toolbox import Result
from support.toolbox import call, text, toolbox


def records(home: Path) -> list[tuple[str, str, str]]:
    lines = (home / "state" / "audit.jsonl").read_text().splitlines()
    return [(line["tool"], line["step"], line["outcome"]) for line in map(json.loads, lines)]


async def test_each_step_leaves_a_record(home: Path) -> None:
    box = toolbox(home)
    await call(box, home, "ls")
    await call(box, home, "nosuch")
    await call(box, home, "read")
    await call(box, home, "read", path="gone")
    box.asked("conversation", ToolCall(id="call", name="bash", arguments={}), "deny", "no")
    assert records(home) == [
        ("ls", "check", "allow"), ("ls", "run", "done"), ("nosuch", "look up", "failed"),
        ("read", "validate", "failed"),
        ("read", "check", "allow"), ("read", "run", "failed"), ("bash", "ask", "deny"),
    ]  # fmt: skip


async def test_the_record_is_private_and_has_no_secret(home: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6" * 3
    await call(toolbox(home), home, "bash", command=f"curl -H 'Authorization: token {secret}' localhost:1")
    path = home / "state" / "audit.jsonl"
    assert secret not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_record_is_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "LARGEST", 1000)
    box = toolbox(home)
    for _ in range(50):
        await call(box, home, "ls")
    assert sorted(os.listdir(home / "state")) == ["audit.jsonl", "audit.jsonl.1"]
    assert sum((home / "state" / name).stat().st_size for name in os.listdir(home / "state")) < 3000


async def test_a_tool_that_is_not_there_and_one_that_is_switched_off(home: Path) -> None:
    box = toolbox(home, Settings(tools=Tools(deny=["bash", "write"])))
    assert text(await call(box, home, "nosuch")) == "Tool nosuch not found"
    assert [spec.name for spec in box.specs()] == ["read", "edit", "grep", "find", "ls", "timeline"]
    assert (await call(box, home, "bash", command="true")).is_error


async def test_settings_can_grant(home: Path) -> None:
    box = toolbox(home, Settings(tools=Tools(allow=["bash"])))
    wanted = ToolCall(id="c", name="bash", arguments={"command": "ls"})
    found = await box.prepare(wanted, str(home), "x", box.policy(frozenset(), True), Grants())
    assert not isinstance(found, Result)
    assert found.verdict.decision == "allow"


async def test_names_that_are_no_unicode_reach_the_model_readable(home: Path) -> None:
    (home / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    result = await call(toolbox(home), home, "ls")
    assert "caf?.txt" in text(result)
    text(result).encode()


async def test_what_a_person_is_shown_has_an_end(home: Path) -> None:
    box = toolbox(home)
    wanted = ToolCall(id="c", name="bash", arguments={"command": "echo " + "x" * 300_000})
    found = await box.prepare(wanted, str(home), "x", box.policy(frozenset(), False), Grants())
    assert not isinstance(found, Result)
    assert found.approval().detail.endswith("… 100,005 more characters are not shown here.")
    assert len(found.approval().title) == 200
