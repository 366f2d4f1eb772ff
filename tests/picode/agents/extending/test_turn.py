"""A whole turn with extensions: one call blocked, another's result patched, a tool and a command of their own."""

from pathlib import Path

from picode.messages import Custom, ToolResult, User, plain_text
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


async def test_what_else_an_extension_may_do(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        acts="""
        def extension(pi):
            pi.register_provider("mine", {
                "baseUrl": "http://127.0.0.1:9/v1", "apiKey": "k", "api": "openai-completions",
                "models": [{"id": "m-1", "contextWindow": 1000, "maxTokens": 100}]})

            async def act(words, ctx):
                pi.set_session_name("named")
                pi.set_thinking_level("high")
                chosen = await pi.set_model("mine/m-1")
                gone = await pi.set_model("nowhere/none")
                back = await pi.set_model("demo/demo")
                ran = await pi.exec("sh", ["-c", "echo out; echo err >&2; exit 3"])
                late = await pi.exec("sleep", ["3600"], timeout=0.1)
                pi.set_active_tools(["read", "own"])
                pi.send_message("note", "for later", deliver_as="nextTurn")
                pi.send_message("note", "at once")
                tools = {tool["name"] for tool in pi.get_all_tools()}
                names = [one["name"] for one in pi.get_commands()]
                ctx.ui.notify(repr([chosen, gone, back, ran, late["killed"], {"own", "bash"} <= tools, names]))

            pi.register_command("act", act)

            async def talk(words, ctx):
                pi.send_user_message("/act is only said")
                await ctx.wait_for_idle()
                found = [entry["type"] for entry in ctx.session.branch()]
                told = [ctx.is_idle(), found.count("message"), ctx.session.name, pi.get_session_name()]
                ctx.ui.notify(str(told))

            pi.register_command("talk", talk)
            pi.register_tool("own", "Own.", lambda params, ctx: "said", read_only=True)
        """,
    )
    async with talking(tmp_path, files, says("yes")) as talk:
        talk.conversation.ask("/act")
        ran = "{'stdout': 'out\\n', 'stderr': 'err\\n', 'code': 3, 'killed': False}"
        await talk.noticed(f"[True, False, True, {ran}, True, True, ['act', 'talk']]")
        assert talk.conversation.session.name == "named"
        talk.conversation.ask("/talk")
        await talk.noticed("[True, 2, 'named', 'named']")
        [request] = talk.provider.requests
        assert [spec.name for spec in request.tools] == ["read", "own"]
        said = [plain_text(one.content) for one in request.messages if isinstance(one, User | Custom)]
        assert said == ["at once", "/act is only said", "for later"]
        assert talk.failures() == []
