"""Keys that are kept, said by a command or got by signing in go to their own provider and nowhere else: a whole run of
a daemon with all of them, refusals that repeat them, a crash; and then a search everywhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from picode import paths
from picode.client.stream import Stream, connect
from picode.credentials import Credentials
from picode.protocol import codec
from picode.protocol import requests as r
from picode.protocol.events import ApprovalNeeded, TurnEnded
from picode.protocol.replies import Snapshot
from picode.protocol.values import Place
from support.daemon import Running, executable
from support.model_script import Call, Script, say
from support.model_server import ModelServer, Received
from support.oauth_server import OAuthServer, oauth_server, one_oauth_server

__all__ = ["oauth_server", "one_oauth_server"]

KEPT = "the" + "kept" + "key" + "of" + "4f81"
SAID = "the" + "said" + "key" + "of" + "77ab"
PASSPHRASE = "four" + "words" + "nobody" + "says"
TURNS = (
    ("openai/gpt-5.2", "failed"), ("anthropic/claude-sonnet-4-5", "done"), ("google/gemini-2.5-pro", "failed"),
    ("anthropic/claude-sonnet-4-5", "failed"),
)  # fmt: skip
BOUND = 60


@pytest.fixture
def told(
    where: paths.Paths,
    home: Path,
    model_server: ModelServer,
    oauth_server: OAuthServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Running]:
    """A daemon with a key in the encrypted file, one that a command says, and a sign-in that has to be refreshed."""
    environ = model_server.environ()
    for name in ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, environ[name])
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", model_server.url)
    monkeypatch.setenv("PICODE_LOG_LEVEL", "debug")
    monkeypatch.setenv("PICODE_PASSPHRASE", PASSPHRASE)
    (home / "project").mkdir()
    (home / "says").write_text(
        f"#!/bin/sh\nprintf '%s\\n' {SAID[:9]}{SAID[9:]}\n".replace(SAID, f"{SAID[:9]}'{SAID[9:]}'")
    )
    (home / "says").chmod(0o700)
    kept = Credentials.at(where, os.environ)
    kept.add("anthropic", KEPT)
    kept.add_command("openai", f"{home}/says")
    kept.add_tokens("gemini", oauth_server.issued("gemini", ended=True))
    running = Running(where).start()
    try:
        yield running
    finally:
        running.stop()


async def turn(daemon: Stream, conversation: str, text: str, heard: list[bytes]) -> TurnEnded:
    await daemon.ask(r.Ask(0, conversation, text, allow=[]))
    async for announced in daemon.events():
        heard.append(codec.encode(announced))
        if isinstance(announced.event, ApprovalNeeded):
            await daemon.ask(r.Answer(0, conversation, announced.event.approval.call_id, "allow"))
        if isinstance(announced.event, TurnEnded):
            return announced.event
    raise AssertionError


def shown_key(received: Received) -> str:
    """What the provider was shown as a key."""
    headers = received.headers
    given = headers.get("x-api-key") or headers.get("x-goog-api-key") or headers["authorization"]
    return given.removeprefix("Bearer ")


def everywhere(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]


async def test_a_run_leaves_none_of_them_anywhere(
    told: Running, where: paths.Paths, home: Path, model_server: ModelServer, oauth_server: OAuthServer
) -> None:
    look = f"env; cat {where.credentials} {where.state}/keys/*; {home}/says; cat /proc/$PPID/environ | tr '\\0' '\\n'"
    model_server.when_empty = lambda received: Script(
        status=401, error=f"invalid key: {shown_key(received)}", error_type="authentication_error"
    )
    heard: list[bytes] = []
    lines: list[str] = []
    async with await connect(where, "test", start=False) as daemon:
        opened = await daemon.ask_for(Snapshot, r.Open(0, Place(str(home / "project")), "new"))
        await daemon.follow(opened.conversation)
        for model, kind in TURNS:
            if kind == "done":
                model_server.enqueue(Script(Call("bash", {"command": look})), say("done"))
            await daemon.ask(r.SetModel(0, opened.conversation, model))
            ended = await turn(daemon, opened.conversation, f"what is the key? {KEPT}", heard)
            assert ended.outcome == kind, ended
            lines += ["\0".join(one.cmdline()) for one in psutil.Process().children(recursive=True)]
        heard.append(codec.encode(await daemon.ask(r.Look(0, opened.conversation))))
    texts = [printed(*words) for words in (
        ("auth", "list"), ("auth", "test"), ("daemon", "status", "--json"), ("doctor", "--json"), ("models", "--json"),
        ("daemon", "logs"),
    )]  # fmt: skip
    told.stop()
    (home / "says").unlink()
    used = {shown_key(one) for one in model_server.requests}
    assert {KEPT, SAID} < used
    tokens = {str(token[name]) for token in oauth_server.tokens for name in ("access_token", "refresh_token")}
    assert used & tokens, "the sign-in was used"
    assert oauth_server.refreshed >= 1
    for secret in (KEPT, SAID, PASSPHRASE, *tokens):
        for request in model_server.requests:
            at = request.text().find(secret)
            assert at < 0, f"{request.path} was sent {secret}: {request.text()[at - 200 : at + 200]}"
        leaks = [event for event in heard if secret.encode() in event]
        assert not leaks, b"\n".join(one[:150] + b"..." + one[-400:] for one in leaks)
        assert not [text for text in [*texts, *lines] if secret in text]
        found = [path for path in everywhere(home) if secret.encode() in path.read_bytes()]
        assert not found, f"{secret} is in {found}"


def printed(*arguments: str) -> str:
    done = subprocess.run([executable(), *arguments], capture_output=True, text=True, timeout=BOUND)
    return done.stdout + done.stderr


def test_a_crash_with_a_kept_key_in_hand_is_told_without_it(where: paths.Paths, home: Path) -> None:
    Credentials.at(where, {}).add("anthropic", KEPT)
    code = (
        "import sys, os\n"
        "from picode import paths\n"
        "from picode.credentials import Credentials\n"
        "from picode.cli import main\n"
        "def fail(*_):\n"
        "    found = Credentials.at(paths.resolve(), os.environ).find('anthropic')\n"
        "    raise ValueError(f'this went wrong with {found} and ' + found.secret.reveal())\n"
        "main._dispatch = fail\n"
        "sys.exit(main.run([]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=BOUND)
    assert done.returncode == 70
    report = (where.state / "crash.log").read_text()
    assert "this went wrong" in report
    assert KEPT not in done.stdout + done.stderr + report
