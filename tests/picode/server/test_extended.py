"""A conversation without extensions pays nothing for them."""

import subprocess
import sys
from pathlib import Path

from picode.messages import User
from picode.protocol import events
from support.conversation import Heard, Scripted, conversation, says


def test_nothing_of_them_is_loaded_where_there_are_none() -> None:
    code = (
        "import sys, picode.server.boot, picode.agents.conversation, picode.rpc.serve\n"
        "print([name for name in sys.modules if 'extending' in name or name.startswith('picode.extensions')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


async def test_the_first_that_is_put_there_counts_after_reload(tmp_path: Path) -> None:
    from picode.agents.extending.joined import Joined
    from picode.server.extended import extend

    heard, provider = Heard(), Scripted(says("one"), says("two"))
    living = conversation(tmp_path, heard, provider, extend=extend)
    living.ask("first")
    await heard.until(events.TurnEnded)
    assert living.joined is None
    folder = tmp_path / "config" / "extensions"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text(
        "def extension(pi):\n    pi.on('input', lambda event, ctx: {'action': 'transform', 'text': 'changed'})\n"
    )
    living.join()
    assert isinstance(living.joined, Joined)
    living.ask("second")
    await heard.until(events.TurnEnded, 2)
    last = provider.requests[-1].messages[-1]
    assert isinstance(last, User)
    assert "changed" in str(last.content)
    (folder / "a.py").unlink()
    await living.joined.reload()
    assert not living.joined.extensions.running
    await living.close()
