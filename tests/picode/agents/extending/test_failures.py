"""Extensions that fail: each is told of in a sentence with file and line, and the conversation goes on."""

import asyncio
from pathlib import Path

from picode.messages import ToolResult, plain_text
from picode.protocol import events
from support.conversation import calls, says
from support.extensions import Talk, talking, written

READ = calls(("a", "read", '{"path": "x.txt"}'))


def results(talk: Talk) -> list[str]:
    found = [one.entry.message for one in talk.heard.of(events.EntryAdded)]
    return [plain_text(one.content) for one in found if isinstance(one, ToolResult)]


async def test_one_that_cannot_be_loaded_leaves_the_others_be(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        broken="def extension(pi):\n    pi.on(1 +\n",
        nothing="x = 1",
        wrong="def extension(pi):\n    pi.register_command('gone', print)\n    pi.on('tool_cal', print)\n",
        raises="import nowhere_at_all",
        good="def extension(pi):\n    pi.register_command('hi', lambda words, ctx: ctx.ui.notify('hi'))\n",
    )
    async with talking(tmp_path, files) as talk:
        talk.conversation.ask("/hi")
        await talk.noticed("hi")
        told = {Path(one.path).name: one for one in talk.failures()}
        assert {one.event for one in told.values()} == {"load"}
        assert told["broken.py"].error.startswith("SyntaxError: ")
        assert told["broken.py"].where.endswith("broken.py:2")
        assert told["nothing.py"].error == "ValueError: it has no function `extension(pi)`"
        assert told["wrong.py"].error == "ValueError: There is no event 'tool_cal'. Did you mean 'tool_call'?"
        assert told["wrong.py"].where.endswith("wrong.py:3")
        assert told["raises.py"].error == "ModuleNotFoundError: No module named 'nowhere_at_all'"
        assert [one.name for one in talk.joined.commands()] == ["hi"]


async def test_a_handler_that_raises_is_passed_over_and_a_guard_that_raises_blocks(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        one="""
        def extension(pi):
            @pi.on("tool_result")
            def bad(event, ctx):
                raise KeyError("oh")

            @pi.on("tool_result")
            def good(event, ctx):
                return {"content": [{"type": "text", "text": "from the next one"}]}

            @pi.on("tool_call")
            def guard(event, ctx):
                if event["toolName"] == "ls":
                    raise RuntimeError("the guard is broken")

            async def failing(params, ctx):
                raise ValueError("the tool says no")
            pi.register_tool("failing", "Fails.", failing)
        """,
    )
    wanted = calls(("a", "read", '{"path": "x.txt"}'), ("b", "ls", "{}"), ("c", "failing", "{}"))
    async with talking(tmp_path, files, wanted, says("done")) as talk:
        (tmp_path / "project" / "x.txt").write_text("lines")
        await talk.ask("go")
        assert results(talk)[0] == "from the next one"
        assert results(talk)[1].endswith("one.py failed, so this call was not run.")
        assert results(talk)[2] == "from the next one"
        told = [(one.event, one.error, one.where.rpartition("/")[2]) for one in talk.failures()]
        # the calls only read, or one comes after the other: their order is not the point
        assert sorted(told) == [
            ("tool_call", "RuntimeError: the guard is broken", "one.py:14"),
            ("tool_result", "KeyError: 'oh'", "one.py:5"),
            ("tool_result", "KeyError: 'oh'", "one.py:5"),
        ]


async def test_one_that_hangs_is_not_waited_for_and_its_process_begins_anew(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        hangs="""
        import os, time
        from pathlib import Path

        def extension(pi):
            mark = Path(__file__).with_name("hung")

            @pi.on("input")
            def hang(event, ctx):
                if not mark.exists():
                    mark.touch()
                    time.sleep(3600)
                return {"action": "transform", "text": event["text"] + " changed"}
        """,
    )
    async with talking(tmp_path, files, says("one"), says("two"), limit=0.3) as talk:
        talk.joined.extensions.alive_within = 0.3
        await talk.ask("first")
        assert talk.failures()[0].event == "input"
        assert "did not answer within 0.3 seconds" in talk.failures()[0].error
        while "begun again" not in talk.failures()[-1].error:
            await talk.heard.until(events.ExtensionFailed, len(talk.failures()) + 1)
        talk.joined.extensions.limit = 20
        await talk.ask("second")
        said = [plain_text(request.messages[-1].content) for request in talk.provider.requests]  # type: ignore[union-attr]
        assert said == ["first", "second changed"]


async def test_one_that_only_takes_long_loses_its_turn_and_nothing_else(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        slow="""
        import asyncio

        def extension(pi):
            @pi.on("input")
            async def slow(event, ctx):
                if event["text"] == "first":
                    await asyncio.sleep(3600)
                return {"action": "transform", "text": "changed"}
        """,
    )
    async with talking(tmp_path, files, says("one"), says("two"), limit=1.0) as talk:
        await talk.ask("first")
        await talk.ask("second")
        assert [one.event for one in talk.failures()] == ["input"]
        said = [plain_text(request.messages[-1].content) for request in talk.provider.requests]  # type: ignore[union-attr]
        assert said == ["first", "changed"]


