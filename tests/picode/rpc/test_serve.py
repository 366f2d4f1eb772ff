"""`picode --mode rpc` as a whole process, with a real daemon and a model server on loopback."""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from picode import paths
from picode.rpc.commands import COMMANDS
from support.daemon import Running
from support.model_server import Call, Gate, ModelServer, Say, Script, say
from support.rpc import RpcProgram


@pytest.fixture
def project(home: Path) -> Path:
    (home / "project").mkdir()
    return home / "project"


@pytest.fixture
def rpc(where: paths.Paths, model_server: ModelServer, project: Path) -> Iterator[RpcProgram]:
    given = {
        **model_server.environ(),
        "PICODE_MODELS_DEFAULT": "openai/local-model",
        "PICODE_MODELS_RETRY_DELAY": "0",
        "PICODE_COMPACTION_KEEP_RECENT_TOKENS": "10",
    }
    running = Running(where, given).start()
    program = RpcProgram(project)
    yield program
    program.close()
    running.stop()


def said(rpc: RpcProgram) -> str:
    events = [one["assistantMessageEvent"] for one in rpc.seen if one["type"] == "message_update"]
    return "".join(event["delta"] for event in events if event["type"] == "text_delta")


def test_a_prompt_is_answered_once_and_its_events_follow(rpc: RpcProgram, model_server: ModelServer) -> None:
    model_server.enqueue(say("Hello there."))
    assert rpc.ask("prompt", message="hi") == {
        "id": "n1", "type": "response", "command": "prompt", "success": True, "data": {"disposition": "started"},
    }  # fmt: skip
    rpc.settled()
    assert said(rpc) == "Hello there."
    assert rpc.types().count("response") == 1
    assert rpc.types()[-2:] == ["agent_end", "agent_settled"]
    assert rpc.data("get_last_assistant_text") == {"text": "Hello there."}


def test_what_is_no_command_gets_an_answer_and_the_next_one_works(rpc: RpcProgram) -> None:
    rpc.send(b'{nonsense\nnull\n[1]\n"text"\n')
    rpc.until(lambda one: [o.get("command") for o in rpc.seen].count("parse") == 4)
    assert all(one["error"].startswith("Failed to parse command: ") for one in rpc.seen)
    assert rpc.ask("fly") == {
        "id": "n1", "type": "response", "command": "fly", "success": False, "error": "Unknown command: fly",
    }  # fmt: skip
    assert rpc.ask("set_thinking_level", level="huge")["success"] is False
    assert rpc.ask("prompt")["error"].startswith("prompt needs message, a string.")
    assert rpc.ask("set_auto_retry", enabled="yes")["success"] is False
    rpc.send(json.dumps({"id": 7, "type": ["get_state"]}).encode() + b"\r\n")
    assert rpc.until(lambda one: one.get("id") == 7)["error"] == "Unknown command: ['get_state']"


def test_line_separators_of_unicode_do_not_end_a_line(rpc: RpcProgram, model_server: ModelServer) -> None:
    model_server.enqueue(say("Yes."))
    rpc.send('{"id":"x","type":"prompt","message":"a\u2028b\u2029c"}\r\n'.encode())
    rpc.settled()
    assert (
        "a\\u2028b\\u2029c" in model_server.requests[0].text()
        or "a\u2028b" in model_server.requests[0].text()
    )


def test_while_a_turn_runs_messages_are_queued_or_refused(rpc: RpcProgram, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("One."), Gate("on")), say("Two."), say("Three."))
    rpc.ask("prompt", message="first")
    model_server.reached("on")
    assert rpc.ask("prompt", message="now")["error"].startswith("Agent is already processing.")
    assert rpc.data("follow_up", message="later") == {"disposition": "queued"}
    assert rpc.data("prompt", message="soon", streamingBehavior="steer") == {"disposition": "queued"}
    state = rpc.data("get_state")
    assert (state["isStreaming"], state["pendingMessageCount"]) == (True, 2)
    assert rpc.data("clear_queue") == {"steering": ["soon"], "followUp": ["later"]}
    rpc.data("steer", message="soon")
    model_server.open("on")
    rpc.settled()
    assert len(model_server.requests) == 2


