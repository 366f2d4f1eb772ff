import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import psutil
import pytest

from picode.agents.conversation import Conversation
from picode.config.schema import Models, Settings
from picode.errors import DiskFailed, Missing, PicodeError, TryLater, UsageError
from picode.messages import (
    Assistant,
    BashExecution,
    Image,
    ModelRequest,
    Text,
    TextDelta,
    ToolCall,
    ToolResult,
    User,
    plain_text,
)
from picode.protocol import events
from picode.protocol.values import CommandRecord, Queued
from picode.providers.base import ModelFailed
from picode.sessions.file import SessionFile
from picode.sessions.receipts import receipts_in
from picode.tools.panes import Panes as PanesWanted
from picode.tools.toolbox import Toolbox
from support.conversation import BOUND, Heard, Scripted, calls, conversation, says
from support.model_server import Call, Calls, Cut, Gate, ModelServer, Say, Script, say

QUICK = Settings(models=Models(retry_delay=0.01))
READ = ("r", "read", '{"path": "a.txt"}')


def bash(command: str, id_: str = "b") -> tuple[str, str, str]:
    return id_, "bash", json.dumps({"command": command})


def on_disk(living: Conversation) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in living.session.path.read_text().splitlines()]
    return [line["message"] for line in lines if line["type"] == "message"]


def results(heard: Heard) -> dict[str, ToolResult]:
    found = [event.entry.message for event in heard.of(events.EntryAdded)]
    return {message.tool_call_id: message for message in found if isinstance(message, ToolResult)}


def answers(heard: Heard) -> list[Assistant]:
    found = [event.entry.message for event in heard.of(events.EntryAdded)]
    return [message for message in found if isinstance(message, Assistant)]


def said(request: ModelRequest) -> list[str]:
    return [
        plain_text(message.content) for message in request.messages if isinstance(message, User | Assistant)
    ]


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(BOUND):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_question_is_answered_and_everything_is_on_disk_before_it_is_announced(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted(says("Hello there.")))
    seen: list[int] = []

    def look(event: events.AnyEvent) -> None:
        if isinstance(event, events.EntryAdded):
            assert event.entry.id in living.session.path.read_text()
            seen.append(1)

    heard.on = look
    living.ask("hi")
    assert living.busy
    ended = await heard.until(events.TurnEnded)
    assert (ended.outcome, living.busy, living.status.state) == ("done", False, "idle")
    assert heard.text() == "Hello there."
    assert len(seen) == 2
    assert living.draft is None
    await living.close()


async def test_the_order_of_events_in_a_turn(home: Path) -> None:
    heard = Heard()
    (home / "project").mkdir()
    (home / "project" / "a.txt").write_text("content\n")
    living = conversation(home, heard, Scripted(calls(READ), says("done")))
    living.ask("read it")
    await heard.until(events.TurnEnded)
    told = [type(event).__name__ for event in heard.events if not isinstance(event, events.StatusChanged)]
    assert told == [
        "TurnStarted", "EntryAdded", "AnswerBegun", "ToolPlanned", "EntryAdded", "ToolStarted", "EntryAdded",
        "AnswerBegun", "TextAdded", "EntryAdded", "TurnEnded",
    ]  # fmt: skip
    assert [event.status.state for event in heard.of(events.StatusChanged)] == [
        "thinking",
        "tool",
        "thinking",
        "idle",
    ]
    await living.close()


async def test_the_model_sees_tools_instructions_and_the_place(home: Path) -> None:
    heard, provider = Heard(), Scripted(says("ok"))
    living = conversation(home, heard, provider)
    (home / "project" / "AGENTS.md").write_text("Use tabs. {braces} stay.")
    living.ask("hi")
    await heard.until(events.TurnEnded)
    [request] = provider.requests
    assert "Use tabs. {braces} stay." in request.system
    assert str(home / "project") in request.system
    assert "zsh" in request.system
    names = [tool.name for tool in request.tools]
    assert names == ["read", "bash", "edit", "write", "grep", "find", "ls", "timeline"]
    await living.close()


