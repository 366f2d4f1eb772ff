"""`picode acp` as a whole process, driven by the protocol library's own client, with a real daemon."""

import asyncio
import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acp import (
    PROTOCOL_VERSION,
    RequestError,
    embedded_text_resource,
    image_block,
    resource_block,
    text_block,
)
from acp.helpers import audio_block, resource_link_block
from acp.schema import ClientCapabilities

from picode import paths
from support.daemon import Running
from support.editor import Editor, editing
from support.model_server import Call, Gate, ModelServer, Say, Script, Think, say

SHOWS_TERMINALS = ClientCapabilities(field_meta={"terminal_output": True})


@pytest.fixture
def project(home: Path) -> Path:
    (home / "project").mkdir()
    return home / "project"


@pytest.fixture(autouse=True)
def daemon(where: paths.Paths, model_server: ModelServer) -> Iterator[Running]:
    given = {
        **model_server.environ(),
        "PICODE_MODELS_DEFAULT": "anthropic/claude-haiku-4-5",
        "PICODE_MODELS_RETRIES": "0",
    }
    running = Running(where, given).start()
    yield running
    running.stop()


async def begun(editor: Editor, project: Path, capabilities: ClientCapabilities | None = None) -> Any:
    """A new session's answer."""
    told = await editor.agent.initialize(PROTOCOL_VERSION, client_capabilities=capabilities)
    assert (told.protocol_version, told.agent_info.name, told.agent_capabilities.load_session) == (
        1,
        "picode",
        True,
    )
    return await editor.agent.new_session(cwd=str(project), mcp_servers=[])


async def asked(editor: Editor, session: str, *blocks: Any) -> Any:
    """The answer at the turn's end."""
    return await editor.agent.prompt(session_id=session, prompt=list(blocks))


async def test_an_answer_comes_in_pieces_with_its_thoughts_and_then_the_end(
    project: Path, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Think("Hm."), Say("Hello "), Gate("more"), Say("there.")))
    async with editing(project) as (editor, _):
        session = await begun(editor, project)
        asking = asyncio.ensure_future(asked(editor, session.session_id, text_block("hi")))
        await editor.until(lambda editor: editor.text() == "Hello ")
        assert not asking.done()
        model_server.open("more")
        assert (await asking).stop_reason == "end_turn"
        assert (editor.text(), editor.text("agent_thought_chunk")) == ("Hello there.", "Hm.")
        # what the editor said itself is not told again
        assert editor.of("user_message_chunk") == []
        assert editor.of("usage_update")[-1].size > 0


async def test_an_edit_is_asked_for_and_shown_as_a_diff(project: Path, model_server: ModelServer) -> None:
    file = project / "a.txt"
    file.write_text("one\ntwo\n")
    edit = Call("edit", {"path": "a.txt", "edits": [{"oldText": "two", "newText": "three"}]}, id="call_edit")
    write = Call("write", {"path": "a.txt", "content": "all new\n"}, id="call_write")
    model_server.enqueue(Script(edit), Script(write), say("Done."))
    async with editing(project) as (editor, _):
        session = await begun(editor, project)
        editor.answers = ["allow", "reject"]
        assert (await asked(editor, session.session_id, text_block("go"))).stop_reason == "end_turn"
    assert file.read_text() == "one\nthree\n"
    [(first, options), (second, _)] = editor.asked
    assert (first.tool_call_id, second.tool_call_id) == ("call_edit", "call_write")
    assert [one.kind for one in options] == ["allow_once", "allow_always", "reject_once"]
    told = editor.call("call_edit")
    assert (told[0].session_update, told[0].kind, told[0].status) == ("tool_call", "edit", "pending")
    [diff] = [one for update in told for one in update.content or [] if one.type == "diff"]
    assert (diff.path, diff.old_text, diff.new_text) == (str(file), "two", "three")
    assert [one.path for update in told for one in update.locations or []] == [str(file)]
    assert [one.status for one in told if one.status][-2:] == ["in_progress", "completed"]
    refused = editor.call("call_write")
    [whole] = [one for update in refused for one in update.content or [] if one.type == "diff"]
    assert (whole.old_text, whole.new_text) == ("one\nthree\n", "all new\n")
    assert refused[-1].status == "failed"


