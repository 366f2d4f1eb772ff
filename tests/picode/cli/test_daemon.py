import json
import subprocess
import sys

import pytest

from picode import paths
from picode.cli.daemon import _duration
from picode.client.lock import holder
from support.daemon import strays

__all__ = ["strays"]


def picode(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "picode", "daemon", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_start_status_restart_stop(where: paths.Paths, strays: None) -> None:
    assert picode("start").stdout == "The daemon runs.\n"
    assert picode("start").stdout == "The daemon runs already.\n"
    first = holder(where)
    status = json.loads(picode("status", "--json").stdout)
    assert (status["alive"], status["pid"], status["running"]) == (True, first, 0)
    assert f"process        {first}\n" in picode("status").stdout
    assert picode("restart").stdout == "The daemon runs anew.\n"
    assert holder(where) not in (0, first)
    assert "is ready" in picode("logs").stdout
    assert picode("stop").stdout == "The daemon has ended.\n"
    assert holder(where) == 0
    assert picode("stop").stdout == "The daemon did not run.\n"


def test_a_broken_setting_does_not_end_the_daemon_that_runs(where: paths.Paths, strays: None) -> None:
    picode("start")
    first = holder(where)
    where.settings.parent.mkdir(parents=True, exist_ok=True)
    where.settings.write_text("[models]\nretries = 'x'\n")
    told = picode("restart")
    assert (told.returncode, told.stdout) == (78, "")
    assert f"{where.settings}:2: models.retries is 'x'; expected a whole number." in told.stderr
    assert holder(where) == first


def test_without_a_daemon_status_says_so(where: paths.Paths) -> None:
    told = picode("status")
    assert (told.returncode, told.stdout) == (69, "")
    assert "does not run" in told.stderr
    assert json.loads(picode("status", "--json").stdout)["alive"] is False


def test_without_a_log_there_is_one_sentence(where: paths.Paths) -> None:
    told = picode("logs")
    assert told.returncode == 66
    assert "There is no log" in told.stderr


def test_the_log_cannot_speak_to_the_terminal(where: paths.Paths) -> None:
    where.state.mkdir(parents=True)
    where.log.write_text("one\n\x1b]0;title\x07two\n")
    assert picode("logs", "-n", "1").stdout == "\ufffd]0;title\ufffdtwo\n"


def test_a_log_is_followed(where: paths.Paths) -> None:
    where.state.mkdir(parents=True)
    where.log.write_text("one\n")
    command = [sys.executable, "-u", "-m", "picode", "daemon", "logs", "-f"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        assert follower.stdout.readline() == "one\n"
        with where.log.open("a") as log:
            log.write("two\n")
        assert follower.stdout.readline() == "two\n"
        follower.terminate()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5.9, "5 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h 0 min"), (90_061, "25 h 1 min")],
)
def test_durations_are_said_in_words(seconds: float, words: str) -> None:
    assert _duration(seconds) == words