async def test_draft_is_what_was_announced(home: Path) -> None:
    heard, go = Heard(), asyncio.Event()
    living = conversation(home, heard, Scripted([TextDelta("one "), TextDelta("two"), go, *says(" three")]))
    living.ask("count")
    await eventually(lambda: heard.text() == "one two")
    assert living.draft is not None
    assert plain_text(living.draft.content) == "one two"
    go.set()
    await heard.until(events.TurnEnded)
    assert heard.text() == "one two three"
    await living.close()


async def test_cancel_keeps_the_partial_answer_and_gives_the_queue_back(home: Path) -> None:
    heard, never = Heard(), asyncio.Event()
    provider = Scripted([TextDelta("half an ans"), never], says("fine"))
    living = conversation(home, heard, provider)
    living.ask("go")
    await heard.until(events.TextAdded)
    living.ask("one")
    living.ask("two", delivery="follow_up")
    assert living.status.queue == [Queued("one", "steer"), Queued("two", "follow_up")]
    assert living.cancel() == [Queued("one", "steer"), Queued("two", "follow_up")]
    assert (await heard.until(events.TurnEnded)).outcome == "cancelled"
    [kept] = answers(heard)
    assert (kept.stop_reason, kept.error_message, plain_text(kept.content)) == (
        "aborted", "Request was aborted", "half an ans",
    )  # fmt: skip
    assert provider.closed == 1
    living.ask("again")
    await heard.until(events.TurnEnded, 2)
    assert said(provider.requests[1]) == ["go", "half an ans", "again"]
    await living.close()


async def test_cancel_right_after_asking_ends_the_turn(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted([asyncio.Event()]))
    living.ask("go")
    living.cancel()
    assert (await heard.until(events.TurnEnded)).outcome == "cancelled"
    await living.close()


async def test_a_changing_tool_asks_first_and_always_holds_for_the_conversation(home: Path) -> None:
    heard = Heard()
    provider = Scripted(calls(bash("echo one", "b1")), calls(bash("echo two", "b2")), says("done"))
    living = conversation(home, heard, provider)
    living.ask("run")
    asked = await heard.until(events.ApprovalNeeded)
    assert (asked.approval.tool, asked.approval.detail, asked.approval.kind) == (
        "bash",
        "echo one",
        "command",
    )
    assert living.status.state == "waiting"
    assert living.status.approvals == [asked.approval]
    with pytest.raises(Missing):
        living.answer("other", "allow")
    living.answer("b1", "always")
    with pytest.raises(Missing):
        living.answer("b1", "deny")
    await heard.until(events.TurnEnded)
    assert len(heard.of(events.ApprovalNeeded)) == 1
    assert plain_text(results(heard)["b2"].content) == "two\n"
    await living.close()


async def test_a_diff_is_shown_before_an_edit_and_refusal_reaches_the_model(home: Path) -> None:
    heard = Heard()
    provider = Scripted(calls(("w", "write", '{"path": "new.txt", "content": "hello\\n"}')), says("ok"))
    living = conversation(home, heard, provider)
    living.ask("write")
    asked = await heard.until(events.ApprovalNeeded)
    assert asked.approval.detail == "--- /dev/null\n+++ new.txt\n@@ -0,0 +1 @@\n+hello"
    living.answer("w", "deny", "call it old.txt")
    await heard.until(events.TurnEnded)
    assert not (home / "project" / "new.txt").exists()
    last = provider.requests[1].messages[-1]
    assert isinstance(last, ToolResult)
    assert plain_text(last.content) == "The user did not allow this call. They said: call it old.txt"
    assert last.is_error
    await living.close()


async def test_what_was_not_granted_is_refused_at_once_when_nobody_is_there(home: Path) -> None:
    heard = Heard()
    provider = Scripted(calls(bash("echo x"), ("w", "write", '{"path": "n", "content": "x"}')), says("ok"))
    living = conversation(home, heard, provider)
    living.ask("go", allow=["write"], unattended=True)
    await heard.until(events.TurnEnded)
    assert heard.of(events.ApprovalNeeded) == []
    assert plain_text(results(heard)["b"].content).startswith(
        "Permission denied: nobody is there to allow bash"
    )
    assert (home / "project" / "n").read_text() == "x"
    await living.close()