async def test_a_command_is_a_terminal_where_the_editor_shows_them(
    project: Path, model_server: ModelServer
) -> None:
    run = Call("bash", {"command": "echo out; exit 3"}, id="call_run")
    model_server.enqueue(Script(run), say("Done."), Script(run), say("Done."))
    async with editing(project, "--allow", "all") as (editor, _):
        session = await begun(editor, project, SHOWS_TERMINALS)
        await asked(editor, session.session_id, text_block("go"))
        told = editor.call("call_run")
        assert told[0].content[0].terminal_id == "call_run"
        assert told[0].field_meta == {"terminal_info": {"terminal_id": "call_run", "cwd": str(project)}}
        meta = [one.field_meta for one in told if one.field_meta]
        assert {"terminal_output": {"terminal_id": "call_run", "data": "out\n"}} in meta
        assert meta[-1] == {"terminal_exit": {"terminal_id": "call_run", "exit_code": 3, "signal": None}}
        assert (told[-1].status, editor.asked) == ("failed", [])
    async with editing(project, "--allow", "all") as (editor, _):
        session = await begun(editor, project)
        await asked(editor, session.session_id, text_block("go"))
        told = editor.call("call_run")
        assert "out\n" in told[-1].content[0].content.text
        assert [one.field_meta for one in told if one.field_meta] == []


async def test_cancelling_ends_the_turn_and_a_dialog_that_is_open(
    project: Path, model_server: ModelServer
) -> None:
    run = Call("bash", {"command": "touch x"})
    model_server.enqueue(Script(Say("Half"), Gate("never")), Script(run), say("After."))
    async with editing(project) as (editor, _):
        session = await begun(editor, project)
        for ready in (lambda editor: editor.text() == "Half", lambda editor: editor.asked):
            asking = asyncio.ensure_future(asked(editor, session.session_id, text_block("go")))
            await editor.until(ready)
            await editor.agent.cancel(session_id=session.session_id)
            assert (await asking).stop_reason == "cancelled"
        assert (await asked(editor, session.session_id, text_block("on"))).stop_reason == "end_turn"
    assert not (project / "x").exists()


async def test_a_conversation_is_found_again_and_told_from_its_beginning(
    project: Path, model_server: ModelServer
) -> None:
    (project / "a.txt").write_text("in the file")
    model_server.enqueue(
        Script(Think("Hm."), Say("I look."), Call("read", {"path": "a.txt"}, id="call_read")),
        say("Seen."),
        say("Again."),
    )
    async with editing(project) as (editor, _):
        id_ = (await begun(editor, project)).session_id
        await asked(editor, id_, text_block("look at a.txt"))
    async with editing(project) as (editor, _):
        await editor.agent.initialize(PROTOCOL_VERSION)
        [listed] = (await editor.agent.list_sessions(cwd=str(project))).sessions
        assert (listed.session_id, listed.cwd, listed.title) == (id_, str(project), "look at a.txt")
        await editor.agent.load_session(cwd=str(project), session_id=id_, mcp_servers=[])
        assert editor.text("user_message_chunk") == "look at a.txt"
        assert (editor.text(), editor.text("agent_thought_chunk")) == ("I look.Seen.", "Hm.")
        begun_, ended = editor.call("call_read")
        assert (begun_.kind, begun_.title, ended.status) == ("read", "read a.txt", "completed")
        assert ended.content[0].content.text == "in the file"
        await asked(editor, id_, text_block("and now?"))
        assert editor.text().endswith("Again.")
        with pytest.raises(RequestError, match="no conversation whose id"):
            await editor.agent.load_session(cwd=str(project), session_id="nowhere", mcp_servers=[])


async def test_commands_of_the_conversation_reload_it_and_summarise_it(
    project: Path, model_server: ModelServer
) -> None:
    model_server.enqueue(say("Looked."))
    async with editing(project) as (editor, _):
        id_ = (await begun(editor, project)).session_id
        await editor.until(lambda editor: editor.of("available_commands_update"))
        (project / ".picode" / "prompts").mkdir(parents=True)
        (project / ".picode" / "prompts" / "look.md").write_text("Look at $1.")
        assert (await asked(editor, id_, text_block("/reload"))).stop_reason == "end_turn"
        await editor.until(lambda editor: len(editor.of("available_commands_update")) == 2)
        told = [one.name for one in editor.of("available_commands_update")[-1].available_commands]
        assert told == ["reload", "compact", "look"]
        assert "were read anew" in editor.text()
        with pytest.raises(RequestError, match="short enough"):
            await asked(editor, id_, text_block("/compact the tests"))
        await asked(editor, id_, text_block("/look x.py"))
    assert [request.body["messages"][-1]["content"][0]["text"] for request in model_server.requests] == [
        "Look at x.py."
    ]


