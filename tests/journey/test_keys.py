"""One daemon, and keys that come, change, are locked and go while it runs."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from picode.client.stream import Stream, connect
from picode.credentials import Credentials
from picode.errors import NotAllowed
from picode.protocol import requests as r
from picode.protocol.events import TurnEnded
from picode.protocol.replies import Snapshot
from picode.protocol.values import Place
from support.daemon import Running, executable
from support.model_script import say
from support.model_server import ModelServer

TESTS = Path(__file__).parents[1]
PASSPHRASE = "correct horse battery"


@pytest.fixture
def told(
    where: paths.Paths, home: Path, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """A daemon without a key, on a machine with a keyring."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", model_server.url)
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "support.file_keyring.FileKeyring")
    # the library finds its keyring once for a process; what was found before is found again afterwards
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setenv("FILE_KEYRING", str(home / "keyring.json"))
    model_server.when_empty = lambda _: say("hello")
    running = Running(where).start()
    try:
        yield running
    finally:
        running.stop()


def auth(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [executable(), "auth", *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def asked(daemon: Stream, conversation: str) -> TurnEnded:
    await daemon.ask(r.Ask(0, conversation, "hello", allow=[]))
    async for announced in daemon.events():
        if isinstance(announced.event, TurnEnded):
            return announced.event
    raise AssertionError


async def test_what_is_changed_counts_at_the_next_question(
    told: Running, where: paths.Paths, home: Path, model_server: ModelServer
) -> None:
    ring = home / "keyring.json"
    async with await connect(where, "test", start=False) as daemon:
        opened = await daemon.ask_for(
            Snapshot, r.Open(0, Place(str(home)), "new", model="anthropic/claude-sonnet-4-5")
        )
        await daemon.follow(opened.conversation)

        async def answer() -> str:
            """The key that the provider was shown, or the sentence that says why it was not asked."""
            before = len(model_server.requests)
            ended = await asked(daemon, opened.conversation)
            new = model_server.requests[before:]
            return new[0].headers["x-api-key"] if new else ended.error

        assert "There is no key for Anthropic" in await answer()
        assert "is in the keyring" in auth("add", "anthropic", given="sk-first-0123456789")
        assert model_server.listed[-1].headers["x-api-key"] == "sk-first-0123456789"
        assert await answer() == "sk-first-0123456789"
        # as another program that looks after the keyring would change it; only the file tells the daemon
        ring.write_text(ring.read_text().replace("first", "other"))
        os.utime(where.credentials)
        assert await answer() == "sk-other-0123456789"
        auth("remove", "anthropic")
        assert json.loads(ring.read_text()) == {}
        # the machine has lost its keyring, and its owner takes a passphrase
        ring.unlink()
        ring.mkdir()
        assert "encrypted" in Credentials.at(where, {}).add("anthropic", "sk-third-0123456789")
        assert await answer() == "sk-third-0123456789"
        kept = where.credentials.read_text()
        done = subprocess.run(
            [executable(), "auth", "rotate", "--passphrase"], capture_output=True, text=True, timeout=60,
            env={**os.environ, "PICODE_PASSPHRASE": PASSPHRASE},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert where.credentials.read_text() != kept
        assert await answer() == "sk-third-0123456789"  # the daemon was told
        told.stop()
        told.start()
    async with await connect(where, "test", start=False) as daemon:
        await daemon.ask_for(Snapshot, r.Open(0, Place(str(home)), "named", opened.conversation))
        await daemon.follow(opened.conversation)
        assert "locked with a passphrase" in await answer()
        with pytest.raises(NotAllowed, match="This is not the passphrase"):
            await daemon.ask(r.Unlock(0, "wrong horse battery"))
        await daemon.ask(r.Unlock(0, PASSPHRASE))
        assert await answer() == "sk-third-0123456789"
        Credentials.at(where, {}).remove("anthropic")
        assert "There is no key" in await answer()
