import os

import pytest

from picode import paths
from picode.client.lock import holder
from picode.errors import Unavailable
from picode.server import lock


def test_the_lock_names_its_process_and_is_free_after_release(where: paths.Paths) -> None:
    held = lock.acquire(where, lambda: False)
    assert held is not None
    assert holder(where) == os.getpid()
    held.release()
    held.release()
    assert holder(where) == 0


def test_a_daemon_that_answers_is_left_alone(where: paths.Paths) -> None:
    held = lock.acquire(where, lambda: False)
    assert held is not None
    assert lock.acquire(where, lambda: True) is None
    held.release()


def test_one_that_ends_is_waited_for(where: paths.Paths) -> None:
    held = lock.acquire(where, lambda: False)
    assert held is not None

    def ends() -> bool:
        held.release()
        return False

    second = lock.acquire(where, ends)
    assert second is not None
    second.release()


def test_one_that_hangs_is_told(where: paths.Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "FREE_WITHIN", 0.05)
    held = lock.acquire(where, lambda: False)
    assert held is not None
    with pytest.raises(Unavailable, match=f"process {os.getpid()}"):
        lock.acquire(where, lambda: False)
    held.release()


def test_looking_at_the_lock_does_not_make_a_daemon_lose_it(where: paths.Paths) -> None:
    assert holder(where) == 0
    held = lock.acquire(where, lambda: False)
    assert held is not None
    held.release()
