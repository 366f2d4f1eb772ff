"""Skills and templates on their way: from files through the daemon to the model, from every front end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running
from support.model_server import ModelServer, say
from support.packages import files, write
from support.rpc import RpcProgram


@pytest.fixture
def project(home: Path) -> Path:
    directory = home / "project"
    (directory / ".git").mkdir(parents=True)
    return write(directory, {
        ".pi/skills/pdf/SKILL.md": "---\nname: pdf\ndescription: Reads PDF files.\n---\nRun scripts/read.\n",
        ".pi/prompts/review.md": "---\ndescription: Look closely\n---\nReview $1; mind ${@:2}.",
        ".pi/APPEND_SYSTEM.md": "The project's own word.",
    })  # fmt: skip


@pytest.fixture
def served(where: paths.Paths, model_server: ModelServer, project: Path, home: Path) -> Iterator[Running]:
    given = {**model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model"}
    running = Running(where, given).start()
    yield running
    running.stop()


def system(body: dict[str, object]) -> str:
    messages = body["messages"]
    assert isinstance(messages, list)
    return str(messages[0]["content"])


def asked(body: dict[str, object]) -> str:
    messages = body["messages"]
    assert isinstance(messages, list)
    content = messages[-1]["content"]
    return content if isinstance(content, str) else str(content[0]["text"])


def test_a_program_asks_with_them_and_lists_them(
    served: Running, model_server: ModelServer, project: Path, home: Path
) -> None:
    write(home / "pkg", files())
    write(home / "p" / ".pi" / "agent", {"settings.json": f'{{"packages": ["{home}/pkg"]}}'})
    model_server.enqueue(say("Read."), say("Reviewed."))
    rpc = RpcProgram(project)
    try:
        rpc.ask("prompt", message="/skill:pdf a.pdf")
        rpc.settled()
        rpc.ask("prompt", message="/review a.py 'the names' well")
        rpc.settled(2)
        first, second = model_server.wait_for(2)
        file = project / ".pi/skills/pdf/SKILL.md"
        assert asked(first.body) == (
            f'<skill name="pdf" location="{file}">\nReferences are relative to {file.parent}.\n\n'
            "Run scripts/read.\n</skill>\n\na.pdf"
        )
        assert asked(second.body) == "Review a.py; mind the names well."
        told = system(first.body)
        assert (
            f"<name>pdf</name>\n    <description>Reads PDF files.</description>\n    <location>{file}<"
            in told
        )
        assert "The project's own word." in told
        commands = {one["name"]: one for one in rpc.data("get_commands")["commands"]}
        assert set(commands) == {"review", "skill:pdf", "skill:greet"}
        assert commands["skill:pdf"] == {
            "name": "skill:pdf", "description": "Reads PDF files.", "source": "skill", "location": "project",
            "path": str(file), "sourceInfo": {
                "path": str(file), "source": "auto", "scope": "project", "origin": "top-level", "baseDir": str(project),
            },
        }  # fmt: skip
        info = commands["skill:greet"]["sourceInfo"]
        assert (info["source"], info["scope"], info["origin"]) == (f"{home}/pkg", "user", "package")
        assert commands["review"]["source"] == "prompt"
    finally:
        rpc.close()


def test_one_question_may_be_a_template(served: Running, model_server: ModelServer, project: Path) -> None:
    model_server.enqueue(say("Reviewed."))
    done = subprocess.run(
        [sys.executable, "-m", "picode", "-p", "/review a.py 'the names'"], cwd=project, capture_output=True,
        text=True, timeout=60, env=os.environ, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "Reviewed.\n"), done.stderr
    assert asked(model_server.wait_for(1)[0].body) == "Review a.py; mind the names."
