"""Real pi, driven by the scripted model server: `.ci/pi` installs it into .tools, PICODE_TEST_PI names other ones.

A version that is not there skips by name on a user's machine, and fails where `CI` is set and Node is there.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from picode.paths import assets
from support.model_server import ModelServer, say
from support.tools import need

VERSIONS = ("0.58.3", "0.73.1", "0.87.1")
"""The dialects that PiCode writes first and last, and the newest pi that the registry has whole."""
WITHIN = 120
"""Seconds for one answer of pi."""
ENDS_WITHIN = 5
"""Seconds after the end of its input; some versions stay."""


def packages() -> dict[str, Path]:
    """The installed package directories, by version."""
    tools = assets() / ".tools"
    found = [Path(name) for name in os.environ.get("PICODE_TEST_PI", "").split(os.pathsep) if name]
    found += [path.parent for path in tools.glob("pi-*/node_modules/@*/pi-coding-agent/package.json")]
    return {json.loads((path / "package.json").read_text())["version"]: path for path in found}


def node() -> str:
    """Node 22 where it was installed beside pi, else the machine's."""
    own = assets() / ".tools" / "node" / "node_modules" / "node" / "bin" / "node"
    return str(own) if own.exists() else need("node")


def command(version: str) -> list[str]:
    """How this version is called; skips, or fails in CI, where it is not there."""
    found = packages().get(version)
    if found is None:
        said = f"pi {version} is not here; `.ci/pi` installs it into .tools"
        if os.environ.get("CI") and shutil.which("npm"):
            pytest.fail(said)
        pytest.skip(said)
    return [node(), str(found / "dist" / "cli.js")]


def environ(home: Path) -> dict[str, str]:
    return {
        **os.environ, "PI_CODING_AGENT_DIR": str(home), "PI_OFFLINE": "1", "PI_SKIP_VERSION_CHECK": "1",
        "HOME": str(home), "PI_TELEMETRY": "0",
    }  # fmt: skip


def configure(home: Path, server: ModelServer, window: int = 100_000) -> None:
    """One provider: the scripted server, with a context window of so many tokens."""
    home.mkdir(parents=True, exist_ok=True)
    model = {"id": "fake-1", "contextWindow": window, "maxTokens": 1000, "input": ["text", "image"]}
    provider = {"baseUrl": f"{server.url}/v1", "apiKey": "x", "api": "openai-completions", "models": [model]}
    (home / "models.json").write_text(json.dumps({"providers": {"fake": provider}}))
    # so that it finds something to compact in a short conversation
    (home / "settings.json").write_text(json.dumps({"compaction": {"keepRecentTokens": 1}}))


class Pi:
    """pi in a home of its own."""

    def __init__(self, version: str, home: Path, server: ModelServer) -> None:
        self.command = command(version)
        self.version, self.server = version, server
        self.home, self.project, self.sessions = home / "pi", home / "proj", home / "sessions"
        for directory in (self.project, self.sessions):
            directory.mkdir()
        configure(self.home, server)

    def run(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """With the fake provider, in the project; what it does within a bound."""
        return subprocess.run(
            [*self.command, "--provider", "fake", "--model", "fake-1", *arguments],
            env=environ(self.home), cwd=self.project, capture_output=True, text=True, timeout=WITHIN, input=stdin,
            check=False,
        )  # fmt: skip

    def say(self, words: str, *reply: str, file: Path | None = None) -> list[dict[str, Any]]:
        """Ask pi once; what the model was told."""
        self.server.enqueue(*(say(text) for text in reply))
        before = len(self.server.requests)
        where = ["--session", str(file)] if file else ["--session-dir", str(self.sessions)]
        done = self.run("-p", *where, words)
        assert done.returncode == 0, done.stderr
        assert reply[-1] in done.stdout
        messages: list[dict[str, Any]] = self.server.wait_for(before + 1)[-1].body["messages"]
        return messages

    def rpc(
        self, file: Path, *commands: dict[str, Any], extension: Path | None = None
    ) -> list[dict[str, Any]]:
        """Commands in RPC mode, each after the answer to the one before; their answers.

        `{"turn": words}` is a prompt that is waited for until the turn has ended."""
        more = ["-e", str(extension)] if extension else []
        with subprocess.Popen(
            [*self.command, "--provider", "fake", "--model", "fake-1", "--mode", "rpc", "--session", str(file), *more],
            env=environ(self.home), cwd=self.project, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                return [self._asked(process, number, asked) for number, asked in enumerate(commands)]
            finally:
                process.stdin.close()
                try:
                    process.wait(ENDS_WITHIN)
                except subprocess.TimeoutExpired:
                    process.kill()

    def _asked(self, process: "subprocess.Popen[str]", number: int, asked: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        turn = asked.get("turn")
        sent = {"type": "prompt", "message": turn} if turn else asked
        process.stdin.write(json.dumps({"id": f"c{number}", **sent}) + "\n")
        process.stdin.flush()
        wanted = "agent_end" if turn else "response"
        for line in process.stdout:
            event: dict[str, Any] = json.loads(line)
            if event.get("type") == "response" and event.get("id") == f"c{number}":
                assert event["success"], event
            if event.get("type") == wanted and event.get("id") in (None, f"c{number}"):
                return event
        raise AssertionError(f"pi ended before it answered {asked}")

    def only_file(self) -> Path:
        [file] = self.sessions.rglob("*.jsonl")
        return file