async def test_results_are_saved_in_the_order_of_the_calls(home: Path) -> None:
    heard = Heard()
    (home / "project").mkdir()
    (home / "project" / "a.txt").write_text("content\n")
    wanted = [("g", "grep", '{"pattern": "content"}'), READ, ("l", "ls", "{}")]
    living = conversation(home, heard, Scripted(calls(*wanted), says("ok")))
    living.ask("look")
    await heard.until(events.TurnEnded)
    assert list(results(heard)) == ["g", "r", "l"]
    await living.close()


async def test_cut_arguments_are_refused_and_told_to_the_model(home: Path) -> None:
    heard = Heard()
    provider = Scripted(calls(("b", "bash", '{"command": "rm -rf')), says("sorry"))
    living = conversation(home, heard, provider)
    living.ask("go", allow=["all"])
    await heard.until(events.TurnEnded)
    told = plain_text(results(heard)["b"].content)
    assert told.startswith("The call of bash was not run: its arguments are not complete JSON")
    await living.close()


async def test_steering_reaches_the_model_after_the_current_calls(home: Path) -> None:
    heard = Heard()
    provider = Scripted(calls(bash("echo x")), says("ok"), says("and then"))
    living = conversation(home, heard, provider)
    living.ask("go")
    await heard.until(events.ApprovalNeeded)
    living.ask("rather not", delivery="steer")
    living.ask("later", delivery="follow_up")
    living.answer("b", "allow")
    await heard.until(events.TurnEnded)
    second, third = provider.requests[1:]
    assert [type(message) for message in second.messages] == [User, Assistant, ToolResult, User]
    assert plain_text(third.messages[-1].content) == "later"  # type: ignore[union-attr]
    assert len(heard.of(events.TurnStarted)) == 1
    await living.close()


async def test_a_failure_before_any_text_is_tried_again_and_told(home: Path) -> None:
    heard = Heard()
    busy = ModelFailed("overload", "The server is overloaded.", "")
    provider = Scripted([busy], [busy], says("at last"))
    living = conversation(home, heard, provider, QUICK)
    living.ask("go")
    assert (await heard.until(events.TurnEnded)).outcome == "done"
    told = [notice.text for notice in heard.of(events.Noticed)]
    assert len(told) == 2
    for number, text in enumerate(told, 1):
        assert re.fullmatch(
            rf"The server is overloaded\. Trying again in [0-9.e-]+ s \({number} of 3\)\.", text
        )
    assert all(0 <= retry.delay <= 0.01 * retry.attempt for retry in heard.of(events.Retrying))
    assert len(answers(heard)) == 1
    await living.close()


@pytest.mark.parametrize(("kind", "after", "tries", "told"), [
    ("overload", None, 4, "TryLater"), ("server", None, 4, "Unavailable"), ("network", None, 4, "Unavailable"),
    ("rate", 0.001, 4, "TryLater"), ("rate", 3600, 1, "TryLater"), ("bad_key", None, 1, "NotAllowed"),
    ("quota", None, 1, "Unavailable"), ("overflow", None, 1, "Unavailable"), ("refused", None, 1, "Unavailable"),
])  # fmt: skip
async def test_which_failures_are_tried_again(
    home: Path, kind: str, after: float | None, tries: int, told: str
) -> None:
    heard = Heard()
    failure = ModelFailed(kind, "It failed.", "Do this.", after)
    provider = Scripted(*([failure] for _ in range(5)))
    living = conversation(home, heard, provider, QUICK)
    living.ask("go")
    ended = await heard.until(events.TurnEnded)
    assert (ended.outcome, ended.error, ended.kind) == ("failed", "It failed. Do this.", told)
    assert len(provider.requests) == tries
    assert answers(heard)[-1].stop_reason == "error"
    await living.close()


