"""Detach while the assistant works, and come back: in a real Zellij."""

import json

import pytest

from support.conversing import ask, assistant_ready, go_to_assistant
from support.model_script import Call, Gate, Say, Script, say
from support.model_server import ModelServer
from support.screen import Terminal
from support.zellij import Workspace, wait_for

pytestmark = pytest.mark.zellij


def detached_before_the_question(
    ready: Workspace, model_server: ModelServer, policy: str, command: str = "touch made.txt"
) -> None:
    """Ask, leave, and let the model ask for a command only then."""
    configure(ready, f'[away]\npolicy = "{policy}"')
    model_server.enqueue(
        Script(Say("I make it. "), Gate("go"), Call("bash", {"command": command})), say("That was all.")
    )
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "Make the file")
    model_server.reached("go")
    ready.detach(terminal)
    model_server.open("go")


def back(ready: Workspace) -> Terminal:
    terminal = ready.up()
    terminal.wait_for("While you were away")
    return terminal


def configure(ready: Workspace, settings: str) -> None:
    file = ready.home / "p" / "config" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{settings}\n")


def log(ready: Workspace) -> str:
    return (ready.home / "p" / "state" / "daemon.log").read_text()


def test_a_question_that_comes_while_everybody_is_away_waits_and_the_pane_tells_what_happened(
    ready: Workspace, model_server: ModelServer
) -> None:
    detached_before_the_question(ready, model_server, "hold")
    wait_for(lambda: "nobody is at conversation" in log(ready), "the daemon's look at who is there")
    terminal = back(ready)
    terminal.wait_for("waits", "bash: touch made.txt")
    assert not (ready.project / "made.txt").exists()
    terminal.wait_for("wants to run", "touch made.txt")
    go_to_assistant(terminal)
    terminal.type("yes\r")
    terminal.wait_for("That was all.")
    assert (ready.project / "made.txt").exists()
    # once: another terminal that comes sees what is on the pane, and no second digest
    ready.detach(terminal)
    terminal = ready.up()
    terminal.wait_for("That was all.")
    assert terminal.screen.count("While you were away") == 1


@pytest.mark.parametrize("policy", ["deny", "allow"])
def test_what_would_be_asked_meanwhile_is_answered_as_the_policy_says(
    ready: Workspace, model_server: ModelServer, policy: str
) -> None:
    detached_before_the_question(ready, model_server, policy)
    [_, follow_up] = model_server.wait_for(2)
    assert follow_up.done.wait(20)
    terminal = back(ready)
    terminal.wait_for("1 turn ended", "denied" if policy == "deny" else "allowed", "bash: touch made.txt")
    assert (ready.project / "made.txt").exists() == (policy == "allow")
    assert ("away.policy" in json.dumps(follow_up.body)) == (policy == "deny")


def test_nothing_is_told_when_nothing_happened(ready: Workspace, model_server: ModelServer) -> None:
    configure(ready, '[log]\nlevel = "debug"')
    model_server.enqueue(say("First."), say("Second."))
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "one")
    terminal.wait_for("First.")
    wait_for(lambda: "somebody is at conversation" in log(ready), "the daemon's look at who is there")
    ready.detach(terminal)
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "two")
    terminal.wait_for("Second.")
    assert "While you were away" not in terminal.screen


def test_a_long_turn_that_ends_while_nobody_types_is_told_through_zellij(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("Long "), Gate("go"), Say("work.")))
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "Take your time")
    model_server.reached("go")
    terminal.wait_for("thinking 11 s")
    model_server.open("go")
    terminal.wait_for("Long work.")
    wait_for(lambda: b"the turn has ended" in bytes(terminal.raw), "the notification at the outer terminal")


def test_without_explorer_and_recorder_the_first_key_in_the_assistant_tells(
    workspace: Workspace, model_server: ModelServer
) -> None:
    workspace.environment["PICODE_NO_RECORD"] = "1"
    workspace.set_up("--no-grant")
    model_server.enqueue(Script(Say("Long "), Gate("go"), Say("work.")))
    workspace.session = workspace.project.name
    terminal = workspace.open("picode", "up")
    assistant_ready(terminal)
    go_to_assistant(terminal)
    terminal.type("Take your time")
    terminal.wait_for("Take your time")
    terminal.type("\r")
    model_server.reached("go")
    workspace.detach(terminal)
    model_server.open("go")
    wait_for(lambda: "nobody is at conversation" in log(workspace), "the daemon's look at who is there")
    terminal = workspace.attach()
    terminal.wait_for("Long work.")
    go_to_assistant(terminal)
    terminal.type("x")
    terminal.wait_for("While you were away", "1 turn ended")
