"""Every event is heard, in pi's order and with the fields that the table names; every return does what it says."""

import json
from pathlib import Path
from typing import Any

import pytest

from picode.agents.compacting import Cancelled
from picode.config.schema import Compaction, Settings
from picode.errors import NotAllowed
from picode.extensions.events import EVENTS
from picode.messages import Custom, Text, ToolResult, User, plain_text
from picode.protocol import events
from picode.protocol.requests import Navigate
from picode.providers.exchange import _PATCH
from support.conversation import calls, says
from support.extensions import Talk, talking, written

RECORDER = """
    import json
    from pathlib import Path
    from picode.extensions import EVENTS

    def extension(pi):
        file = Path(__file__).with_name("heard.jsonl")

        def note(event, ctx):
            with file.open("a") as out:
                out.write(json.dumps(event) + "\\n")

        for name in EVENTS:
            pi.on(name, note)
        pi.register_command("done", lambda words, ctx: ctx.ui.notify("done"))
"""


def recorded(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / "extensions" / "heard.jsonl").read_text().splitlines()]


async def settled(talk: Talk) -> None:
    """Until everything that was told before has been heard."""
    before = talk.notices().count("done")
    talk.conversation.ask("/done")
    count = 1
    while talk.notices().count("done") == before:
        count = len(talk.heard.of(events.Noticed)) + 1
        await talk.heard.until(events.Noticed, count)


def kinds(heard: list[dict[str, Any]]) -> list[str]:
    return [one["type"] for one in heard]


def said(talk: Talk, number: int = -1) -> list[str]:
    request = talk.provider.requests[number]
    return [plain_text(one.content) for one in request.messages if isinstance(one, User | Custom)]


async def test_every_event_is_heard_in_pi_s_order_with_the_fields_of_the_table(tmp_path: Path) -> None:
    settings = Settings(compaction=Compaction(keep_recent_tokens=1))
    files = written(tmp_path, recorder=RECORDER)
    answers = [calls(("a", "read", '{"path": "x.txt"}')), says("done"), says("a summary")]
    async with talking(tmp_path, files, *answers, settings=settings) as talk:
        conversation = talk.conversation
        (tmp_path / "project" / "x.txt").write_text("lines")
        await talk.ask("go on")
        await settled(talk)
        turn = kinds(recorded(tmp_path))
        assert turn == [
            "session_start", "resources_discover", "input", "before_agent_start",
            "agent_start", "turn_start", "message_start", "message_end", "context",
            "message_start", "message_update", "message_update", "message_update", "message_end",
            "tool_execution_start", "tool_call", "tool_result", "tool_execution_end",
            "message_start", "message_end", "turn_end",
            "turn_start", "context", "message_start", "message_update", "message_update", "message_update",
            "message_end", "turn_end", "agent_end", "agent_settled",
        ]  # fmt: skip
        conversation.run_command("echo hello", True)
        await talk.heard.until(events.EntryAdded, len(talk.heard.of(events.EntryAdded)) + 1)
        conversation.set_thinking("high")
        conversation.compact("mind the gap")
        await talk.heard.until(events.CompactionEnded)
        target = conversation.session.path_to_leaf()[0]
        entry = conversation.session.read(target)
        assert entry is not None
        await talk.joined.before_tree(Navigate(0, conversation.id, entry["id"]))
        talk.joined.moved("old", written=False)
        await talk.joined.leave({"type": "session_before_fork", "entryId": "x", "position": "before"})
        await talk.joined.leave({"type": "session_before_switch", "reason": "new"})
        talk.joined.heard(events.NameChanged("a name"))
        assert await talk.joined.payload(b'{"a": 1}') == b'{"a": 1}'
        await settled(talk)
    heard = recorded(tmp_path)
    for event in heard:
        assert set(event) - {"type"} <= set(EVENTS[event["type"]].fields), event["type"]
    never = set(EVENTS) - set(kinds(heard))
    assert never <= {"model_select", "tool_execution_update", "thinking_level_select"}, never
    assert kinds(heard)[-1] == "session_shutdown"
    first = {event["type"]: event for event in reversed(heard)}
    assert first["input"] == {"type": "input", "text": "go on", "images": [], "source": "interactive"}
    assert first["tool_call"] == {
        "type": "tool_call", "toolCallId": "a", "toolName": "read", "input": {"path": "x.txt"}
    }  # fmt: skip
    assert first["tool_result"]["content"] == [{"type": "text", "text": "lines"}]
    assert first["before_agent_start"]["prompt"] == "go on"
    assert "read" in first["before_agent_start"]["systemPrompt"]
    assert first["context"]["messages"][0]["role"] == "user"
    assert first["session_before_compact"]["customInstructions"] == "mind the gap"
    assert first["session_compact"]["compactionEntry"]["summary"]
    assert first["user_bash"]["command"] == "echo hello"
    assert [one["turnIndex"] for one in heard if one["type"] == "turn_start"] == [0, 1]
    assert first["agent_end"]["messages"][0]["role"] == "user"


