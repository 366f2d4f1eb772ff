"""Who starts or attaches says so, and the others wait."""

import os
import threading
import time
from pathlib import Path

import pytest

from picode.terminal import zellij_starts as starts


def test_nobody_waits_before_the_first_announcement(tmp_path: Path) -> None:
    assert starts.left(tmp_path) == 0
    assert starts.begun(tmp_path) == ""


def test_after_an_announcement_calls_wait_a_moment(tmp_path: Path) -> None:
    starts.announce(tmp_path)
    assert 0 < starts.left(tmp_path) <= starts.WITHIN


@pytest.mark.parametrize("shift", [-3600, 3600])
def test_an_old_announcement_and_one_of_a_clock_that_was_set_back_count_no_more(
    tmp_path: Path, shift: float
) -> None:
    starts.announce(tmp_path, "project")
    now = (tmp_path / starts.FILE).stat().st_mtime
    os.utime(tmp_path / starts.FILE, (now + shift, now + shift))
    assert starts.left(tmp_path) == 0
    assert starts.begun(tmp_path) == ""


def test_the_session_that_was_begun_is_known_until_the_next_announcement(tmp_path: Path) -> None:
    starts.announce(tmp_path, "project")
    assert starts.begun(tmp_path) == "project"
    starts.announce(tmp_path)
    assert starts.begun(tmp_path) == ""


def test_turns_come_one_after_the_other(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with starts.turn(tmp_path):
            order.append("second")

    with starts.turn(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(5)
        thread.join(0.15)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_a_turn_that_never_ends_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts, "TURN_WITHIN", 0.1)
    with starts.turn(tmp_path), starts.turn(tmp_path):
        pass


def test_who_attaches_waits_for_the_calls_that_are_under_way(tmp_path: Path) -> None:
    ended: list[str] = []
    begun = threading.Event()

    def call() -> None:
        with starts.call(tmp_path), starts.call(tmp_path):
            begun.set()
            time.sleep(0.2)
            ended.append("call")

    caller = threading.Thread(target=call)
    caller.start()
    begun.wait(5)
    starts.wait_for_calls(tmp_path)
    assert ended == ["call"]
    caller.join()


def test_a_call_without_a_runtime_directory_goes_on(tmp_path: Path) -> None:
    with starts.call(tmp_path / "nowhere"):
        pass
