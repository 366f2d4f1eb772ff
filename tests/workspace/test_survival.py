"""What is killed comes back: the pane, the daemon in mid-answer, Zellij's server."""

import json

import psutil
import pytest

from support.conversing import SEND, ask, assistant_ready, go_to_assistant, said
from support.model_script import Gate, Say, Script, say
from support.model_server import ModelServer
from support.zellij import Workspace, command_line, wait_for

pytestmark = pytest.mark.zellij


def process_of(ready: Workspace, *words: str) -> psutil.Process:
    """The one living process whose command line or title has all of `words`."""

    def found() -> list[psutil.Process]:
        return [p for p in ready.processes() if all(word in command_line(p) for word in words)]

    return wait_for(found, f"a process with {words}")[0]


def daemon_of(ready: Workspace) -> psutil.Process:
    status = ready.run("picode", "daemon", "status", "--json")
    return psutil.Process(json.loads(status.stdout)["pid"])


def test_a_killed_assistant_pane_starts_again_with_the_conversation(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Said before the end."))
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "remember this")
    terminal.wait_for("Said before the end.")
    ready.kill(process_of(ready, "picode", "chat"))
    terminal.wait_for("EXIT")
    terminal.type("\r")
    terminal.wait_gone("EXIT")
    terminal.wait_for("remember this", "Said before the end.")


def test_after_the_daemon_was_killed_in_mid_answer_the_pane_goes_on(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("Half an answer "), Gate("never")), say("Whole again."))
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "first question")
    model_server.reached("never")
    terminal.wait_for("Half an answer")
    ready.kill(daemon_of(ready))
    assistant_ready(terminal)
    terminal.type("second question")
    terminal.wait_for("second question")
    terminal.type("\r")
    _, request = model_server.wait_for(2)
    assert "first question" in said(request)
    terminal.wait_for("Whole again.")


def test_after_the_daemon_was_killed_the_shells_key_starts_another(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Back at once."))
    terminal = ready.up()
    assistant_ready(terminal)
    terminal.type("echo pri'nted'\r")
    terminal.wait_for("printed")
    ready.kill(daemon_of(ready))
    terminal.type(SEND)
    [request] = model_server.wait_for(1)
    assert "printed" in said(request)
    terminal.wait_for("Back at once.")


def test_after_zellijs_server_was_killed_the_assistant_comes_back_by_itself(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Said in the first life."), say("Said in the second."))
    terminal = ready.up()
    assistant_ready(terminal)
    ready.action("write-chars", "--pane-id", "terminal_1", "mkdir deep && cd deep && echo now-de''ep\n")
    terminal.wait_for("now-deep")
    ask(terminal, "remember this")
    terminal.wait_for("Said in the first life.")
    ready.action("save-session")
    ready.kill(ready.servers()[0])
    terminal.wait_end()
    terminal = ready.up()
    terminal.wait_for("remember this", "Said in the first life.")
    terminal.wait_gone("aiting to run")
    assistant_ready(terminal)
    go_to_assistant(terminal)
    wait_for(lambda: ready.pane("assistant")["is_focused"], "the focus on the assistant")
    terminal.type("and this")
    terminal.wait_for("and this")
    terminal.type("\r")
    _, request = model_server.wait_for(2)
    assert "remember this" in said(request)
    terminal.wait_for("Said in the second.")
    # Zellij knows the panes by how it started them: in the shell's directory, and the assistant held
    terminal.type("/layout minimal")
    terminal.wait_for("/layout minimal")
    terminal.type("\r")
    wait_for(lambda: "explorer" not in [pane["title"] for pane in ready.panes()], "the other layout")
    assert [pane["title"] for pane in ready.panes() if not pane["is_plugin"]] == ["assistant", "terminal"]


def test_after_resurrection_the_terminal_pane_is_a_plain_shell_with_the_key(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Heard you."))
    terminal = ready.up()
    assistant_ready(terminal)
    ready.action("save-session")
    ready.kill(ready.servers()[0])
    terminal.wait_end()
    terminal = ready.up()
    assistant_ready(terminal)
    assert not ready.pane("terminal")["terminal_command"]
    terminal.type("echo still-recor'ded'\r")
    terminal.wait_for("still-recorded")
    terminal.type(SEND)
    [request] = model_server.wait_for(1)
    assert "still-recorded" in said(request)
    terminal.wait_for("Heard you.")
