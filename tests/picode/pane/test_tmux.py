"""The pane in a real tmux."""

import base64
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from picode.pane.state import State
from picode.pane.view import answer_rows
from support.daemon import Running, executable
from support.model_server import Call, Gate, ModelServer, Say, Script
from support.screen import PATIENCE, Terminal
from support.tools import need


@pytest.fixture
def terminal(where: paths.Paths, model_server: ModelServer, home: Path) -> Iterator[Terminal]:
    """tmux with the assistant in it, on a server of its own."""
    tmux = [need("tmux"), "-S", str(home / "tmux"), "-f", "/dev/null"]
    given = {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    running = Running(where, given).start()
    options = ["set", "-g", "set-clipboard", "on", ";", "set", "-g", "allow-passthrough", "on"]
    # a session of tmux keeps what its server was started with
    shown = Terminal(
        [*tmux, "new-session", f"{executable()} chat", ";", *options],
        {**os.environ, "TMUX": ""},
        home,
        80,
        24,
    )
    try:
        yield shown
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True, timeout=20)
        shown.close()
        running.stop()


def test_an_answer_a_tool_and_a_narrower_window(terminal: Terminal, model_server: ModelServer) -> None:
    model_server.enqueue(
        Script(Say("I **look** at it."), Call("ls", {"path": "."})),
        Script(Say("A line of words. " * 8 + "End.")),
    )
    terminal.wait_for("idle · openai/local-model")
    terminal.type("go\r")
    terminal.wait_for("I look at it.", "✓ ls", "End.", "idle")
    terminal.resize(50, 20)
    terminal.wait_until(
        lambda shown: shown.count("idle") == 1 and "End." in shown, "the picture in 50 columns"
    )
    terminal.type("/copy\r")
    terminal.wait_for("OSC 52")
    text = base64.b64encode(("A line of words. " * 8 + "End.").encode())
    assert text in bytes(terminal.raw)
    terminal.type("/quit\r")
    assert terminal.wait_end() == 0


@pytest.mark.parametrize(("columns", "rows"), [(45, 24), (80, 14)])
def test_a_narrower_or_a_lower_window_leaves_no_part_of_an_answer_twice(
    terminal: Terminal, model_server: ModelServer, home: Path, columns: int, rows: int
) -> None:
    model_server.enqueue(Script(Say("\n".join(f"filling {number}  " for number in range(40)))))
    words = [f"w{number}." for number in range(250)]
    model_server.enqueue(Script(Say(" ".join(words) + " "), Gate("on"), Say("END.")))
    terminal.wait_for("idle · openai/local-model")
    terminal.type("fill\r")
    terminal.wait_for("filling 39", "idle")
    terminal.type("go\r")
    terminal.wait_for("w249.")
    terminal.resize(columns, rows)
    until = time.monotonic() + PATIENCE
    # what tmux itself has; the screen behind it is drawn a little later
    while not (captured(home).count("thinking") == 1 and drawn(captured(home))):
        assert time.monotonic() < until, captured(home)
    model_server.open("on")
    terminal.wait_for("END.", "idle")
    printed = captured(home, "-S", "-")
    assert [word for word in words if len(re.findall(rf"\b{re.escape(word)}", printed)) != 1] == []


def test_a_window_a_quarter_as_wide_repeats_no_more_than_its_bound_and_loses_nothing(
    terminal: Terminal, model_server: ModelServer, home: Path
) -> None:
    """Beyond half as wide there is a bound (docs/pane.md): what the fold pushes out of the window."""
    columns, rows = 20, 24
    model_server.enqueue(Script(Say("\n".join(f"filling {number}  " for number in range(40)))))
    words = [f"w{number}." for number in range(250)]
    model_server.enqueue(Script(Say(" ".join(words) + " "), Gate("on"), Say("END.")))
    terminal.wait_for("idle · openai/local-model")
    terminal.type("fill\r")
    terminal.wait_for("filling 39", "idle")
    terminal.type("go\r")
    terminal.wait_for("w249.")
    shown = answer_rows(State(width=80, height=24))
    terminal.resize(columns, rows)
    until = time.monotonic() + PATIENCE
    while not (captured(home).count("thinking") == 1 and drawn(captured(home))):
        assert time.monotonic() < until, captured(home)
    model_server.open("on")
    terminal.wait_for("END.", "idle")
    printed = captured(home, "-J", "-S", "-")
    # the first picture is gone, too
    assert ("connecting" in printed, "thinking" in printed) == (False, False)
    counts = [len(re.findall(rf"\b{re.escape(word)}", printed)) for word in words]
    assert (min(counts), max(counts) <= 2) == (1, True)
    repeated = " ".join(word for word, count in zip(words, counts, strict=True) if count == 2)
    folds = -(-80 // columns)
    # the answer's rows, the status line's and the input's, less what the window holds
    assert len(repeated) <= columns * (folds * (shown + 1) + 1 - rows)


def captured(home: Path, *options: str) -> str:
    tmux = [need("tmux"), "-S", str(home / "tmux"), "capture-pane", "-p", *options]
    return subprocess.run(tmux, capture_output=True, text=True, timeout=20, check=True).stdout


def drawn(shown: str) -> bool:
    """The live area was drawn for the window as it is: its status line ends it, on one line."""
    status = [line for line in shown.splitlines() if line.startswith("thinking")]
    return shown.rstrip().splitlines()[-1:] == status and "w249." in shown
