"""Which conversation is meant: one for each workspace, whoever asks."""

import re

import pytest

from support.conversing import (
    SEND,
    ask,
    assistant_ready,
    go_to_assistant,
    go_to_terminal,
    last_text,
    said,
)
from support.model_script import say
from support.model_server import ModelServer
from support.zellij import Workspace

pytestmark = pytest.mark.zellij


def test_a_new_conversation_counts_for_the_shell_and_for_another_tabs_shell(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("To the first."), say("To the second."), say("To the third."), say("Again."))
    terminal = ready.up()
    assistant_ready(terminal)
    ask(terminal, "the first question")
    terminal.wait_for("To the first.")
    terminal.type("/new\r")
    shown = terminal.wait_until(lambda shown: shown.count("PiCode · ") >= 2, "the new conversation")
    heads = re.findall(r"PiCode · (\w+)", shown)
    assert len(heads) == len(set(heads)) == 2
    assistant_ready(terminal)
    go_to_terminal(ready, terminal)
    terminal.type("echo in-the-fi'rst'-tab\r")
    terminal.wait_for("in-the-first-tab")
    terminal.type(SEND)
    _, second = model_server.wait_for(2)
    assert "the first question" not in said(second)
    assert "in-the-first-tab" in said(second)
    terminal.wait_for("To the second.")
    ready.action("new-tab")
    terminal.wait_for("Tab #2", "shell>")
    terminal.type("echo in-the-sec'ond'-tab\r")
    terminal.wait_for("in-the-second-tab")
    terminal.type(SEND)
    third = model_server.wait_for(3)[2]
    assert "in-the-first-tab" in said(third)
    assert "in-the-second-tab" in last_text(third)
    assert "the first question" not in said(third)
    # and back to the first conversation, with all that was said in it
    ready.action("go-to-tab", "1")
    terminal.wait_for("To the third.")
    go_to_assistant(terminal)
    terminal.type(f"/resume {heads[0]}")
    terminal.wait_for(f"/resume {heads[0]}")
    terminal.type("\r")
    terminal.wait_until(lambda shown: shown.count("the first question") >= 2, "the first conversation again")
    assistant_ready(terminal)
    go_to_terminal(ready, terminal)
    terminal.type("echo back-aga'in'\r")
    terminal.wait_for("back-again")
    terminal.type(SEND)
    fourth = model_server.wait_for(4)[3]
    assert "the first question" in said(fourth)
    assert "back-again" in last_text(fourth)
    assert "in-the-first-tab" not in said(fourth)


def test_two_sessions_at_once_do_not_mix(ready: Workspace, model_server: ModelServer) -> None:
    model_server.enqueue(say("For the one."), say("For the other."))
    one = ready.up()
    assistant_ready(one)
    other_project = ready.home / "elsewhere"
    other_project.mkdir()
    other = ready.open("picode", "up", str(other_project))
    other.wait_for("Zellij (elsewhere)", "shell>")
    assistant_ready(other)
    ask(one, "asked in the one")
    one.wait_for("For the one.")
    other.type("echo typed-in-the-oth'er'\r")
    other.wait_for("typed-in-the-other")
    other.type(SEND)
    first, second = model_server.wait_for(2)
    other.wait_for("For the other.")
    assert "asked in the one" in said(first)
    assert "asked in the one" not in said(second)
    assert "typed-in-the-other" in said(second)
    assert "For the one." not in other.screen
    assert "For the other." not in one.screen


def test_a_bare_zellij_with_the_layout_is_joined_in_a_session_of_its_own_name(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Heard you."))
    terminal = ready.open(ready.zellij, "--layout", "picode")
    shown = terminal.wait_for("Zellij (", "explorer", "assistant", "shell>")
    [ready.session] = re.findall(r"Zellij \(([\w-]+)\)", shown)
    assistant_ready(terminal)
    terminal.type("echo joi'ned'\r")
    terminal.wait_for("✓ echo joi")
    terminal.type(SEND)
    [request] = model_server.wait_for(1)
    assert "joined" in last_text(request)
    terminal.wait_for("Heard you.")


def test_two_terminals_that_open_one_workspace_at_the_same_moment_share_it(
    ready: Workspace, model_server: ModelServer
) -> None:
    model_server.enqueue(say("For both."))
    ready.session = ready.project.name
    both = [ready.open("picode", "up") for _ in range(2)]
    for terminal in both:
        # Zellij draws its own bars for the later one only at the next change, now and then
        terminal.wait_for("explorer", "assistant", "shell>")
        assistant_ready(terminal)
    assert len(ready.servers()) == 1
    go_to_assistant(both[0])
    both[0].type("one question")
    for terminal in both:
        terminal.wait_for("one question")
    both[0].type("\r")
    for terminal in both:
        terminal.wait_for("For both.")
    assert len(model_server.wait_for(1)) == 1