async def test_cancel_interrupts_the_wait_for_a_retry(home: Path) -> None:
    heard = Heard()
    provider = Scripted([ModelFailed("rate", "Slow down.", "", 50.0)])
    living = conversation(home, heard, provider)
    living.ask("go")
    await heard.until(events.Noticed)
    living.cancel()
    assert (await heard.until(events.TurnEnded)).outcome == "cancelled"
    await living.close()


async def test_a_failure_after_text_keeps_what_there_is(home: Path) -> None:
    heard = Heard()
    provider = Scripted([TextDelta("half"), ModelFailed("network", "The connection broke.", "Try again.")])
    living = conversation(home, heard, provider)
    living.ask("go")
    ended = await heard.until(events.TurnEnded)
    assert ended.error == "The connection broke. Try again."
    assert (plain_text(answers(heard)[0].content), answers(heard)[0].stop_reason) == ("half", "error")
    await living.close()


async def test_instructions_that_cannot_be_read_are_no_end_of_the_daemon(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted(says("fine")))
    (home / "project" / "AGENTS.md").mkdir()
    living.ask("go")
    assert (await heard.until(events.TurnEnded)).outcome == "done"
    await living.close()


async def test_a_provider_that_breaks_is_no_end_of_the_daemon(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted([KeyError("x")], says("fine")))
    living.ask("go")
    assert (await heard.until(events.TurnEnded)).kind == "Crashed"
    living.ask("again")
    assert (await heard.until(events.TurnEnded, 2)).outcome == "done"
    await living.close()


async def test_a_full_disk_ends_the_turn_with_a_sentence_and_the_next_one_works(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted(says("one"), says("two"), says("three")))
    living.ask("go")
    await heard.until(events.TurnEnded)
    real = living.session.append_message

    def full(*args: Any) -> str:
        if isinstance(args[0], Assistant):
            raise DiskFailed("The disk is full.", "Make room.")
        return real(*args)

    monkeypatch.setattr(living.session, "append_message", full)
    living.ask("go on")
    ended = await heard.until(events.TurnEnded, 2)
    assert (ended.outcome, ended.error, ended.kind) == (
        "failed",
        "The disk is full. Make room.",
        "DiskFailed",
    )
    assert (living.draft, living.busy) == (None, False)
    monkeypatch.undo()
    living.ask("and now")
    assert (await heard.until(events.TurnEnded, 3)).outcome == "done"
    assert [message["role"] for message in on_disk(living)] == [
        "user",
        "assistant",
        "user",
        "user",
        "assistant",
    ]
    await living.close()


async def test_bash_streams_and_is_killed_whole_on_cancel(home: Path) -> None:
    heard = Heard()
    living = conversation(
        home, heard, Scripted(calls(bash("echo begun; (setsid sleep 4711 &) ; sleep 4712")))
    )
    living.ask("go", allow=["all"])
    printed = await heard.until(events.ToolPrinted)
    assert printed.text == "begun\n"
    assert [(run.tool, run.output) for run in living.running] == [("bash", "begun\n")]
    living.cancel()
    assert (await heard.until(events.TurnEnded)).outcome == "cancelled"
    assert "Command aborted" in plain_text(results(heard)["b"].content)
    assert not _sleeping("4711", "4712")
    assert living.running == []
    await living.close()


def _sleeping(*arguments: str) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if process.info["cmdline"]
        and process.info["cmdline"][0] == "sleep"
        and process.info["cmdline"][1] in arguments
    ]


async def test_close_in_the_middle_keeps_the_answer_and_ends_the_children(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted([TextDelta("half"), asyncio.Event()]))
    living.ask("go")
    living.run_command("sleep 4713", True)
    await heard.until(events.TextAdded)
    await heard.until(events.ToolStarted)
    await living.close()
    await living.close()
    assert not _sleeping("4713")
    kept = {message["role"]: message for message in on_disk(living)}
    assert kept["assistant"]["stopReason"] == "aborted"
    assert kept["bashExecution"]["cancelled"] is True
    assert living.session.closed
    with pytest.raises(TryLater):
        living.ask("more")


