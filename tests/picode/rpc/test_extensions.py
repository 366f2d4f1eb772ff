"""Extensions over RPC: their questions, what they show, their commands, their mistakes and their entries."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running
from support.extensions import written
from support.model_server import ModelServer, say
from support.rpc import RpcProgram

SOURCE = """
    def extension(pi):
        async def ask(words, ctx):
            ctx.ui.set_status("mood", "asking")
            chosen = await ctx.ui.select("Which?", ["one", "two"])
            sure = await ctx.ui.confirm("Sure?", "Of " + chosen)
            typed = await ctx.ui.input("Name?", "a name")
            ctx.ui.set_status("mood", None)
            ctx.ui.set_widget("w", ["a", "b"], "belowEditor")
            ctx.ui.set_title("told")
            ctx.ui.set_editor_text("typed for you")
            pi.append_entry("answers", [chosen, sure, typed])

        pi.register_command("ask", ask, "Asks.")

        @pi.on("agent_start")
        def broken(event, ctx):
            raise ValueError("no luck")
"""


NAMED = """
    def extension(pi):
        pi.register_flag("mood", "string", "none")
        pi.on("session_before_fork", lambda event, ctx: {"cancel": True})
        pi.on("session_before_switch", lambda event, ctx: {"cancel": event["reason"] == "new"})
        pi.on("session_start", lambda event, ctx: ctx.ui.notify("mood: " + pi.get_flag("mood")))
"""


@pytest.fixture
def rpc(where: paths.Paths, model_server: ModelServer, home: Path) -> Iterator[RpcProgram]:
    project = home / "project"
    project.mkdir()
    where.config.mkdir(parents=True, exist_ok=True)
    written(where.config, asking=SOURCE)
    running = Running(
        where, {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    ).start()
    [named] = written(home, named=NAMED)
    program = RpcProgram(project, "-e", str(named), "--mood=calm", "--plann")
    yield program
    program.close()
    running.stop()


def request(rpc: RpcProgram, method: str) -> dict[str, object]:
    return rpc.until(lambda one: one["type"] == "extension_ui_request" and one["method"] == method)


def respond(rpc: RpcProgram, asked: dict[str, object], answer: dict[str, object]) -> None:
    rpc.send(json.dumps({"type": "extension_ui_response", "id": asked["id"], **answer}).encode() + b"\n")


def test_extensions_ask_show_run_fail_and_keep(rpc: RpcProgram, model_server: ModelServer) -> None:
    [command] = rpc.data("get_commands")["commands"]
    for text in ("mood: calm", "No extension has the option --plann."):
        rpc.until(lambda one, text=text: one.get("message") == text)  # type: ignore[misc]
    assert (command["name"], command["source"], command["description"]) == ("ask", "extension", "Asks.")
    assert rpc.ask("prompt", message="/ask")["data"] == {"disposition": "handled"}
    assert request(rpc, "setStatus")["statusText"] == "asking"
    asked = request(rpc, "select")
    assert (asked["title"], asked["options"]) == ("Which?", ["one", "two"])
    respond(rpc, asked, {"value": "two"})
    asked = request(rpc, "confirm")
    assert (asked["title"], asked["message"]) == ("Sure?", "Of two")
    respond(rpc, asked, {"confirmed": True})
    asked = request(rpc, "input")
    assert asked["placeholder"] == "a name"
    respond(rpc, asked, {"cancelled": True})
    assert request(rpc, "setWidget")["widgetLines"] == ["a", "b"]
    assert request(rpc, "setTitle")["title"] == "told"
    assert request(rpc, "set_editor_text")["text"] == "typed for you"
    entry = rpc.until(lambda one: one["type"] == "entry_appended")["entry"]
    assert (entry["type"], entry["customType"], entry["data"]) == ("custom", "answers", ["two", True, None])
    assert model_server.requests == []

    model_server.enqueue(say("Hello."))
    rpc.ask("prompt", message="hi")
    rpc.settled(2)
    failed = rpc.until(lambda one: one["type"] == "extension_error")
    assert failed["event"] == "agent_start"
    assert failed["extensionPath"].endswith("asking.py")
    assert "ValueError: no luck" in failed["error"]
    assert "asking.py:18" in failed["error"]
    assert rpc.data("get_last_assistant_text") == {"text": "Hello."}
    [message] = rpc.data("get_fork_messages")["messages"]
    assert rpc.data("fork", entryId=message["entryId"]) == {"cancelled": True}
    assert rpc.data("clone") == {"cancelled": True}
    assert rpc.data("new_session") == {"cancelled": True}
