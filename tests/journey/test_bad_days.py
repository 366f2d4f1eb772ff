"""What goes wrong outside of PiCode: one sentence, a fitting exit code, nothing lost."""

import json
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from picode import paths
from support.daemon import Running, executable
from support.small_disk import small_disk

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(home: Path) -> Path:
    (home / "project").mkdir()
    return home / "project"


@pytest.fixture
def served(where: paths.Paths) -> Iterator[Running]:
    running = Running(where).start()
    yield running
    running.stop()


def picode(project: Path, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [executable(), *arguments], input=stdin, capture_output=True, text=True, cwd=project, timeout=60,
        check=False,
    )  # fmt: skip


def one_sentence(done: "subprocess.CompletedProcess[str]", code: int, *words: str) -> None:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert done.stderr.startswith("picode: ")
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr


def session_of(where: paths.Paths) -> Path:
    [file] = where.sessions.glob("*/*.jsonl")
    return file


def test_a_full_disk_costs_the_question_and_nothing_else(
    served: Running, where: paths.Paths, project: Path
) -> None:
    assert picode(project, "-p", "first").returncode == 0
    file = session_of(where)
    before = file.read_bytes()
    # as on a full disk: no file of the daemon's can grow beyond what this one has
    limit = (len(before) + 20, resource.RLIM_INFINITY)
    resource.prlimit(served.pid, resource.RLIMIT_FSIZE, limit)
    one_sentence(picode(project, "-p", "second", "--continue"), 74, str(file), "cannot be written")
    assert file.read_bytes().startswith(before)
    resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert "You said: “third”" in picode(project, "-p", "third", "--continue").stdout
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    said = [line["message"]["content"][0]["text"] for line in lines if line["type"] == "message"]
    assert (said[0], said[-2]) == ("first", "third")


def test_a_disk_that_is_really_full_costs_the_question_and_nothing_else(
    served: Running, where: paths.Paths, project: Path
) -> None:
    with small_disk(where.sessions) as (fill, make_room):
        assert picode(project, "-p", "first").returncode == 0
        file = session_of(where)
        fill()
        long = "x" * 5000  # more than what is left of the file's last page
        one_sentence(picode(project, "-p", long, "--continue"), 74, str(file), "the disk is full")
        make_room()
        assert "You said: “third”" in picode(project, "-p", "third", "--continue").stdout
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        said = [line["message"]["content"][0]["text"] for line in lines if line["type"] == "message"]
        assert (said[0], said[-2], long in said) == ("first", "third", False)
        served.stop()


def test_a_directory_that_cannot_be_made_is_told(served: Running, where: paths.Paths, project: Path) -> None:
    shutil.rmtree(where.sessions, ignore_errors=True)
    where.sessions.parent.mkdir(parents=True, exist_ok=True)
    where.sessions.write_text("a file in the way")
    one_sentence(picode(project, "-p", "hi"), 74, str(where.sessions), "cannot be made")
    where.sessions.unlink()
    assert picode(project, "-p", "hi").returncode == 0


def test_an_unknown_model_is_told(served: Running, project: Path) -> None:
    one_sentence(picode(project, "-p", "hi", "--model", "demo/dmo"), 66, "There is no model named demo/dmo")
    (project / ".picode").mkdir()
    (project / ".picode/config.toml").write_text("[models]\ndefault = 'openia/gpt-5'\n")
    one_sentence(picode(project, "-p", "hi"), 66, "There is no model named openia/gpt-5", "openai/gpt-5")


def test_a_projects_broken_settings_are_told_with_their_line(served: Running, project: Path) -> None:
    (project / ".picode").mkdir()
    (project / ".picode/config.toml").write_text("[pane]\n\nhistory = 'long'\n")
    for arguments in (["-p", "hi"], ["chat"], ["config", "show"]):
        one_sentence(
            picode(project, *arguments), 78,
            "config.toml:3: pane.history is 'long'; expected a whole number",
        )  # fmt: skip


def test_the_users_broken_settings_keep_nothing_from_being_told(where: paths.Paths, project: Path) -> None:
    where.settings.parent.mkdir(parents=True, exist_ok=True)
    where.settings.write_text("[log]\nlevel = 'loud'\n")
    said = f"{where.settings}:2: log.level is 'loud'; expected 'debug' or"
    for arguments in (["-p", "hi"], ["models"], ["sessions"], ["daemon", "start"], ["send", "why?"]):
        one_sentence(picode(project, *arguments), 78, said)
    assert "log.level is 'loud'" in picode(project, "doctor").stdout
    assert picode(project, "config", "set", "log.level", "debug").returncode == 0
    assert picode(project, "config", "get", "log.level").stdout.startswith('"debug"\n')