def test_an_aborted_turn_keeps_its_text(rpc: RpcProgram, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("Half"), Gate("never")))
    rpc.ask("prompt", message="go")
    model_server.reached("never")
    rpc.until(lambda one: "Half" in json.dumps(one.get("assistantMessageEvent", "")))
    assert rpc.ask("abort")["success"]
    assert rpc.until(lambda one: one["type"] == "agent_settled")["aborted"] is True
    assert rpc.data("get_messages")["messages"][-1]["stopReason"] == "aborted"


def test_a_call_that_needs_permission_asks_the_program(
    rpc: RpcProgram, model_server: ModelServer, project: Path
) -> None:
    write = Call("write", {"path": "x", "content": "y"})
    model_server.enqueue(Script(write), say("No."), Script(write), say("Yes."))
    rpc.ask("prompt", message="write")
    asked = rpc.until(lambda one: one["type"] == "extension_ui_request")
    assert (asked["method"], asked["options"]) == ("select", ["Allow once", "Allow always", "Deny"])
    rpc.send(
        json.dumps({"type": "extension_ui_response", "id": asked["id"], "cancelled": True}).encode() + b"\n"
    )
    rpc.settled()
    assert not (project / "x").exists()
    rpc.ask("prompt", message="write")
    again = rpc.until(lambda one: one["type"] == "extension_ui_request" and one is not asked)
    answer = {"type": "extension_ui_response", "id": again["id"], "value": "Allow once"}
    rpc.send(json.dumps(answer).encode() + b"\n")
    rpc.settled(2)
    assert (project / "x").read_text() == "y"


def test_a_command_of_the_user_gives_its_output_and_exit_code(rpc: RpcProgram) -> None:
    assert rpc.data("bash", command="echo out; exit 3") == {
        "output": "out\n", "exitCode": 3, "cancelled": False, "truncated": False,
    }  # fmt: skip
    waiting = rpc.begin("bash", command="sleep 60")
    rpc.until(lambda one: one.get("id") != waiting)
    assert rpc.ask("abort_bash")["success"]
    assert rpc.answer(waiting)["data"]["cancelled"] is True


def test_commands_run_side_by_side_and_each_has_its_answer(rpc: RpcProgram) -> None:
    waiting = rpc.begin("bash", command="sleep 60")
    assert rpc.data("get_commands") == {"commands": []}
    rpc.ask("abort_bash")
    assert rpc.answer(waiting)["success"]


def picture(width: int) -> str:
    out = io.BytesIO()
    Image.new("RGB", (width, 20), "red").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_images_are_made_to_fit_and_what_is_none_is_refused_with_the_id(
    rpc: RpcProgram, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Red."))
    broken = rpc.ask("prompt", message="look", images=[{"data": "bm9uZQ==", "mimeType": "image/png"}])
    assert (broken["id"], broken["success"]) == ("n1", False)
    assert broken["error"].startswith("This is no image")
    image = {"type": "image", "data": picture(4000), "mimeType": "image/png"}
    rpc.data("prompt", message="look", images=[image])
    rpc.settled()
    words, sent = model_server.requests[0].body["messages"][-1]["content"]
    assert words["text"].startswith("look\n[Image: original 4000x20, displayed at 2000x10.")
    data = base64.b64decode(sent["image_url"]["url"].partition(",")[2])
    assert Image.open(io.BytesIO(data)).size == (2000, 10)


def test_an_abort_ends_the_turn_alone_and_what_was_queued_begins_the_next(
    rpc: RpcProgram, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("Half"), Gate("never")), say("Two."), say("Three."))
    rpc.ask("prompt", message="first")
    model_server.reached("never")
    rpc.data("follow_up", message="second")
    rpc.data("steer", message="third")
    assert rpc.ask("abort_retry")["success"]  # no call is to be made again: the turn goes on
    assert rpc.data("get_state")["isStreaming"]
    assert rpc.ask("abort")["success"]
    # the answer comes when the turn has ended
    assert "agent_settled" in rpc.types()
    rpc.settled(2)
    told = [model_server.wait_for(at)[at - 1].text() for at in (2, 3)]
    assert ("second" in told[0], "third" in told[0], "third" in told[1]) == (True, False, True)


def test_a_try_that_is_waited_for_can_be_given_up(rpc: RpcProgram, model_server: ModelServer) -> None:
    model_server.enqueue(Script(status=503, error="busy", headers={"retry-after": "30"}))
    rpc.ask("prompt", message="hi")
    rpc.until(lambda one: one["type"] == "auto_retry_start")
    assert rpc.ask("abort_retry")["success"]
    rpc.settled()
    assert len(model_server.requests) == 1