async def test_a_shared_command_is_seen_by_the_model_and_a_private_one_is_not(home: Path) -> None:
    heard, provider = Heard(), Scripted(says("ok"))
    living = conversation(home, heard, provider)
    living.run_command("printf '\\033[31mred\\033[0m\\n'; exit 3", True)
    assert living.busy
    assert living.status.state == "tool"
    first = (await heard.until(events.EntryAdded)).entry.message
    assert isinstance(first, BashExecution)
    assert (first.output, first.exit_code, first.exclude_from_context) == ("red\n", 3, False)
    living.run_command("pwd", False)
    second = (await heard.until(events.EntryAdded, 2)).entry.message
    assert isinstance(second, BashExecution)
    assert (second.output, second.exclude_from_context) == (f"{home}/project\n", True)
    started = heard.of(events.ToolStarted)
    assert len({event.call_id for event in started}) == 2
    living.ask("what happened?")
    await heard.until(events.TurnEnded)
    assert [type(message) for message in provider.requests[0].messages] == [
        BashExecution,
        BashExecution,
        User,
    ]
    await living.close()


async def test_a_shared_command_leaves_a_receipt_without_its_secrets_and_a_private_one_none(
    home: Path,
) -> None:
    heard = Heard()
    living = conversation(home, heard)
    token = "gh" + "p_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    living.run_command(f"echo {token}; seq 3000; exit 4", True)
    await heard.until(events.EntryAdded)
    living.run_command("pwd", False)
    await heard.until(events.EntryAdded, 2)
    [sent] = receipts_in(living.session.path, living.id)
    receipt = sent.receipt
    assert (receipt.command, receipt.status) == ("echo [redacted: GitHub token]; seq 3000; exit 4", 4)
    assert receipt.redacted == ["GitHub token"]
    assert (receipt.size, receipt.cut > 0, receipt.sent == receipt.bytes) == (41 + 13893, True, True)
    shared, private = [event.entry for event in heard.of(events.EntryAdded)]
    assert (shared.receipt, private.receipt) == (receipt, None)
    assert isinstance(shared.message, BashExecution)
    assert len(shared.message.output) == receipt.sent
    assert token not in living.session.path.read_text()
    await living.close()


async def test_a_command_that_ends_while_a_tool_runs_does_not_part_call_and_result(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted(calls(bash("echo x")), says("ok")))
    living.ask("go")
    await heard.until(events.ApprovalNeeded)
    living.run_command("echo mine", True)
    await eventually(lambda: not len(living._typed))
    living.answer("b", "allow")
    await heard.until(events.TurnEnded)
    roles = [message["role"] for message in on_disk(living)]
    assert roles == ["user", "assistant", "toolResult", "bashExecution", "assistant"]
    await living.close()


async def test_a_command_is_sent_along_as_a_block_of_its_own_with_a_receipt(home: Path) -> None:
    heard, provider = Heard(), Scripted(says("Run this:\n\n```sh\n$ pytest\n```\n"))
    living = conversation(home, heard, provider)
    record = CommandRecord(1, "pytset", "/x", "zsh", 127, 0, 10, b"\x1b[1mnot found\x1b[0m\n")
    living.ask("why?", command=record)
    await heard.until(events.TurnEnded)
    entry = heard.of(events.EntryAdded)[0].entry
    assert isinstance(entry.message, User)
    words, sent = entry.message.content
    assert words == Text("why?")
    assert isinstance(sent, Text)
    assert "$ pytset" in sent.text
    assert "\x1b" not in sent.text
    assert entry.receipt is not None
    assert entry.receipt.command == "pytset"
    assert [event.command for event in heard.of(events.Suggested)] == ["pytest"]
    assert living.suggestion == "pytest"
    await living.close()
    again = conversation(home, Heard(), Scripted(), session=SessionFile.open(living.session.path))
    assert again.suggestion == "pytest"
    await again.close()


