"""Extensions behind an editor: their questions are permission requests, their commands end the prompt."""

import asyncio
from pathlib import Path

from acp import PROTOCOL_VERSION, text_block

from picode import paths
from support.daemon import Running
from support.editor import editing
from support.extensions import written
from support.model_server import ModelServer

SOURCE = """
    from pathlib import Path

    def extension(pi):
        async def way(words, ctx):
            chosen = await ctx.ui.select("Which way?", ["left", "right"])
            sure = await ctx.ui.confirm("Sure?", "It is far.")
            typed = await ctx.ui.input("Who?")
            Path(__file__).with_name("answers").write_text(f"{chosen} {sure} {typed}")
        pi.register_command("way", way)
"""


async def test_a_command_of_an_extension_asks_through_the_editor_and_ends(
    where: paths.Paths, home: Path, model_server: ModelServer
) -> None:
    where.config.mkdir(parents=True, exist_ok=True)
    written(where.config, way=SOURCE)
    (home / "project").mkdir()
    running = Running(
        where, {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    ).start()
    try:
        async with editing(home / "project") as (editor, _):
            await editor.agent.initialize(PROTOCOL_VERSION)
            session = await editor.agent.new_session(cwd=str(home / "project"), mcp_servers=[])
            editor.answers += ["1", "0"]
            prompt = [text_block("/way")]
            async with asyncio.timeout(60):
                answer = await editor.agent.prompt(session_id=session.session_id, prompt=prompt)
            assert answer.stop_reason == "end_turn"
            [one, two] = editor.asked
            assert (one[0].title, [option.name for option in one[1]]) == ("Which way?", ["left", "right"])
            assert (two[0].title, two[0].content[0].content.text) == ("Sure?", "It is far.")  # type: ignore[index]
            assert (where.config / "extensions" / "answers").read_text() == "right True None"
    finally:
        running.stop()
    assert model_server.requests == []
