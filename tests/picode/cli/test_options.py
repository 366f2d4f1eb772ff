"""pi's options on `picode -p`: which conversation, which model, and how."""

import json
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from picode import paths
from support.daemon import Running, executable
from support.model_server import Call, Gate, ModelServer, Say, Script, say
from support.print_mode import Run, picode, project
from support.screen import Terminal

__all__ = ["picode", "project"]
KEY = "sk-lent-0123456789abcdef"


def sessions(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.jsonl"))


def test_nothing_of_an_ephemeral_conversation_is_on_the_disk(
    picode: Run, model_server: ModelServer, home: Path
) -> None:
    word = "unforgettable-word"
    model_server.enqueue(
        Script(Call("bash", {"command": f"echo {word}"})), Script(Say(f"{word}.")), say(f"Again {word}.")
    )
    done = picode("-p", "--no-session", f"say {word}", "and again", "--allow", "bash", "--mode", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[0])["type"] == "session"
    assert f"Again {word}." in done.stdout
    assert f"{word}." in model_server.requests[2].text()
    written = [file for file in home.rglob("*") if file.is_file() and word.encode() in file.read_bytes()]
    assert written == []


def test_a_session_directory_has_the_conversations_and_continues_with_them(
    picode: Run, model_server: ModelServer, where: paths.Paths, home: Path
) -> None:
    model_server.enqueue(say("First."), say("Second."), say("Elsewhere."))
    there = ("--session-dir", str(home / "mine"))
    picode("-p", "one", *there)
    picode("-p", "two", "-c", *there)
    [file] = sessions(home / "mine")
    assert file.parent == home / "mine"
    assert "First." in model_server.requests[1].text()
    assert sessions(where.sessions) == []
    picode("-p", "three", "-c")
    assert "First." not in model_server.requests[2].text()


def test_a_fork_begins_with_everything_and_leaves_the_other_alone(
    picode: Run, model_server: ModelServer, where: paths.Paths
) -> None:
    model_server.enqueue(say("First."), say("Second."))
    picode("-p", "one")
    [source] = sessions(where.sessions)
    before = source.read_bytes()
    assert picode("-p", "two", "--fork", str(source)).stdout == "Second.\n"
    assert "First." in model_server.requests[1].text()
    assert source.read_bytes() == before
    [fork] = [path for path in sessions(where.sessions) if path != source]
    lines = fork.read_bytes().splitlines()
    assert json.loads(lines[0])["parentSession"] == str(source)
    assert lines[1 : len(before.splitlines())] == before.splitlines()[1:]


def test_instructions_tools_and_thinking_are_as_they_were_asked_for(
    picode: Run, model_server: ModelServer, project: Path
) -> None:
    (project / "rules.txt").write_text("Only rhymes.")
    (project / "AGENTS.md").write_text("Project rule.")
    model_server.enqueue(say("Yes."), say("Yes."), say("Yes."))
    ours = (
        "--system-prompt",
        "You are terse.",
        "--append-system-prompt",
        "rules.txt",
        "--append-system-prompt",
        "Two.",
    )
    picode("-p", "hi", *ours, "--tools", "read,ls")
    asked = model_server.requests[0].body
    system = asked["messages"][0]["content"]
    assert system.startswith("You are terse.")
    assert "Only rhymes.\n\nTwo." in system
    assert "Project rule." in system
    assert [tool["function"]["name"] for tool in asked["tools"]] == ["read", "ls"]
    # what was asked for does not outlive the command that asked for it
    picode("-p", "again", "-c", "--no-tools")
    asked = model_server.requests[1].body
    assert "terse" not in asked["messages"][0]["content"]
    assert not asked.get("tools")
    picode("-p", "again", "-c")
    assert "bash" in [tool["function"]["name"] for tool in model_server.requests[2].body["tools"]]
    done = picode("-p", "hi", "--tools", "cat")
    assert (done.returncode, "There is no tool 'cat'" in done.stderr) == (2, True)


def test_skills_templates_and_context_files_are_named_or_left_out(
    picode: Run, model_server: ModelServer, project: Path, home: Path
) -> None:
    skill = "---\nname: {0}\ndescription: About {0}.\n---\nDo {0}.\n"
    for name, place in (("own", home / "elsewhere"), ("found", project / ".picode" / "skills")):
        (place / name).mkdir(parents=True)
        (place / name / "SKILL.md").write_text(skill.format(name))
    (home / "elsewhere" / "ask.md").write_text("Ask $1 twice.")
    (project / "AGENTS.md").write_text("Project rule.")
    model_server.enqueue(*(say("Yes.") for _ in range(3)))
    named = (
        "--skill",
        str(home / "elsewhere" / "own"),
        "--prompt-template",
        str(home / "elsewhere" / "ask.md"),
    )
    picode("-p", "/ask me", *named)
    first = model_server.requests[0].body["messages"]
    assert first[-1]["content"] == "Ask me twice."
    assert all(
        told in first[0]["content"] for told in ("<name>own</name>", "<name>found</name>", "Project rule.")
    )
    picode(
        "-p",
        "/ask me",
        "-ns",
        "-np",
        "-nc",
        "--exclude-tools",
        "bash,write",
        "--skill",
        str(home / "elsewhere"),
    )
    second = model_server.requests[1].body
    system = second["messages"][0]["content"]
    assert ("<name>own</name>" in system, "<name>found</name>" in system, "Project rule." in system) == (
        True, False, False,
    )  # fmt: skip
    assert second["messages"][-1]["content"] == "/ask me"
    tools = [tool["function"]["name"] for tool in second["tools"]]
    assert ("read" in tools, "bash" in tools, "write" in tools) == (True, False, False)
    done = picode("-p", "hi", "--skill", "nowhere")
    assert (done.returncode, done.stderr) == (2, f"picode: There is no {project}/nowhere.\n")


def test_a_conversation_has_the_id_and_the_name_that_were_asked_for(
    picode: Run, model_server: ModelServer, where: paths.Paths
) -> None:
    model_server.enqueue(say("First."), say("Second."))
    picode("-p", "one", "--session-id", "build.42", "--name", "The build", "--offline")
    picode("-p", "two", "--session-id", "build.42")
    [file] = sessions(where.sessions)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert (lines[0]["id"], file.name.endswith("_build.42.jsonl")) == ("build.42", True)
    assert [one["name"] for one in lines if one["type"] == "session_info"] == ["The build"]
    assert "First." in model_server.requests[1].text()
    done = picode("-p", "no", "--session-id", "../up")
    assert (done.returncode, "cannot be an id" in done.stderr) == (2, True)


def test_the_model_is_named_by_a_part_of_its_name_and_how_hard_it_thinks(
    picode: Run, model_server: ModelServer, where: paths.Paths
) -> None:
    model_server.enqueue(*(say("Yes.") for _ in range(4)))
    picode("-p", "hi", "--model", "opus:high")
    picode("-p", "hi", "--provider", "anthropic", "--model", "haiku")
    picode("-p", "hi", "--models", "zzz,*haiku*:low,anthropic/*")
    assert [one.body["model"] for one in model_server.requests] == [
        "claude-opus-5-5", "claude-haiku-4-5", "claude-haiku-4-5",
    ]  # fmt: skip
    assert model_server.requests[0].text() != model_server.requests[1].text()
    done = picode("-p", "hi", "--models", "zzz", "--model", "openai/local-model")
    assert done.stdout == "Yes.\n"
    listed = picode("--list-models", "haiku").stdout.splitlines()
    assert [line.split()[0] for line in listed[1:]] == ["anthropic/claude-haiku-4-5"]


def test_a_lent_key_is_used_once_and_shows_nowhere(
    picode: Run, model_server: ModelServer, project: Path, home: Path
) -> None:
    model_server.enqueue(Script(Say("Half"), Gate("look")), say("Own."))
    command = [executable(), "-p", "hi", "--model", "anthropic/claude-haiku-4-5", f"--api-key={KEY}"]
    process = subprocess.Popen(command, cwd=project, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    model_server.reached("look")
    shown = " ".join(psutil.Process(process.pid).cmdline())
    model_server.open("look")
    out, _ = process.communicate(timeout=30)
    assert (out, KEY in shown, "picode" in shown) == (b"Half\n", False, True)
    picode("-p", "hi", "--model", "anthropic/claude-haiku-4-5")
    keys = [one.headers["x-api-key"] for one in model_server.requests]
    assert keys == [KEY, model_server.environ()["ANTHROPIC_API_KEY"]]
    assert [file for file in home.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()] == []
    done = picode("-p", "hi", "--api-key", KEY)
    assert (done.returncode, "--api-key needs a model" in done.stderr) == (2, True)


def test_a_conversation_is_exported(
    picode: Run, model_server: ModelServer, where: paths.Paths, project: Path
) -> None:
    model_server.enqueue(say("A page of it."))
    picode("-p", "hi")
    [session] = sessions(where.sessions)
    done = picode("--export", str(session), "out.html")
    assert done.stdout == f"Exported to: {project}/out.html\n"
    assert "A page of it." in (project / "out.html").read_text()
    assert picode("--export", str(session)).returncode == 0
    assert (project / f"picode-session-{session.stem}.html").exists()
    assert picode("--export", str(session), "out.gif").returncode == 2


@pytest.mark.parametrize(
    "wrong",
    [
        ("--session", ""),
        ("--fork", ""),
        ("--session-id", ""),
        ("--name", " "),
        ("--session-id", "a", "-c"),
        ("-c", "--no-session"),
        ("--thinking", "huge"),
        ("--nonsense",),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_asked(wrong: tuple[str, ...]) -> None:
    done = subprocess.run(
        [executable(), "-p", "hi", *wrong],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout, len(done.stderr.strip().splitlines())) == (2, "", 1)


def test_conversations_are_where_pi_keeps_its_own_when_that_is_set(
    where: paths.Paths, home: Path, project: Path, model_server: ModelServer
) -> None:
    given = {
        **model_server.environ(), "PICODE_MODELS_DEFAULT": "openai/local-model", "PICODE_SESSIONS_DIRECTORY": "pi",
        "PI_CODING_AGENT_DIR": str(home / "pi"),
    }  # fmt: skip
    running = Running(where, given).start()
    try:
        model_server.enqueue(say("First."), say("Second."))
        for words in (("one",), ("two", "-c")):
            subprocess.run([executable(), "-p", *words], cwd=project, stdin=subprocess.DEVNULL, check=True)
    finally:
        running.stop()
    [file] = sessions(home / "pi")
    assert file.parent == home / "pi" / "sessions" / f"--{str(project).strip('/').replace('/', '-')}--"
    assert sorted(path.name for path in (home / "pi").rglob("*")) == sorted(
        ["sessions", file.parent.name, file.name]
    )


def test_the_pane_takes_the_same_options(
    picode: Run, model_server: ModelServer, project: Path, home: Path
) -> None:
    (project / "notes.md").write_text("Remember.")
    model_server.enqueue(say("First answer."), say("Second answer."))
    options = ("--no-session", "--model", "haiku:low", "--system-prompt", "Be terse.", "--tools", "read",
               "--name", "A talk")  # fmt: skip
    terminal = Terminal([executable(), "@notes.md", *options, "why?"], dict(os.environ), project)
    try:
        terminal.wait_for("“A talk”", "First answer.")
        terminal.type("and?\r")
        terminal.wait_for("Second answer.")
    finally:
        terminal.close()
    asked = [one.body for one in model_server.requests]
    assert "Remember.\n</file>\nwhy?" in model_server.requests[0].text().replace("\\n", "\n")
    assert [one["model"] for one in asked] == ["claude-haiku-4-5"] * 2
    assert [tool["name"] for tool in asked[1]["tools"]] == ["read"]
    assert "Be terse." in json.dumps(asked[1]["system"])
    assert sessions(home) == []
