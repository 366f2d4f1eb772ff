"""`picode -p` as a whole process, with a real daemon and a model server on loopback."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from picode.cli.print_mode import messages
from support.daemon import executable
from support.model_server import Call, Gate, ModelServer, Say, Script
from support.print_mode import Run, picode, project
from support.screen import Terminal

__all__ = ["picode", "project"]


@pytest.mark.parametrize(
    ("words", "piped", "files", "said"),
    [
        (["a", "b"], "", "", ["a", "b"]),
        (["why?"], "log\n", "", ["log\n\nwhy?"]),
        ([], "only\n", "", ["only"]),
        ([], "", "", [""]),
        (["why?", "and?"], "log", "<file/>\n", ["log\n\n<file/>\nwhy?", "and?"]),
    ],
)
def test_standard_input_and_files_stand_in_front_of_the_first_question(
    words: list[str], piped: str, files: str, said: list[str]
) -> None:
    assert messages(words, piped, files) == said


def test_questions_are_asked_one_after_the_other_and_the_last_answer_is_written(
    picode: Run, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("One.")), Script(Say("Two.")))
    done = picode("-p", "first", "--thinking", "low", "second", stdin="log")
    assert (done.stdout, done.returncode) == ("Two.\n", 0)
    asked = model_server.requests[1].body["messages"]
    assert [one["content"] for one in asked[-3:]] == ["log\n\nfirst", "One.", "second"]


def test_the_first_question_that_fails_is_the_last(picode: Run, model_server: ModelServer) -> None:
    model_server.enqueue(Script(status=401, error="bad key"))
    assert picode("-p", "first", "second").returncode == 77
    assert len(model_server.requests) == 1


def test_a_files_text_and_its_images_go_along(picode: Run, model_server: ModelServer, project: Path) -> None:
    from PIL import Image

    (project / "notes.md").write_text("Remember.")
    (project / "empty").touch()
    Image.new("RGB", (3000, 30)).save(project / "wide.dat", "PNG")
    (project / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnonsense")
    model_server.enqueue(Script(Say("I see.")))
    done = picode("-p", "@notes.md", "@empty", "@wide.dat", "@broken.png", "What is it?")
    assert (done.stdout, done.stderr) == ("I see.\n", "")
    text, picture = model_server.requests[0].body["messages"][-1]["content"]
    note = "[Image: original 3000x30, displayed at 2000x20. Multiply coordinates by 1.50 to map to original image.]"
    assert text["text"].startswith(
        f'<file name="{project}/notes.md">\nRemember.\n</file>\n<file name="{project}/wide.dat">{note}</file>\n'
        f'<file name="{project}/broken.png">[Image omitted: The image is broken'
    )
    assert text["text"].endswith("</file>\nWhat is it?")
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")


def test_a_files_secrets_do_not_reach_the_model_nor_the_conversations_file(
    picode: Run, model_server: ModelServer, project: Path, home: Path
) -> None:
    model_server.enqueue(Script(Say("Seen.")))
    token = "gh" + "p_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    (project / "notes.md").write_text(f"one\nDB_PASSWORD=hunter22\n{token}\nlast\n")
    done = picode("-p", "@notes.md", "What is it?")
    assert (done.stdout, done.returncode) == ("Seen.\n", 0)
    [request] = model_server.requests
    told = str(request.body)
    assert "[redacted: GitHub token]" in told
    assert "DB_PASSWORD=[redacted: password]" in told
    kept = "".join(path.read_text() for path in home.rglob("*.jsonl"))
    assert "[redacted: GitHub token]" in kept
    for secret in (token, "hunter22"):
        assert secret not in told + kept


@pytest.mark.parametrize(("name", "why"), [("@nowhere.txt", "does not exist"), ("@.", "is no file")])
def test_what_is_no_file_cannot_go_along(picode: Run, model_server: ModelServer, name: str, why: str) -> None:
    done = picode("-p", name, "hi")
    assert (done.returncode, why in done.stderr) == (2, True)
    assert model_server.requests == []


def test_only_the_last_answer_is_written(picode: Run, model_server: ModelServer, project: Path) -> None:
    (project / "a.txt").write_text("secret")
    model_server.enqueue(
        Script(Say("I look."), Call("read", {"path": "a.txt"})), Script(Say("It is **there**."))
    )
    done = picode("-p", "look", stdin="some log\n")
    assert (done.stdout, done.stderr, done.returncode) == ("It is **there**.\n", "", 0)
    assert "some log\\n\\nlook" in model_server.requests[0].text()


def test_piped_text_alone_is_a_question(picode: Run, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("Yes.")))
    assert picode(stdin="is it?").stdout == "Yes.\n"


def test_what_is_not_granted_is_refused_and_the_model_told(
    picode: Run, model_server: ModelServer, project: Path
) -> None:
    write = Call("write", {"path": "x", "content": "y"})
    model_server.enqueue(Script(write), Script(Say("No.")), Script(write), Script(Say("Yes.")))
    assert picode("-p", "write").stdout == "No.\n"
    assert not (project / "x").exists()
    assert picode("-p", "write", "--allow", "write").stdout == "Yes.\n"
    assert (project / "x").read_text() == "y"


@pytest.mark.parametrize("mode", ["text", "json"])
def test_a_failure_is_one_sentence_and_an_exit_code(
    picode: Run, model_server: ModelServer, mode: str
) -> None:
    model_server.enqueue(Script(status=401, error="bad key"))
    done = picode("-p", "hi", "--mode", mode)
    assert done.returncode == 77
    assert done.stderr.startswith("picode: ")
    assert len(done.stderr.strip().split("\n")) == 1
    assert "Traceback" not in done.stderr


def test_json_begins_with_the_header_and_ends_with_the_agents_end(
    picode: Run, model_server: ModelServer
) -> None:
    model_server.enqueue(Script(Say("One "), Say("two.")))
    lines = [json.loads(line) for line in picode("-p", "hi", "--mode", "json").stdout.splitlines()]
    assert lines[0]["type"] == "session"
    assert lines[0]["version"] == 3
    assert [lines[1]["type"], lines[-1]["type"]] == ["agent_start", "agent_settled"]
    deltas = [
        one["assistantMessageEvent"].get("delta", "") for one in lines if one["type"] == "message_update"
    ]
    assert "".join(deltas) == "One two."


def test_a_question_whose_answer_goes_into_a_file_is_answered_and_ends(
    picode: Run, model_server: ModelServer, project: Path, home: Path
) -> None:
    model_server.enqueue(Script(Say("Into the file.")))
    command = f"{executable()} 'go on' --offline > {home}/out; echo ended with $?"
    terminal = Terminal(["/bin/sh", "-c", command], dict(os.environ), project)
    try:
        terminal.wait_for("ended with 0")
    finally:
        terminal.close()
    assert (home / "out").read_text() == "Into the file.\n"


def test_a_tool_that_is_not_there_cannot_be_allowed(picode: Run, model_server: ModelServer) -> None:
    done = picode("-p", "hi", "--allow", "bash,wriet")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no tool wriet" in done.stderr
    assert model_server.requests == []


def test_a_conversation_is_continued(picode: Run, model_server: ModelServer) -> None:
    model_server.enqueue(Script(Say("First.")), Script(Say("Second.")))
    picode("-p", "one")
    picode("-p", "two", "--continue")
    assert "First." in model_server.requests[1].text()


def test_rpc_takes_no_question_on_the_command_line(picode: Run) -> None:
    done = picode("--mode", "rpc", "hello")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--mode rpc takes its questions from standard input." in done.stderr


def test_no_question_is_a_mistake(picode: Run) -> None:
    assert picode("-p").returncode == 2


def test_interrupting_cancels_the_turn(picode: Run, model_server: ModelServer, project: Path) -> None:
    model_server.enqueue(Script(Say("Half"), Gate("never")))
    process = subprocess.Popen(
        [executable(), "-p", "go"], cwd=project, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    model_server.reached("never")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert model_server.requests[0].disconnected.wait(10)
    assert out == b"Half\n"


def test_on_a_terminal_the_answer_comes_as_it_is_written(
    picode: Run, model_server: ModelServer, project: Path
) -> None:
    model_server.enqueue(Script(Say("First \x1b[2Jwords "), Gate("on"), Say("and last.")))
    terminal = Terminal([executable(), "-p", "go"], dict(os.environ), project)
    try:
        terminal.wait_for("First words")
        model_server.open("on")
        assert terminal.wait_end() == 0
        assert b"\x1b[2J" not in terminal.raw
    finally:
        terminal.close()