def test_reload_reads_what_is_on_the_disk_now_in_either_form(
    rpc: RpcProgram, model_server: ModelServer, project: Path
) -> None:
    assert rpc.data("reload") == {"commands": [], "notices": []}
    (project / ".picode" / "prompts").mkdir(parents=True)
    (project / ".picode" / "prompts" / "look.md").write_text("Look at $1.")
    (project / ".picode" / "config.toml").write_text('[agent]\nsteering = "all"\n')
    assert rpc.data("prompt", message="/reload") == {"disposition": "handled"}
    assert rpc.data("get_state")["steeringMode"] == "all"
    assert [one["name"] for one in rpc.data("get_commands")["commands"]] == ["look"]
    assert model_server.requests == []
    (project / ".picode" / "config.toml").write_text("[agent\n")
    broken = rpc.ask("reload")
    assert (broken["success"], "config.toml" in broken["error"]) == (False, True)


def test_the_state_and_what_changes_it(rpc: RpcProgram, model_server: ModelServer) -> None:
    state = rpc.data("get_state")
    assert state["model"]["id"] == "local-model"
    assert (state["steeringMode"], state["followUpMode"], state["autoCompactionEnabled"]) == (
        "one-at-a-time", "one-at-a-time", True,
    )  # fmt: skip
    rpc.data("set_steering_mode", mode="all")
    rpc.data("set_follow_up_mode", mode="all")
    rpc.data("set_auto_compaction", enabled=False)
    rpc.data("set_auto_retry", enabled=False)
    rpc.data("set_session_name", name="  Tapes\n")
    state = rpc.data("get_state")
    assert (state["steeringMode"], state["followUpMode"], state["autoCompactionEnabled"]) == (
        "all",
        "all",
        False,
    )
    assert state["sessionName"] == "Tapes"
    model_server.enqueue(Script(status=500, error="broken"))
    rpc.ask("prompt", message="hi")
    rpc.settled()
    assert len(model_server.requests) == 1


def test_tries_of_a_failed_call_are_told(rpc: RpcProgram, model_server: ModelServer) -> None:
    model_server.enqueue(Script(status=503, error="busy"), say("Now."))
    rpc.ask("prompt", message="hi")
    rpc.settled()
    assert [kind for kind in rpc.types() if kind.startswith("auto_retry")] == [
        "auto_retry_start",
        "auto_retry_end",
    ]


def test_models_are_listed_chosen_and_cycled(rpc: RpcProgram) -> None:
    known = rpc.data("get_available_models")["models"]
    assert {"demo"} <= {one["provider"] for one in known}
    costs = {f"{one['provider']}/{one['id']}": one["cost"] for one in known}
    assert (costs["demo/demo"]["input"], costs["anthropic/claude-haiku-4-5"]["output"] > 0) == (0, True)
    assert rpc.data("set_model", provider="demo", modelId="demo")["id"] == "demo"
    assert rpc.data("get_state")["model"]["provider"] == "demo"
    assert rpc.ask("set_model", provider="demo", modelId="nope")["success"] is False
    assert rpc.data("cycle_thinking_level") is None
    assert rpc.data("get_available_thinking_levels") == {"levels": ["off"]}
    cycled = rpc.data("cycle_model")
    assert cycled is None or cycled["model"]["id"]


def test_entries_tree_and_counts(rpc: RpcProgram, model_server: ModelServer, project: Path) -> None:
    (project / "a.txt").write_text("x")
    model_server.enqueue(Script(Say("I look."), Call("read", {"path": "a.txt"})), say("There."))
    rpc.ask("prompt", message="look")
    rpc.settled()
    entries = rpc.data("get_entries")
    assert entries["leafId"] == entries["entries"][-1]["id"]
    user = next(one for one in entries["entries"] if one.get("message", {}).get("role") == "user")
    later = rpc.data("get_entries", since=user["id"])["entries"]
    assert later == entries["entries"][entries["entries"].index(user) + 1 :]
    assert rpc.ask("get_entries", since="nope")["error"] == "Entry not found: nope"
    [root] = rpc.data("get_tree")["tree"]
    assert root["entry"] == entries["entries"][0]
    stats = rpc.data("get_session_stats")
    counts = ("userMessages", "assistantMessages", "toolCalls", "toolResults", "totalMessages")
    assert [stats[name] for name in counts] == [1, 2, 1, 1, 4]
    assert stats["tokens"]["total"] == sum(stats["tokens"][name] for name in ("input", "output", "cacheRead"))
    assert Path(stats["sessionFile"]).exists()
    assert rpc.data("get_fork_messages") == {"messages": [{"entryId": user["id"], "text": "look"}]}


