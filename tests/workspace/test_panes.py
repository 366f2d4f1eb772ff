"""Panes as tools: the scripted model opens, runs, waits, reads, writes, reruns, closes; the user sees and decides."""

import itertools
import re
import urllib.request
from typing import Any

import pytest

from support.conversing import assistant_ready
from support.model_script import Call, Gate, Say, Script, say
from support.model_server import ModelServer
from support.pane_calls import Talk
from support.zellij import Workspace, command_line, wait_for

pytestmark = pytest.mark.zellij

COLOURS = r"printf '\033[31mred\033[0m \360\237\246\200\n'; printf 'no end'; exit 3"
SERVER = "until [ -e go ]; do sleep 0.1; done; exec python3 -u -m http.server 0 --bind 127.0.0.1"
PANE_TOOLS = ["pane_run", "pane_rerun", "pane_write", "pane_focus", "pane_close"]


NUMBERS = itertools.count(1)


def call(tool: str, **arguments: Any) -> Script:
    return Script(Call(tool, arguments, id=f"toolu_{next(NUMBERS)}"))


@pytest.fixture
def trusted(ready: Workspace) -> Workspace:
    """The tools for panes were granted beforehand."""
    done = ready.run("picode", "config", "set", "tools.allow", ",".join(PANE_TOOLS))
    assert done.returncode == 0, done.stderr
    return ready


def test_a_command_in_a_pane_is_asked_for_seen_waited_for_and_read_byte_for_byte(
    ready: Workspace, model_server: ModelServer
) -> None:
    talk = Talk(ready, model_server)
    model_server.enqueue(
        call("pane_run", command=COLOURS, name="colours", wait=30),
        call("pane_read", name="colours", raw=True),
        call("pane_rerun", name="colours", wait=30),
        call("pane_read"),
        call("pane_close", name="colours"),
        say("You did not want that."),
    )
    talk.ask("colours please")
    assert not talk.panes("colours")
    talk.terminal.wait_for(f"in a new pane colours, in {ready.project}")
    talk.key("a", "pane_run wants to run")
    ran = talk.answered(2)
    assert ran.startswith("red 🦀\nno end\n")
    assert "exit status 3" in ran
    assert talk.answered(3).startswith("\\x1b[31mred\\x1b[0m 🦀\\x0d\nno end\n")
    again = talk.answered(4)  # granted letter for letter, so nobody was asked again
    assert again.startswith("red 🦀\nno end\n")
    assert "exit 3" in talk.terminal.wait_for("red 🦀", "exit 3 · Enter: again")
    assert re.search(r"^colours: .*exit status 3$", talk.answered(5))
    assert not talk.pane("colours")["is_focused"]
    talk.key("n", "Close pane colours")
    talk.terminal.wait_for("why not?")
    talk.terminal.type("\r")
    talk.answered(6)
    talk.terminal.wait_for("You did not want that.")
    assert talk.pane("colours")


def test_a_server_outlives_its_turn_and_the_daemon_and_is_read_and_stopped_later(
    trusted: Workspace, model_server: ModelServer
) -> None:
    talk = Talk(trusted, model_server)
    model_server.enqueue(
        call("pane_run", command=SERVER, name="web", where="floating", wait=0),
        call("pane_wait", name="web", text="Serving HTTP", wait=60),
        say("It serves."),
    )
    talk.ask("serve this")
    assert "still runs" in talk.answered(2)
    talk.terminal.wait_for("up to 60 s")
    (trusted.project / "go").touch()
    assert "; 'Serving HTTP' has come]" in talk.answered(3)
    talk.terminal.wait_for("It serves.", "Serving HTTP")
    model_server.enqueue(call("pane_read", name="web"), say("Still there."))
    assert trusted.run("picode", "daemon", "restart").returncode == 0
    talk.ask("is it there?")
    found = re.search(r"port (\d+)", answer := talk.answered(5))
    assert found, answer
    port = int(found[1])
    talk.terminal.wait_for("Still there.")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
        assert page.status == 200
    model_server.enqueue(
        call("pane_write", name="web", key="ctrl-c"),
        call("pane_wait", name="web", wait=30),
        call("pane_close", name="web"),
        call("pane_read"),
        say("Stopped."),
    )
    talk.ask("stop it")
    ended = talk.answered(8)
    assert "GET / HTTP/1.1" in ended
    assert re.search(r"exit status \d+", ended)
    assert "closed" in talk.answered(9)
    assert talk.answered(10) == "No pane that you opened is there."
    assert not talk.panes("web")


