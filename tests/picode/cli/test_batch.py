"""`picode batch`: the lines of a file, each answered once, a few at the same time."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from picode import paths
from picode.cli import main
from picode.cli.batch_lines import done, questions
from picode.client.blocking import connect
from picode.errors import BadData, Missing
from picode.paths import Paths
from picode.protocol.requests import Ping
from support.daemon import Running
from support.model_server import Gate, ModelServer, Received, Say, Script
from support.print_mode import project

__all__ = ["project"]


def write(file: Path, *lines: Any) -> Path:
    file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return file


def test_a_line_is_a_question_with_a_key(tmp_path: Path) -> None:
    file = write(
        tmp_path / "q.jsonl", '"alone"', "", {"key": "b", "prompt": "p", "model": "m", "max_tokens": 5}
    )
    found = questions(file)
    assert [(one.key, one.prompt, one.model, one.max_tokens) for one in found] == [
        ("1", "alone", "", 0), ("b", "p", "m", 5),
    ]  # fmt: skip
    assert len({one.mark for one in found}) == 2
    assert [one.named("x").model for one in found] == ["x", "m"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "q.jsonl:2: this is no JSON"), ("{}", "q.jsonl:2: there is no prompt"), ("[]", "there is no prompt"),
        ('{"prompt": "x", "promt": 1}', "'promt' means nothing here"),
        ('{"key": "1", "prompt": "x"}', "was there before"),
        ('{"prompt": "x", "max_tokens": "many"}', "max_tokens is 'many'"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_told_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(BadData, match=said.replace("(", r"\(")):
        questions(write(tmp_path / "q.jsonl", '"first"', line))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"There is no file .*q\.jsonl"):
        questions(tmp_path / "q.jsonl")


def test_what_was_answered_is_known_but_not_what_failed_or_was_cut(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.jsonl",
        {"key": "a", "text": "x", "mark": "m"},
        {"key": "b", "error": "no"},
        '{"key": "c", "te',
    )
    assert done(file) == {"a": "m"}
    assert done(tmp_path / "none") == {}


def answered(request: Received) -> Script:
    text = str(request.body["messages"][-1]["content"])
    if "fail" in text:
        return Script(status=400, error="No such thing", error_type="invalid_request_error")
    return Script(Say(f"re: {text}"))


Answer = Callable[..., tuple[int, str]]


@pytest.fixture
def batch(
    where: Paths, model_server: ModelServer, project: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Answer]:  # fmt: skip
    """`picode batch` in this process, with a daemon of its own: the exit code, and what it told."""
    monkeypatch.chdir(project)
    given = {
        **model_server.environ(),
        "PICODE_MODELS_DEFAULT": "openai/local-model",
        "PICODE_MODELS_RETRIES": "0",
    }
    running = Running(where, given).start()

    def run(*arguments: str) -> tuple[int, str]:
        code = main.run(["batch", *arguments])
        return code, capsys.readouterr().err

    yield run
    running.stop()


def test_a_batch_goes_on_where_it_stopped(batch: Answer, model_server: ModelServer, project: Path) -> None:
    model_server.when_empty = answered
    file = write(
        project / "q.jsonl", *({"key": f"k{n}", "prompt": f"question {n}"} for n in range(4)), '"fail"'
    )
    code, told = batch("q.jsonl", "--together", "2")
    assert code == 1
    assert told == "4 of 5 are answered, 1 failed; $0.0000 were spent. Run it again for the rest.\n"
    output = project / "q.jsonl.answers.jsonl"
    lines = {one["key"]: one for one in map(json.loads, output.read_text().splitlines())}
    assert lines["k2"]["text"] == "re: question 2"
    assert lines["k2"]["model"] == "openai/local-model"
    assert "No such thing" in lines["5"]["error"]

    # one question is another one now, the last one is mended, and a crash cut a line
    write(file, *({"key": f"k{n}", "prompt": f"question {n}" + "!" * (n == 3)} for n in range(4)), '"mended"')
    output.write_text(output.read_text() + '{"key": "k0", "te')
    before = len(model_server.requests)
    assert batch("q.jsonl") == (0, "5 of 5 are answered; $0.0000 were spent.\n")
    asked = sorted(str(one.body["messages"][-1]["content"]) for one in model_server.requests[before:])
    assert asked == ["mended", "question 3!"]

    # what was asked lately is kept, until it is wanted anew
    output.unlink()
    assert batch("q.jsonl")[0] == 0
    assert len(model_server.requests) == before + 2
    output.unlink()
    assert batch("q.jsonl", "--no-cache")[0] == 0
    assert len(model_server.requests) == before + 7

    # no more than so many go at the same time
    before = len(model_server.requests)
    model_server.enqueue(*(Script(Gate("go"), Say("a")) for _ in range(5)))
    output.unlink()
    running = threading.Thread(target=batch, args=("q.jsonl", "--no-cache", "--together", "2"))
    running.start()
    model_server.wait_for(before + 2)
    with connect(paths.resolve()) as daemon:
        daemon.ask(Ping(0))  # a third one would have been there before this
    assert len(model_server.requests) == before + 2
    model_server.open("go")
    running.join(60)
    assert not running.is_alive()
    assert len(done(output)) == 5
