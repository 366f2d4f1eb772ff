"""What a person does all day: ask, send what just failed, leave and come back."""

import pytest

from support.conversing import SEND, ask, assistant_ready, last_text, said
from support.model_script import Gate, Say, Script, say
from support.model_server import ModelServer
from support.tools import need
from support.zellij import Workspace

pytestmark = pytest.mark.zellij

FAILING = """#!/bin/sh
printf '\\033[31mrot\\033[0m Grüße 🦀 one\\n'
printf '\\033[1mtwo\\033[0m without an end'
exit 3
"""


def test_the_first_words_are_on_screen_before_the_last_were_sent(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("First words "), Gate("go"), Say("and last ones.")))
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "What is this?")
    model_server.reached("go")
    terminal.wait_for("First words")
    model_server.open("go")
    terminal.wait_for("and last ones.")
    [request] = model_server.wait_for(1)
    assert last_text(request).endswith("What is this?")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_one_key_sends_every_byte_of_text_that_the_last_command_printed(
    workspace: Workspace, model_server: ModelServer, shell: str
) -> None:
    workspace.environment["SHELL"] = need(shell)
    (workspace.home / ".zshrc").write_text("PS1='shell> '\n")
    fish = workspace.home / ".config" / "fish"
    fish.mkdir(parents=True)
    (fish / "config.fish").write_text("function fish_prompt; echo -n 'shell> '; end; set -g fish_greeting\n")
    workspace.set_up()
    (workspace.project / "fail.sh").write_text(FAILING)
    model_server.enqueue(say("It ended with status three."))
    terminal = workspace.up()
    assistant_ready(terminal)
    terminal.type("sh fail.sh\r")
    terminal.wait_for("rot Grüße", "two without an end")
    terminal.wait_until(lambda shown: shown.count("shell>") >= 2, "the next prompt")
    terminal.type(SEND)
    [request] = model_server.wait_for(1)
    sent = last_text(request)
    assert "rot Grüße 🦀 one\ntwo without an end" in sent
    assert "sh fail.sh" in sent
    assert "3" in sent
    assert "\x1b" not in sent
    terminal.wait_for("It ended with status three.")


def test_a_question_on_the_line_goes_with_the_last_output(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Because it is not there."))
    terminal = ready.up()
    assistant_ready(terminal)
    terminal.type("ls /not/there\r")
    terminal.wait_until(lambda shown: shown.count("shell>") >= 2, "the next prompt")
    terminal.type("why did that fail?")
    terminal.wait_for("shell> why did that fail?")
    terminal.type(SEND)
    [request] = model_server.wait_for(1)
    assert "why did that fail?" in last_text(request)
    assert "/not/there" in last_text(request)
    terminal.wait_for("Because it is not there.")
    terminal.wait_gone("shell> why did that fail?")


def test_a_turn_goes_on_while_detached_and_the_follow_up_carries_the_whole_conversation(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("Begun here, "), Gate("go"), Say("ended there.")), say("Second answer."))
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "first question")
    model_server.reached("go")
    terminal.wait_for("Begun here,")
    ready.detach(terminal)
    model_server.open("go")
    [request] = model_server.wait_for(1)
    assert request.done.wait(20)
    terminal = ready.up()
    terminal.wait_for("Begun here, ended there.")
    terminal.type("second question")
    terminal.wait_for("second question")
    terminal.type("\r")
    _, follow_up = model_server.wait_for(2)
    for text in ("first question", "Begun here, ended there.", "second question"):
        assert text in said(follow_up)
    terminal.wait_for("Second answer.")


def test_with_two_terminals_on_one_session_each_key_counts_once(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Answer number one."), say("Answer number two."))
    first = ready.up()
    assistant_ready(first)
    second = ready.up()
    assistant_ready(second)
    first.type("echo from-the-fir'st'\r")
    second.wait_for("from-the-first")
    first.type(SEND)
    for terminal in (first, second):
        terminal.wait_for("Answer number one.")
    second.type("echo from-the-seco'nd'\r")
    first.wait_for("from-the-second")
    second.type(SEND)
    for terminal in (first, second):
        terminal.wait_for("Answer number two.")
    requests = model_server.wait_for(2)
    assert len(requests) == 2
    assert "from-the-first" in last_text(requests[0])
    assert "from-the-second" in last_text(requests[1])