async def test_a_large_output_is_sent_along_in_the_order_of_asking(home: Path) -> None:
    heard, provider = Heard(), Scripted(says("ok"), says("ok"))
    living = conversation(home, heard, provider)
    record = CommandRecord(
        1, "make", "/x", "zsh", 2, 0, 10, b"".join(b"line %d\n" % n for n in range(20_000))
    )
    living.ask("first", command=record)
    living.ask("second")
    assert living.busy
    await heard.until(events.TurnEnded)
    assert [text.split("\n")[0] for text in said(provider.requests[1])] == ["first", "ok", "second"]
    living.ask("third", command=record)
    assert living.cancel() == [Queued("third", "steer")]
    await living.close()
    assert [message["role"] for message in on_disk(living)] == ["user", "assistant", "user", "assistant"]


async def test_secrets_in_what_is_typed_are_taken_out_and_told(home: Path) -> None:
    heard, provider = Heard(), Scripted(says("ok"))
    living = conversation(home, heard, provider)
    living.ask("use ghp_" + "a1B2c3D4e5F6" * 3)
    await heard.until(events.TurnEnded)
    assert "ghp_" not in str(provider.requests[0].messages)
    assert "GitHub token" in heard.of(events.Noticed)[0].text
    await living.close()


async def test_refusals_come_at_once(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted(), model="demo/demo")
    with pytest.raises(UsageError):
        living.ask("  ")
    with pytest.raises(UsageError):
        living.run_command(" ", True)
    with pytest.raises(PicodeError):
        living.set_model("nosuch/model")
    wrong = conversation(home, heard, model="anthropic/no-such-model-at-all")
    with pytest.raises(ModelFailed):
        wrong.ask("hi")
    assert heard.of(events.TurnStarted) == []
    await living.close()
    await wrong.close()


async def test_another_model_is_written_down_and_used(home: Path, model_server: ModelServer) -> None:
    heard = Heard()
    living = conversation(home, heard, environ=model_server.environ())
    model_server.enqueue(say("hello from afar"))
    living.set_model("openai/gpt-test")
    assert living.status.model == "openai/gpt-test"
    living.ask("hi")
    assert (await heard.until(events.TurnEnded)).outcome == "done"
    assert heard.text() == "hello from afar"
    assert '"type":"model_change"' in living.session.path.read_text()
    await living.close()


@pytest.mark.parametrize("model", ["anthropic/claude-sonnet-5-5", "openai/local-model"])
async def test_a_whole_turn_over_the_wire(home: Path, model_server: ModelServer, model: str) -> None:
    heard = Heard()
    (home / "project").mkdir()
    (home / "project" / "a.txt").write_text("forty-two\n")
    model_server.enqueue(
        Script(Say("I look. "), Calls(Call("read", {"path": "a.txt"}), Call("ls", {"path": "."}))),
        Script(Say("It says "), Gate("more"), Say("42.")),
    )
    living = conversation(home, heard, environ=model_server.environ(), model=model)
    living.ask("what does it say?")
    await asyncio.to_thread(model_server.reached, "more")
    await eventually(lambda: heard.text() == "I look. It says ")
    model_server.open("more")
    assert (await heard.until(events.TurnEnded)).outcome == "done"
    assert heard.text() == "I look. It says 42."
    second = model_server.wait_for(2)[1]
    assert "forty-two" in second.text()
    assert living.status.context_used > 0
    await living.close()


async def test_cancel_over_the_wire_closes_the_connection(home: Path, model_server: ModelServer) -> None:
    heard = Heard()
    model_server.enqueue(Script(Say("half "), Gate("never"), Say("more")))
    living = conversation(home, heard, environ=model_server.environ(), model="anthropic/claude-sonnet-5-5")
    living.ask("go")
    await heard.until(events.TextAdded)
    living.cancel()
    assert (await heard.until(events.TurnEnded)).outcome == "cancelled"
    [request] = model_server.wait_for(1)
    assert await asyncio.to_thread(request.disconnected.wait, BOUND)
    await living.close()


