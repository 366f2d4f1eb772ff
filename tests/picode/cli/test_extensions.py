"""`picode -p` with extensions: a command of theirs ends it, nobody is asked, and their mistakes are told."""

import subprocess
from pathlib import Path

from picode import paths
from support.daemon import Running, executable
from support.extensions import written
from support.model_server import ModelServer, say

SOURCE = """
    from pathlib import Path

    def extension(pi):
        async def started(event, ctx):
            # somebody might be there
            await ctx.ui.confirm("Is somebody there?")
        pi.on("session_start", started)

        async def greet(words, ctx):
            Path(__file__).with_name("greeted").write_text(f"{words} {ctx.has_ui}")
            raise ValueError("no luck")
        pi.register_command("greet", greet)

        pi.on("input", lambda event, ctx: {"action": "handled"} if event["text"] == "nothing" else None)
"""


def test_print_mode_ends_after_a_command_of_an_extension(
    where: paths.Paths, home: Path, model_server: ModelServer
) -> None:
    where.config.mkdir(parents=True, exist_ok=True)
    written(where.config, greeting=SOURCE)
    running = Running(
        where, {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    ).start()
    try:
        model_server.enqueue(say("Yes."))
        asked = ["/greet Ada", "nothing", "a question"]
        done = subprocess.run(
            [executable(), "-p", *asked],
            cwd=home,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        assert (done.returncode, done.stdout) == (0, "Yes.\n"), done.stderr
        assert (where.config / "extensions" / "greeted").read_text() == "Ada False"
        assert (
            done.stderr
            == "picode: The extension greeting.py:12 failed at command:greet: ValueError: no luck\n"
        )
    finally:
        running.stop()