async def test_a_process_that_ends_is_begun_again_three_times(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        exits="""
        import os, sys

        def extension(pi):
            print("garbage {", flush=True)
            os.write(1, b'{"type": "result", "id": 1}\\n')

            def leave(words, ctx):
                print("last words", flush=True)
                os._exit(7)
            pi.register_command("leave", leave)

            @pi.on("session_start")
            def started(event, ctx):
                ctx.ui.notify("started: " + event["reason"])
        """,
    )
    async with talking(tmp_path, files, says("still here")) as talk:
        for count in range(4):
            talk.conversation.ask("/leave")
            await talk.heard.until(events.ExtensionFailed, count + 1)
            await talk.joined.extensions.ready()
        told = [one.error for one in talk.failures()]
        assert told[0] == "The extensions' process ended (exit 7: last words); it is begun again"
        assert told[3] == (
            "The extensions' process ended (exit 7: last words); it was begun 3 times, and /reload begins it again"
        )
        await talk.ask("are you there?")
        assert talk.joined.commands() == []
        await talk.joined.reload()
        assert [one.name for one in talk.joined.commands()] == ["leave"]
        await talk.noticed("started: startup")
        await talk.noticed("started: reload")


async def test_what_a_tool_does_is_ended_when_the_person_cancels(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        waits="""
        import asyncio

        def extension(pi):
            async def wait(params, ctx):
                ctx.update("waiting")
                try:
                    await asyncio.Event().wait()
                finally:
                    ctx.ui.notify("the tool was ended")
            pi.register_tool("wait", "Waits.", wait, read_only=True)
        """,
    )
    async with talking(tmp_path, files, calls(("a", "wait", "{}"))) as talk:
        talk.conversation.ask("go")
        assert (await talk.heard.until(events.ToolPrinted)).text == "waiting\n"
        talk.conversation.cancel()
        assert (await talk.heard.until(events.TurnEnded)).outcome == "cancelled"
        assert results(talk) == ["Operation aborted"]
        await talk.noticed("the tool was ended")


async def test_nothing_of_them_is_left_when_the_conversation_ends(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        child="""
        import subprocess
        from pathlib import Path

        def extension(pi):
            child = subprocess.Popen(["sleep", "3600"], start_new_session=True)
            Path(__file__).with_name("pid").write_text(str(child.pid))

            @pi.on("session_shutdown")
            def bye(event, ctx):
                Path(__file__).with_name("bye").write_text(event["reason"])
        """,
    )
    async with talking(tmp_path, files, says("hello")) as talk:
        await talk.ask("hi")
    folder = tmp_path / "extensions"
    assert (folder / "bye").read_text() == "quit"
    pid = int((folder / "pid").read_text())
    async with asyncio.timeout(20):
        while Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():
            await asyncio.sleep(0.02)


async def test_a_question_that_nobody_answers_ends_when_the_person_cancels(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        asks="""
        def extension(pi):
            @pi.on("tool_call")
            async def ask(event, ctx):
                if not await ctx.ui.confirm("Sure?"):
                    return {"block": True}
        """,
    )
    async with talking(tmp_path, files, READ, limit=0.2) as talk:
        talk.conversation.ask("go")
        while not talk.conversation.status.dialogs:
            await talk.heard.until(events.StatusChanged, len(talk.heard.of(events.StatusChanged)) + 1)
        talk.conversation.cancel()
        assert (await talk.heard.until(events.TurnEnded)).outcome == "cancelled"
        assert talk.conversation.status.dialogs == []
        assert talk.failures() == []


async def test_a_guard_that_takes_its_time_does_not_hold_up_a_cancel(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        slow="""
        import asyncio

        def extension(pi):
            @pi.on("tool_call")
            async def slow(event, ctx):
                ctx.ui.notify("thinking")
                await asyncio.Event().wait()
        """,
    )
    async with talking(tmp_path, files, READ, limit=3600) as talk:
        talk.conversation.ask("go")
        await talk.noticed("thinking")
        talk.conversation.cancel()
        assert (await talk.heard.until(events.TurnEnded)).outcome == "cancelled"
        assert results(talk) == ["Operation aborted"]


async def test_where_nobody_can_be_asked_there_is_no_answer(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        asks="""
        def extension(pi):
            @pi.on("input")
            async def ask(event, ctx):
                found = [ctx.has_ui, await ctx.ui.confirm("Sure?"), await ctx.ui.input("Who?")]
                return {"action": "transform", "text": str(found)}
        """,
    )
    async with talking(tmp_path, files, says("one")) as talk:
        await talk.ask("go", unattended=True)
        assert plain_text(talk.provider.requests[0].messages[0].content) == "[False, False, None]"  # type: ignore[union-attr]