async def test_model_and_level_are_told(tmp_path: Path) -> None:
    files = written(tmp_path, recorder=RECORDER)
    async with talking(tmp_path, files) as talk:
        await settled(talk)
        status = talk.conversation.status
        talk.joined._chosen(type(status)(model="demo/demo", thinking="low"))
        talk.joined._chosen(type(status)(model="demo/other", thinking="high"))
        await settled(talk)
    told = {event["type"]: event for event in recorded(tmp_path)}
    assert told["model_select"]["model"]["id"] == "other"
    assert told["model_select"]["previousModel"]["id"] == "demo"
    assert told["thinking_level_select"] == {
        "type": "thinking_level_select", "level": "high", "previousLevel": "low"
    }  # fmt: skip


async def test_what_is_said_may_be_changed_or_dealt_with(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            @pi.on("input")
            def change(event, ctx):
                if event["text"].startswith("?"):
                    ctx.ui.notify("dealt with")
                    return {"action": "handled"}
                return {"action": "transform", "text": event["text"] + " one"}
        """,
        two="""
        def extension(pi):
            pi.on("input", lambda event, ctx: {"action": "transform", "text": event["text"] + " two"})
        """,
    )
    async with talking(tmp_path, files, says("yes")) as talk:
        talk.conversation.ask("?help")
        await talk.noticed("dealt with")
        await talk.ask("say")
        assert said(talk) == ["say one two"]


async def test_a_run_begins_with_more_messages_and_another_prompt(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            @pi.on("before_agent_start")
            def start(event, ctx):
                return {"systemPrompt": "Be a pirate.",
                        "message": {"customType": "note", "content": "mind this", "display": True}}

            @pi.on("before_agent_start")
            def then(event, ctx):
                return {"systemPrompt": event["systemPrompt"] + " Always."}

            pi.register_message_renderer("note", lambda message, ctx: "**" + message["content"] + "**")
        """,
    )
    async with talking(tmp_path, files, says("arr"), says("plain")) as talk:
        await talk.ask("hello")
        assert talk.provider.requests[0].system == "Be a pirate. Always."
        assert said(talk) == ["hello", "mind this"]
        entries = [one.entry for one in talk.heard.of(events.EntryAdded)]
        assert [type(one.message).__name__ for one in entries] == ["User", "Custom", "Assistant"]
        assert entries[1].shown == "**mind this**"


async def test_the_context_may_be_changed_for_one_call(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            @pi.on("context")
            def less(event, ctx):
                return {"messages": event["messages"][-1:]}

            @pi.on("context")
            def more(event, ctx):
                event["messages"].append({"role": "user", "content": [{"type": "text", "text": "in place"}],
                                          "timestamp": 1})
        """,
    )
    async with talking(tmp_path, files, says("one"), says("two")) as talk:
        await talk.ask("first")
        await talk.ask("second")
        assert said(talk) == ["second", "in place"]


async def test_arguments_may_be_changed_in_place_and_are_checked_again(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            @pi.on("tool_call")
            def change(event, ctx):
                event["input"]["path"] = 7 if event["input"]["path"] == "b.txt" else "a.txt"

            @pi.on("tool_result")
            def last(event, ctx):
                return {"details": {"path": event["input"]["path"]}, "isError": True}
        """,
    )
    wanted = calls(("a", "read", '{"path": "x.txt"}'), ("b", "read", '{"path": "b.txt"}'))
    async with talking(tmp_path, files, wanted, says("done")) as talk:
        (tmp_path / "project" / "a.txt").write_text("the other")
        await talk.ask("go")
        found = [one.entry.message for one in talk.heard.of(events.EntryAdded)]
        results = [one for one in found if isinstance(one, ToolResult)]
        assert results[0].content == [Text("the other")]
        assert results[0].details == {"path": "a.txt"}
        assert results[0].is_error
        assert "7" in plain_text(results[1].content)


