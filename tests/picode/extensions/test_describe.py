"""docs/extensions.md: its table is the code's, and its example does what the page says."""

import re
import subprocess
from pathlib import Path

from picode.extensions.describe import table
from picode.messages import ToolResult, plain_text
from picode.protocol import events
from support.conversation import calls, says
from support.extensions import talking, written

PAGE = (Path(__file__).parents[3] / "docs" / "extensions.md").read_text()


def test_the_table_of_events_is_printed_from_the_code() -> None:
    assert table() in PAGE


async def test_the_example_works_as_it_stands(tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    files = written(tmp_path, guard=found[1])
    project = tmp_path / "project"
    project.mkdir()
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    commit = ["git", "-C", str(project), *identity, "commit", "-q", "--allow-empty", "-m", "Mend T-7"]
    subprocess.run(commit, check=True)
    wanted = calls(("a", "bash", '{"command": "git push"}'), ("b", "tickets", '{"ticket": "T-7"}'))
    async with talking(tmp_path, files, wanted, says("done"), says("three lines")) as talk:
        talk.conversation.ask("push", allow=["bash"])
        while not talk.conversation.status.dialogs:
            await talk.heard.until(events.StatusChanged, len(talk.heard.of(events.StatusChanged)) + 1)
        [dialog] = talk.conversation.status.dialogs
        assert (dialog.kind, dialog.title, dialog.message) == ("confirm", "Push?", "git push")
        talk.joined.dialogs.settle(dialog.id, False)
        await talk.heard.until(events.TurnEnded)
        added = [one.entry.message for one in talk.heard.of(events.EntryAdded)]
        results = [plain_text(one.content) for one in added if isinstance(one, ToolResult)]
        assert results[0] == "The user does not want to push now."
        assert results[1].endswith("Mend T-7\n")
        assert [(one.key) for one in talk.joined.shortcuts()] == ["alt+u"]
        talk.conversation.ask("/standup today")
        await talk.heard.until(events.TurnEnded, 2)
        assert "Tell in three lines what was done here. today" in str(talk.provider.requests[-1].messages)
        assert talk.failures() == []