async def test_mode_model_and_thinking_are_chosen_in_the_editor(
    project: Path, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Call("bash", {"command": "touch x"})), say("Done."))
    async with editing(project) as (editor, _):
        session = await begun(editor, project)
        id_ = session.session_id
        assert (session.modes.current_mode_id, [one.id for one in session.modes.available_modes]) == (
            "ask",
            ["ask", "allow"],
        )
        model, thinking = session.config_options
        assert (model.category, model.current_value) == ("model", "anthropic/claude-haiku-4-5")
        assert "anthropic/claude-opus-5-5" in [one.value for one in model.options]
        assert thinking.category == "thought_level"
        told = await editor.agent.set_config_option(
            config_id="model", session_id=id_, value="anthropic/claude-opus-5-5"
        )
        assert told.config_options[0].current_value == "anthropic/claude-opus-5-5"
        told = await editor.agent.set_config_option(config_id="thinking", session_id=id_, value="high")
        assert told.config_options[1].current_value == "high"
        await editor.agent.set_session_mode(session_id=id_, mode_id="allow")
        await asked(editor, id_, text_block("go"))
        assert (editor.asked, (project / "x").exists()) == ([], True)
        assert model_server.requests[0].body["model"] == "claude-opus-5-5"
        for wrong in (
            lambda: editor.agent.set_config_option(
                config_id="model", session_id=id_, value="anthropic/no-such"
            ),
            lambda: editor.agent.set_config_option(config_id="thinking", session_id=id_, value="huge"),
            lambda: editor.agent.set_session_mode(session_id=id_, mode_id="fly"),
            lambda: asked(editor, "nowhere", text_block("hi")),
            lambda: editor.agent.new_session(cwd="relative", mcp_servers=[]),
        ):
            with pytest.raises(RequestError):
                await wrong()


async def test_files_and_images_go_along_and_sound_is_refused(
    project: Path, model_server: ModelServer
) -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (3000, 30)).save(out, "PNG")
    model_server.enqueue(say("I see."))
    async with editing(project) as (editor, _):
        id_ = (await begun(editor, project)).session_id
        await asked(
            editor,
            id_,
            text_block("See "),
            resource_link_block("b.txt", f"file://{project}/b%20c.txt"),
            resource_block(embedded_text_resource(f"file://{project}/a.txt", "Text of a.")),
            image_block(base64.b64encode(out.getvalue()).decode(), "image/png"),
        )
        text, picture = model_server.requests[0].body["messages"][0]["content"][:2]
        assert text["text"].startswith(
            f'See {project}/b c.txt\n<file name="{project}/a.txt">\nText of a.\n</file>\n'
        )
        assert "displayed at 2000x20" in text["text"]
        assert picture["source"]["media_type"] == "image/png"
        for wrong in (audio_block("aGk=", "audio/wav"), image_block("aGk=", "image/png")):
            with pytest.raises(RequestError):
                await asked(editor, id_, wrong)


async def test_a_failure_is_one_sentence_and_the_next_question_works(
    project: Path, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(status=401, error="bad key"), say("Back."))
    async with editing(project) as (editor, _):
        id_ = (await begun(editor, project)).session_id
        with pytest.raises(RequestError) as failure:
            await asked(editor, id_, text_block("hi"))
        assert failure.value.code == -32000
        assert "Traceback" not in str(failure.value)
        assert (await asked(editor, id_, text_block("hi"))).stop_reason == "end_turn"


async def test_two_conversations_do_not_hear_each_other(project: Path, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("First."), Gate("on")), say("Second."))
    async with editing(project) as (editor, _):
        first, second = (await begun(editor, project)).session_id, (await begun(editor, project)).session_id
        asking = asyncio.ensure_future(asked(editor, first, text_block("one")))
        await editor.until(lambda editor: editor.text(session=first))
        await asked(editor, second, text_block("two"))
        model_server.open("on")
        await asking
        assert (editor.text(session=first), editor.text(session=second)) == ("First.", "Second.")


async def test_an_editor_that_goes_leaves_nothing_running(project: Path, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("Half"), Gate("never")))
    async with editing(project, "--no-session") as (editor, process):
        id_ = (await begun(editor, project)).session_id
        asking = asyncio.ensure_future(asked(editor, id_, text_block("go")))
        await editor.until(lambda editor: editor.text() == "Half")
        asking.cancel()
        process.stdin.close()
        async with asyncio.timeout(60):
            assert await process.wait() == 0
    assert await asyncio.to_thread(model_server.requests[0].disconnected.wait, 20)


async def test_what_another_client_says_is_told_too(
    project: Path, model_server: ModelServer, daemon: Running
) -> None:
    from picode.protocol.requests import Answer, Ask

    model_server.enqueue(Script(Call("bash", {"command": "true"}, id="call_run")), say("Done."))
    async with editing(project) as (editor, _):
        id_ = (await begun(editor, project)).session_id
        with daemon.connect() as other:
            other.ask(Ask(1, id_, "from elsewhere"))
            await editor.until(lambda editor: editor.asked)
            other.ask(Answer(2, id_, "call_run", "allow"))
        await editor.until(lambda editor: editor.text() == "Done.")
        assert editor.text("user_message_chunk") == "from elsewhere"


def test_without_the_library_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import sys

    from picode.cli.main import run

    monkeypatch.setitem(sys.modules, "acp", None)
    monkeypatch.setitem(sys.modules, "acp.core", None)
    assert run(["acp"]) == 69
    assert "pip install 'picode[acp]'" in capfd.readouterr().err