def test_a_question_in_a_pane_is_answered_and_a_running_pane_takes_no_second_command(
    trusted: Workspace, model_server: ModelServer
) -> None:
    talk = Talk(trusted, model_server)
    model_server.enqueue(
        call("pane_run", command="read -p 'name? ' name; echo hello $name", name="ask", wait=0),
        call("pane_run", command="echo no", name="ask"),
        call("pane_write", name="ask", text="Ada", key="enter"),
        call("pane_wait", name="ask"),
        call("pane_focus", name="ask"),
        call("pane_run", command="echo third", name="ask"),
        call("pane_run", command="pwd", where="tab"),
        say("Hello."),
    )
    talk.ask("greet me")
    assert "A command still runs in this pane." in talk.answered(3)
    assert "name? Ada\nhello Ada\n" in talk.answered(5)
    talk.answered(6)
    assert wait_for(lambda: talk.pane("ask")["is_focused"], "the focus")
    assert talk.answered(7).startswith("third\n")
    assert talk.answered(8).startswith(str(trusted.project))
    assert len(talk.panes("ask")) == 1


def test_a_pane_that_is_closed_or_killed_in_the_middle_of_a_wait_is_told_at_once(
    trusted: Workspace, model_server: ModelServer
) -> None:
    talk = Talk(trusted, model_server)
    for number, how in enumerate(("close", "kill")):
        model_server.enqueue(
            call("pane_run", command="cat", name=how, wait=0),
            call("pane_wait", name=how, wait=600),
            Script(Say("So be "), Gate(how), Say("it.")),
        )
        talk.ask(f"wait {how}")
        model_server.wait_for(3 * number + 2)
        talk.terminal.wait_for(f"pane_wait pane {how}")
        if how == "close":
            trusted.action("close-pane", "--pane-id", f"terminal_{talk.pane(how)['id']}")
        else:
            [program] = [one for one in trusted.processes() if "command_pane kill" in command_line(one)]
            trusted.kill(program)
        told = talk.answered(3 * number + 3)
        assert f"ane {how} " in told
        assert "closed" in told
        model_server.open(how)
        talk.terminal.wait_until(lambda shown: "· idle" in shown or "idle ·" in shown, "the end of the turn")
    assert not [one for one in trusted.processes() if command_line(one) == "cat"]


def test_after_a_resurrection_a_pane_waits_is_told_of_and_brought_to_life_by_rerun(
    trusted: Workspace, model_server: ModelServer
) -> None:
    talk = Talk(trusted, model_server)
    model_server.enqueue(
        call("pane_run", command="echo run$((40+2)); cat", name="web", wait=0),
        call("pane_wait", name="web", text="run42", wait=60),
        say("It runs."),
    )
    talk.ask("begin")
    talk.terminal.wait_for("It runs.", "run42")
    trusted.action("save-session")
    trusted.kill(trusted.servers()[0])
    talk.terminal.wait_end()
    talk.terminal = trusted.up()
    assistant_ready(talk.terminal)
    model_server.enqueue(
        call("pane_read"),
        call("pane_read", name="web"),
        call("pane_rerun", name="web", wait=0),
        call("pane_wait", name="web", text="run42", wait=1),
        say("It runs again."),
    )
    talk.ask("go on")
    assert "waits since it came back" in talk.answered(5)
    assert "pane_rerun runs it" in talk.answered(6)
    assert "still runs" in talk.answered(7)
    talk.terminal.wait_for("It runs again.", "run42")
    assert len(talk.panes("web")) == 1


def test_a_wait_goes_on_while_everybody_is_detached(trusted: Workspace, model_server: ModelServer) -> None:
    talk = Talk(trusted, model_server)
    model_server.enqueue(
        call("pane_run", command="until [ -e go ]; do sleep 0.1; done; echo went", name="slow", wait=0),
        call("pane_wait", name="slow", wait=600),
        say("It came to its end."),
    )
    talk.ask("wait for it")
    talk.terminal.wait_for("up to 600 s")
    trusted.detach(talk.terminal)
    (trusted.project / "go").touch()
    assert talk.answered(3).startswith("went\n")
    talk.terminal = trusted.attach()
    talk.terminal.wait_for("It came to its end.")