async def test_a_cut_stream_keeps_the_partial_answer(home: Path, model_server: ModelServer) -> None:
    heard = Heard()
    model_server.enqueue(Script(Say("half an ans"), Cut()))
    living = conversation(
        home, heard, None, QUICK, environ=model_server.environ(), model="openai/local-model"
    )
    living.ask("go")
    assert (await heard.until(events.TurnEnded)).outcome == "failed"
    assert plain_text(answers(heard)[0].content) == "half an ans"
    await living.close()


async def test_images_go_along(home: Path) -> None:
    heard, provider = Heard(), Scripted(says("a cat"))
    living = conversation(home, heard, provider)
    living.ask("", images=[Image("aGk=", "image/png")])
    await heard.until(events.TurnEnded)
    assert provider.requests[0].messages[0].content == [Image("aGk=", "image/png")]  # type: ignore[union-attr]
    await living.close()


async def test_every_piece_is_announced_as_it_comes(home: Path) -> None:
    heard = Heard()
    pieces: list[Any] = [TextDelta(f"{number} ") for number in range(2000)]
    living = conversation(home, heard, Scripted([*pieces, *says("")]))
    living.ask("go")
    await heard.until(events.TurnEnded)
    assert [one.text for one in heard.of(events.TextAdded)] == [piece.text for piece in pieces]
    await living.close()


async def test_a_session_with_an_unanswered_call_goes_on(home: Path) -> None:
    session = SessionFile.create(home / "sessions", str(home))
    session.append_message(User(content=[Text("go")], timestamp=1))
    from picode.messages import Usage

    session.append_message(Assistant(content=[ToolCall(id="x", name="bash", arguments={})], api="demo", provider="demo",
                                     model="demo", usage=Usage(), stop_reason="toolUse", timestamp=1))  # fmt: skip
    heard, provider = Heard(), Scripted(says("ok"))
    living = conversation(home, heard, provider, session=session)
    living.ask("go on")
    await heard.until(events.TurnEnded)
    assert [type(message) for message in provider.requests[0].messages] == [User, Assistant, ToolResult, User]
    await living.close()


async def test_how_hard_the_model_thinks_is_chosen_with_it_or_alone_and_kept(home: Path) -> None:
    heard = Heard()
    provider = Scripted(says("One."), says("Two."), says("Three."))
    living = conversation(home, heard, provider, QUICK, model="demo/demo:low")
    living.ask("go")
    await heard.until(events.TurnEnded)
    living.set_thinking("high")
    living.ask("go")
    await heard.until(events.TurnEnded, 2)
    living.set_model("demo/demo:off")
    living.ask("go")
    await heard.until(events.TurnEnded, 3)
    assert [request.thinking for request in provider.requests] == ["low", "high", "off"]
    lines = [json.loads(line) for line in living.session.path.read_text().splitlines()]
    levels = [line["thinkingLevel"] for line in lines if line["type"] == "thinking_level_change"]
    assert levels == ["high", "off"]
    await living.close()


async def test_a_model_is_told_of_panes_from_the_turn_on_in_which_there_is_a_workspace_and_then_always(
    home: Path,
) -> None:
    there = False

    class Panes:
        def check(self, conversation: str) -> None:
            if not there:
                raise Missing("There are no panes here.")

    provider = Scripted(says("one"), says("two"), says("three"))
    heard = Heard()
    living = conversation(home, heard, provider)
    living._model._tools = Toolbox(
        Settings(), cache=home / "cache", state=home / "state", panes=cast(PanesWanted, Panes())
    )
    for count, there in enumerate((False, True, False), 1):  # noqa: B007 - Panes looks at it
        living.ask("?")
        await heard.until(events.TurnEnded, count)
    told = [{tool.name for tool in request.tools} for request in provider.requests]
    assert "pane_run" not in told[0]
    assert "pane_run" in told[1]
    assert told[1] == told[2]
    assert "pane_run" in provider.requests[2].system
    await living.close()
