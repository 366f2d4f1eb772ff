"""The pane where lines come from a pipe, or the terminal can only print lines."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, executable
from support.model_server import Call, Gate, ModelServer, Say, Script
from support.screen import Terminal

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def chat(where: paths.Paths, model_server: ModelServer, home: Path) -> Iterator[Run]:
    given = {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    running = Running(where, given).start()
    (home / "project").mkdir()

    def run(*arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [executable(), "chat", *arguments], input=typed, capture_output=True, text=True,
            cwd=home / "project", timeout=60, check=False,
        )  # fmt: skip

    yield run
    running.stop()


def test_what_a_pipe_asks_is_answered_before_it_ends(chat: Run, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("The "), Say("answer.")))
    done = chat(typed="a question\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "❯ a question\n\nThe answer.\n" in done.stdout


def test_a_command_of_a_pipe_is_run_before_it_ends(chat: Run) -> None:
    assert "\nit ran\n" in chat(typed="!echo it ran\n").stdout


def test_a_pipe_reloads_what_there_is(chat: Run, home: Path) -> None:
    (home / "project" / ".picode" / "prompts").mkdir(parents=True)
    (home / "project" / ".picode" / "prompts" / "look.md").write_text("Look at $1.")
    told = chat(typed="/reload\n").stdout
    assert ("Read anew: settings" in told, "prompt templates: 1" in told) == (True, True)


def test_a_question_that_needs_a_person_is_left_to_the_next_one(
    chat: Run, model_server: ModelServer, home: Path
) -> None:
    model_server.enqueue(Script(Call("bash", {"command": "touch made"})), Script(Say("Done.")))
    assert "touch made" in chat(typed="go\n").stdout
    assert not (home / "project/made").exists()
    assert "Done." in chat("--continue", typed="y\n").stdout
    assert (home / "project/made").exists()


def test_a_pipe_that_asks_nothing_ends_the_pane(chat: Run) -> None:
    done = chat()
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["nosuch", "{home}/other.txt"])
def test_a_conversation_that_is_none_is_one_sentence(chat: Run, home: Path, name: str) -> None:
    (home / "other.txt").write_text("no session\n")
    done = chat("--session", name.format(home=home))
    assert done.returncode in (65, 66)
    assert done.stderr.startswith("picode: ")
    assert done.stderr.count("\n") == 1
    assert (home / "other.txt").read_text() == "no session\n"


def test_a_person_leaves_at_once_and_the_turn_goes_on(
    chat: Run, model_server: ModelServer, home: Path
) -> None:
    model_server.enqueue(Script(Say("Begun"), Gate("rest"), Say(", and ended.")))
    terminal = Terminal([executable(), "chat"], {**os.environ, "TERM": "dumb"}, home / "project", 80, 24)
    try:
        terminal.wait_for("PiCode")
        terminal.type("go\r")
        terminal.wait_for("❯ go")
        terminal.type("\x04")
        assert terminal.wait_end() == 0
    finally:
        terminal.close()
    model_server.open("rest")
    assert "Begun, and ended." in chat("--continue", typed="!true\n").stdout
