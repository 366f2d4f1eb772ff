"""Which conversation a terminal belongs to outside Zellij: the project names it."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, executable
from support.model_server import ModelServer, Say, Script


@pytest.fixture
def project(home: Path) -> Path:
    directory = home / "project"
    (directory / "src").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", directory], check=True)
    return directory


@pytest.fixture
def served(where: paths.Paths, model_server: ModelServer) -> Iterator[Running]:
    model_server.when_empty = lambda request: Script(Say("Yes."))
    running = Running(
        where, {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model", "SHELL": "/bin/zsh"}
    ).start()
    yield running
    running.stop()


def picode(directory: Path, *arguments: str, stdin: str = "") -> str:
    return subprocess.run(
        [executable(), *arguments], input=stdin, stdout=subprocess.PIPE, text=True, cwd=directory, timeout=60,
        check=True,
    ).stdout  # fmt: skip


def conversations(directory: Path) -> dict[str, int]:
    """How many messages each of the project's conversations has, by the first words of it."""
    found = [json.loads(line) for line in picode(directory, "sessions", "--json").splitlines()]
    return {one["first"]: one["messages"] for one in found}


def test_picode_begins_a_new_conversation_and_continue_takes_the_latest(
    served: Running, project: Path
) -> None:
    picode(project, "chat", stdin="one\n")
    picode(project / "src", "chat", stdin="two\n")
    picode(project, "chat", "--continue", stdin="three\n")
    assert conversations(project) == {"one": 2, "two": 4}


def test_what_a_shell_sends_goes_to_the_projects_latest(
    served: Running, project: Path, home: Path, model_server: ModelServer
) -> None:
    picode(project, "chat", stdin="one\n")
    picode(project / "src", "send", "why?", stdin="make: *** [all] Error 2\n")
    model_server.wait_for(2)
    told = picode(project, "chat", "--continue", stdin="and then?\n")
    assert "❯ why?" in told
    assert "make: *** [all] Error 2" in model_server.requests[1].text()
    (home / "other").mkdir()
    picode(home / "other", "send", "elsewhere?", stdin="x\n")
    model_server.wait_for(4)
    assert conversations(project) == {"one": 6}


def test_the_users_and_the_projects_instructions_reach_the_model(
    served: Running, where: paths.Paths, project: Path, model_server: ModelServer
) -> None:
    where.config.mkdir(parents=True, exist_ok=True)
    (where.config / "AGENTS.md").write_text("The user's rule is 4711.")
    (project / "AGENTS.md").write_text("The project's rule is 0815.")
    (project / "src/CLAUDE.md").write_text("The part's rule is 1234.")
    picode(project / "src", "-p", "hi")
    [request] = model_server.wait_for(1)
    system = str(request.body["messages"][0])
    places = [system.index(text) for text in ("rule is 4711", "rule is 0815", "rule is 1234")]
    assert places == sorted(places)
    assert os.path.realpath(project / "src") in system
    assert "zsh" in system
