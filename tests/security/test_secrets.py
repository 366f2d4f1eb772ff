"""Keys go to their own provider and nowhere else: a whole run with made-up keys, and then a search everywhere."""

import asyncio
import copy
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from picode import paths
from picode.agents.calls import Calls
from picode.client.stream import Stream, connect
from picode.credentials import Credentials, Secret
from picode.errors import PicodeError
from picode.protocol import codec
from picode.protocol import requests as r
from picode.protocol.events import AnyEvent, ApprovalNeeded, ToolPrinted, TurnEnded
from picode.protocol.replies import Snapshot
from picode.protocol.values import CommandRecord, Place
from support.daemon import Running, executable
from support.model_script import Call, Script, say
from support.model_server import ModelServer
from support.toolbox import call, toolbox

SHAPED = "sk-" + "ant-" + "api03-" + "Zx9Qw3Er5Ty7Ui1Op" * 3
"""A key that can be told by its form."""
SHAPELESS = "the" + "house" + "key" + "of" + "4f81"
"""One that cannot: of a proxy, say."""
FOUND = "gh" + "p_" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6"
"""What a command prints and a file holds."""


@pytest.fixture(params=[SHAPED, SHAPELESS], ids=["a key with a known form", "a key without a form"])
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def told(
    where: paths.Paths, home: Path, model_server: ModelServer, key: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """A daemon that has the key, for the server that plays the provider."""
    environ = {**model_server.environ(), "ANTHROPIC_API_KEY": key, "PICODE_LOG_LEVEL": "debug"}
    del environ["OPENAI_API_KEY"]
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (home / "project").mkdir()
    running = Running(where).start()
    try:
        yield running
    finally:
        running.stop()


async def turn(daemon: Stream, conversation: str, *, heard: list[bytes], **ask: object) -> TurnEnded:
    """Ask, and answer every approval with yes; everything announced goes to `heard` as it is on the wire."""
    await daemon.ask(r.Ask(0, conversation, allow=[], **ask))  # type: ignore[arg-type]
    async with asyncio.timeout(20):
        async for announced in daemon.events():
            heard.append(codec.encode(announced))
            if isinstance(announced.event, ApprovalNeeded):
                await daemon.ask(r.Answer(0, conversation, announced.event.approval.call_id, "allow"))
            if isinstance(announced.event, TurnEnded):
                return announced.event
    raise AssertionError


def everywhere(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]


def command_lines() -> list[str]:
    own = psutil.Process()
    return ["\0".join(one.cmdline()) for one in own.children(recursive=True)]


def printed(*arguments: str) -> str:
    done = subprocess.run([executable(), *arguments], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


async def test_a_run_leaves_no_secret_anywhere(
    told: Running, where: paths.Paths, home: Path, model_server: ModelServer, key: str
) -> None:
    project = home / "project"
    secret_file = project / "settings.py"
    # who decides about a change is shown the file as it is: here the secret is not near
    apart = "more = 0\n" * 12
    secret_file.write_text(f'name = 1\nGITHUB = "{FOUND}"\n{apart}age = 2\n')
    model_server.enqueue(
        Script(Call("bash", {"command": 'echo "$ANTHROPIC_API_KEY"; env; cat settings.py'})),
        Script(Call("read", {"path": "settings.py"})),
        Script(Call("read", {"path": "/proc/self/environ"})),
        Script(
            Call("edit", {"path": "settings.py", "edits": [{"oldText": "age = 2", "newText": "age = 3"}]})
        ),
        Script(Call("bash", {"command": "echo $ANTHROPIC_API_KEY >&2; exit 3"})),
        say("done"),
        Script(status=401, error=f"invalid x-api-key: {key}", error_type="authentication_error"),
    )
    heard: list[bytes] = []
    lines: list[str] = []
    record = CommandRecord(
        1, "env | grep KEY", str(project), head=f"ANTHROPIC={key}\n{FOUND}\n".encode(), status=0
    )
    async with await connect(where, "test", start=False) as daemon:
        opened = await daemon.ask_for(Snapshot, r.Open(0, Place(str(project)), "new"))
        await daemon.follow(opened.conversation)
        ended = await turn(
            daemon, opened.conversation, heard=heard, text=f"why? {key} {FOUND}", command=record
        )
        assert ended.outcome == "done", ended
        lines += command_lines()
        failed = await turn(daemon, opened.conversation, heard=heard, text="and now?")
        assert failed.outcome == "failed"
        assert failed.kind
        heard.append(codec.encode(await daemon.ask(r.Look(0, opened.conversation))))
        heard.append(codec.encode(await daemon.ask(r.Replay(0, opened.conversation, 0))))
        try:
            heard.append(codec.encode(await daemon.ask(r.SetModel(0, opened.conversation, f"x/{key[:3]}"))))
        except PicodeError as error:
            heard.append(str(error).encode())
    shown = [
        printed("daemon", "status", "--json"), printed("doctor", "--json"), printed("models", "--json"),
        printed("auth", "list"), printed("daemon", "logs"), printed("sessions", "--all", "--json"),
    ]  # fmt: skip
    assert secret_file.read_text() == f'name = 1\nGITHUB = "{FOUND}"\n{apart}age = 3\n'
    secret_file.unlink()
    told.stop()
    for secret in (key, FOUND):
        for request in model_server.requests:
            assert secret not in request.text(), f"the body of a request to the provider has {secret}"
        leaks = [event for event in heard if secret.encode() in event]
        assert not leaks, b"\n".join(one[:150] + b"..." + one[-400:] for one in leaks)
        assert not [text for text in [*shown, *lines] if secret in text]
        kept = [path for path in everywhere(home) if secret.encode() in path.read_bytes()]
        assert not kept, f"{secret} is in {kept}"
    assert all(request.headers["x-api-key"] == key for request in model_server.requests)
    assert "[redacted" in model_server.requests[0].text()


async def test_a_diff_that_is_kept_has_no_secret_of_the_lines_around_it(home: Path) -> None:
    (home / "settings.py").write_text(f'GITHUB = "{FOUND}"\nage = 2\n')
    result = await call(
        toolbox(home), home, "edit", path="settings.py", edits=[{"oldText": "age = 2", "newText": "age = 3"}]
    )
    assert "age = 3" in repr(result.details)
    assert FOUND not in repr(result)


async def test_a_key_that_comes_in_pieces_is_not_shown_while_it_comes(home: Path) -> None:
    events: list[AnyEvent] = []
    calls = Calls(toolbox(home), "c", str(home), emit=events.append, told=lambda _: None, now=lambda: 0)
    half = len(FOUND) // 2
    command = (
        f"printf %s {FOUND[:half]}; sleep 0.2; printf '%s\\nend\\n' {FOUND[half:]}; sleep 0.2; printf rest"
    )
    await calls.command("1", command, True, asyncio.Event())
    printed = "".join(event.text for event in events if isinstance(event, ToolPrinted))
    assert printed == "[redacted: GitHub token]\nend\nrest"


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
async def test_an_error_that_echoes_the_key_is_told_without_it(
    told: Running, home: Path, model_server: ModelServer, key: str, status: int
) -> None:
    model_server.when_empty = lambda request: Script(
        status=status, headers={"retry-after": "0"},
        error=f"Incorrect API key provided: {key}. {request.headers['x-api-key']} \x1b[31m",
    )  # fmt: skip
    done = subprocess.run(
        [executable(), "-p", "hello", "--model", "anthropic/claude-sonnet-4-5"],
        capture_output=True, text=True, timeout=60, cwd=home / "project",
    )  # fmt: skip
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert key not in done.stdout + done.stderr
    told.stop()
    assert not [path for path in everywhere(home) if key.encode() in path.read_bytes()]


def test_a_crash_is_told_without_a_key(home: Path, where: paths.Paths, key: str) -> None:
    code = (
        "import sys, os\n"
        "from picode.cli import main\n"
        "def fail(*_):\n"
        "    raise ValueError('this went wrong with ' + os.environ['ANTHROPIC_API_KEY'])\n"
        "main._dispatch = fail\n"
        "sys.exit(main.run([]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
        env={**os.environ, "ANTHROPIC_API_KEY": key},
    )  # fmt: skip
    assert done.returncode == 70
    report = where.state / "crash.log"
    assert "this went wrong" in report.read_text()
    assert key not in done.stdout + done.stderr + report.read_text()
    assert report.stat().st_mode & 0o077 == 0


def test_a_key_shows_itself_in_no_form(home: Path, key: str) -> None:
    credentials = Credentials(home / "c.json", {"ANTHROPIC_API_KEY": key})
    found = credentials.find("anthropic")
    assert found is not None
    shown = [repr(found), str(found), f"{found.secret}", f"{found.secret!r:>40}"]
    shown += [repr(credentials.listed()), json.dumps(credentials.listed())]
    assert not [text for text in shown if key in text]
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(Secret(key))


def test_files_of_keys_are_for_their_owner_alone(home: Path, where: paths.Paths, key: str) -> None:
    credentials = Credentials(where.credentials, {})
    credentials.add("anthropic", key)
    assert where.credentials.stat().st_mode & 0o777 == 0o600
    where.credentials.chmod(0o644)
    with pytest.raises(PicodeError) as refused:
        credentials.find("anthropic")
    assert key not in str(refused.value)
