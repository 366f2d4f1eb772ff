"""A whole turn with extensions: one call blocked, another's result patched, a tool and a command of their own."""

from pathlib import Path

from picode.messages import ToolResult, User, plain_text
from picode.protocol import events
from support.conversation import calls, says
from support.extensions import talking, written

GUARD = """
    def extension(pi):
        @pi.on("tool_call")
        async def guard(event, ctx):
            if event["toolName"] == "bash" and "rm" in event["input"]["command"]:
                return {"block": True, "reason": "Nothing is removed here."}

        @pi.on("tool_result")
        def patch(event, ctx):
            if event["toolName"] == "read":
                return {"content": [{"type": "text", "text": "patched: " + event["content"][0]["text"]}]}

        async def count(params, ctx):
            ctx.update("counting")
            return {"content": [{"type": "text", "text": str(len(params["text"]))}], "details": {"n": 1}}

        pi.register_tool("count", "Counts letters.", count, {
            "type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]})

        async def greet(words, ctx):
            ctx.ui.notify(f"hello {words} in {ctx.cwd}")
            pi.append_entry("greeted", {"whom": words})

        pi.register_command("greet", greet, "Greets.", hint="NAME")
"""


async def test_an_extension_blocks_patches_adds_a_tool_and_a_command(tmp_path: Path) -> None:
    files = written(tmp_path, guard=GUARD)
    wanted = calls(
        ("a", "bash", '{"command": "rm -r ."}'),
        ("b", "read", '{"path": "x.txt"}'),
        ("c", "count", '{"text": "four"}'),
    )
    async with talking(tmp_path, files, wanted, says("done")) as talk:
        (tmp_path / "project" / "x.txt").write_text("lines")
        await talk.ask("go on")
        results = [one.entry.message for one in talk.heard.of(events.EntryAdded)]
        told = [plain_text(one.content) for one in results if isinstance(one, ToolResult)]
        assert told == ["Nothing is removed here.", "patched: lines", "4"]
        assert [one.is_error for one in results if isinstance(one, ToolResult)] == [True, False, False]
        assert "count" in [spec.name for spec in talk.provider.requests[0].tools]
        assert (tmp_path / "project" / "x.txt").exists()

        talk.conversation.ask("/greet Ada")
        appended = await talk.heard.until(events.EntryAppended)
        assert f"hello Ada in {tmp_path / 'project'}" in talk.notices()
        assert b'"customType":"greeted","data":{"whom":"Ada"}' in appended.line
        assert len([one for one in results if isinstance(one, User)]) == 1
        assert [one.name for one in talk.joined.commands()] == ["greet"]
        assert talk.failures() == []