def test_conversations_are_begun_left_forked_and_cloned(
    rpc: RpcProgram, model_server: ModelServer, project: Path
) -> None:
    model_server.enqueue(say("One."), say("Two."))
    for at, message in enumerate(("first", "second")):
        rpc.ask("prompt", message=message)
        rpc.settled(at + 1)
    first = rpc.data("get_state")
    second = rpc.data("get_fork_messages")["messages"][1]["entryId"]
    assert rpc.data("fork", entryId=second) == {"text": "second", "cancelled": False}
    assert rpc.data("get_state")["messageCount"] == 2
    bad = rpc.ask("fork", entryId="nope")
    assert bad["id"].startswith("n")
    assert "Entry nope not found" in bad["error"]
    rpc.data("switch_session", sessionPath=first["sessionFile"])
    assert rpc.data("get_state")["sessionId"] == first["sessionId"]
    rpc.data("clone")
    cloned = rpc.data("get_state")
    assert (cloned["sessionId"] != first["sessionId"], cloned["messageCount"]) == (True, 4)
    assert rpc.data("new_session", parentSession=first["sessionFile"]) == {"cancelled": False}
    fresh = rpc.data("get_state")
    assert fresh["messageCount"] == 0
    model_server.enqueue(say("Three."))
    rpc.ask("prompt", message="third")
    rpc.settled(3)
    head = json.loads(Path(fresh["sessionFile"]).read_text().splitlines()[0])
    assert head["parentSession"] == first["sessionFile"]
    rpc.data("switch_session", sessionPath=first["sessionFile"])
    assert rpc.data("export_html", outputPath="out.html") == {"path": str(project / "out.html")}
    assert "second" in (project / "out.html").read_text()


def test_a_summary_by_hand_answers_with_what_was_written(rpc: RpcProgram, model_server: ModelServer) -> None:
    assert rpc.ask("compact")["error"].startswith("The conversation is short enough")
    model_server.enqueue(say("One " * 50), say("Two " * 50), say("The notes."), say("The start."))
    for at, message in enumerate(("first " * 30, "second")):
        rpc.ask("prompt", message=message)
        rpc.settled(at + 2)
    done = rpc.data("compact", customInstructions="the tests")
    assert done["summary"].startswith("The notes.")
    assert done["usage"]["totalTokens"] > 0
    usage = rpc.data("get_session_stats")["contextUsage"]
    assert (usage["tokens"], usage["percent"], usage["contextWindow"] > 0) == (None, None, True)
    assert done["firstKeptEntryId"] in [one["id"] for one in rpc.data("get_entries")["entries"]]
    assert {"compaction_start", "compaction_end"} <= set(rpc.types())


def test_the_end_of_the_input_ends_it_in_order(rpc: RpcProgram, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("Half"), Gate("never")))
    rpc.ask("prompt", message="go")
    model_server.reached("never")
    assert rpc.close() == 0
    assert model_server.requests[0].disconnected.wait(20)


def test_every_command_of_pi_is_there() -> None:
    """The table of its documentation, and what later versions added."""
    known: Any = set(COMMANDS)
    assert known >= {
        "prompt", "steer", "follow_up", "abort", "clear_queue", "new_session", "get_state", "get_messages", "set_model",
        "cycle_model", "get_available_models", "set_thinking_level", "cycle_thinking_level",
        "get_available_thinking_levels", "set_steering_mode", "set_follow_up_mode", "compact", "set_auto_compaction",
        "set_auto_retry", "abort_retry", "abort_bash", "bash", "get_session_stats", "export_html", "switch_session",
        "fork", "clone", "get_fork_messages", "get_entries", "get_tree", "get_last_assistant_text", "set_session_name",
        "get_commands", "reload",
    }  # fmt: skip