async def test_a_secret_in_what_an_extension_says_does_not_reach_the_model(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            secret = "ghp_" + "a1B2" * 9
            pi.on("tool_result", lambda event, ctx: {"content": [{"type": "text", "text": "key " + secret}]})
        """,
    )
    async with talking(tmp_path, files, calls(("a", "ls", "{}")), says("done")) as talk:
        await talk.ask("go")
        results = [m for m in talk.provider.requests[1].messages if isinstance(m, ToolResult)]
        assert "ghp_" not in plain_text(results[0].content)


async def test_a_summary_may_be_cancelled_or_written_by_an_extension(tmp_path: Path) -> None:
    settings = Settings(compaction=Compaction(keep_recent_tokens=1))
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            @pi.on("session_before_compact")
            def before(event, ctx):
                if event["customInstructions"] == "no":
                    return {"cancel": True}
                return {"compaction": {"summary": "mine", "details": {"by": "me"}}}
        """,
    )
    async with talking(tmp_path, files, says("one"), says("two"), settings=settings) as talk:
        await talk.ask("first")
        await talk.ask("second")
        talk.conversation.compact("no")
        assert (await talk.heard.until(events.TurnEnded, 3)).error.startswith(
            "An extension cancelled the summary."
        )
        talk.conversation.compact("yes")
        await talk.heard.until(events.TurnEnded, 4)
        session = talk.conversation.session
        entry = session.read(session.tree.by_id[session.leaf or ""])
        assert entry is not None
        assert (entry["summary"], entry["details"], entry["fromHook"]) == ("mine", {"by": "me"}, True)
    assert Cancelled.__mro__


async def test_leaving_may_be_cancelled_and_a_left_branch_summarised(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            pi.on("session_before_fork", lambda event, ctx: {"cancel": event["entryId"] == "never"})
            pi.on("session_before_tree", lambda event, ctx: {"summary": {"summary": "what was left"}})
        """,
    )
    async with talking(tmp_path, files, says("one")) as talk:
        await talk.ask("first")
        with pytest.raises(NotAllowed):
            await talk.joined.leave({"type": "session_before_fork", "entryId": "never", "position": "before"})
        await talk.joined.leave({"type": "session_before_fork", "entryId": "yes", "position": "before"})
        entry = talk.heard.of(events.EntryAdded)[0].entry.id
        write = await talk.joined.before_tree(Navigate(0, talk.conversation.id, entry, summarise=True))
        assert write is not None
        session = talk.conversation.session
        written_ = session.read(session.tree.by_id[write(session.leaf or "")])
        assert written_ is not None
        assert (written_["type"], written_["summary"], written_["fromHook"]) == (
            "branch_summary", "what was left", True
        )  # fmt: skip


async def test_a_command_of_the_person_may_have_its_result_already(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            @pi.on("user_bash")
            def ran(event, ctx):
                if event["command"] == "elsewhere":
                    return {"result": {"output": "from there", "exitCode": 3, "cancelled": False}}
        """,
    )
    async with talking(tmp_path, files) as talk:
        await talk.joined.extensions.ready()
        talk.conversation.run_command("elsewhere", True)
        message = (await talk.heard.until(events.EntryAdded)).entry.message
        assert (message.output, message.exit_code) == ("from there", 3)  # type: ignore[union-attr]
        talk.conversation.run_command("echo here", True)
        message = (await talk.heard.until(events.EntryAdded, 2)).entry.message
        assert message.output == "here\n"  # type: ignore[union-attr]


async def test_the_body_of_a_request_may_be_another(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            pi.on("before_provider_request", lambda event, ctx: {**event["payload"], "seed": 7})
        """,
    )
    async with talking(tmp_path, files, says("one")) as talk:
        await talk.joined.extensions.ready()
        assert await talk.joined.payload(b'{"model":"m"}') == b'{"model":"m","seed":7}'
        assert await talk.joined.payload(b"no JSON") == b"no JSON"
        assert talk.conversation._model.posted == talk.joined.payload
        assert _PATCH.get() is None


async def test_more_skills_and_templates_are_found(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "hello.md").write_text("Say hello to $1.")
    files = written(
        tmp_path,
        one=f"""
        def extension(pi):
            pi.on("resources_discover", lambda event, ctx: {{"promptPaths": [{str(tmp_path / "more")!r}]}})
        """,
    )
    async with talking(tmp_path, files, says("one")) as talk:
        await talk.ask("/hello Ada")
        assert said(talk) == ["Say hello to Ada."]
