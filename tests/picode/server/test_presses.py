"""Key presses on disk: names, what waits, and ends in the middle of a record."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from picode.errors import DiskFailed
from picode.protocol.requests import Send
from picode.protocol.values import Place
from picode.server import presses
from picode.server.presses import Presses


def key(name: str, text: str = "why?") -> Send:
    return Send(id=3, place=Place("/"), text=text, once=name)


def test_a_press_is_known_and_waits_until_it_is_done(tmp_path: Path) -> None:
    first = Presses(tmp_path / "presses")
    first.accept(key("a"), "one")
    first.accept(key("b"), "two")
    first.done("a")
    second = Presses(tmp_path / "presses")
    assert [(press.name, press.conversation) for press in second.left] == [("b", "two")]
    assert second.left[0].request == key("b")
    assert (second.conversation("a"), second.conversation("b"), second.conversation("c")) == (
        "one",
        "two",
        None,
    )
    second.done("b")
    assert Presses(tmp_path / "presses").left == []


def test_what_is_given_back_or_ends_in_order_does_not_come_again(tmp_path: Path) -> None:
    first = Presses(tmp_path / "presses")
    for name, conversation in (("a", "one"), ("b", "two"), ("c", "one")):
        first.accept(key(name), conversation)
    first.drop("one")
    assert [press.name for press in Presses(tmp_path / "presses").left] == ["b"]
    second = Presses(tmp_path / "presses")
    second.close()
    assert Presses(tmp_path / "presses").left == []


def test_a_torn_record_is_forgotten_wherever_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "presses"
    Presses(path).accept(key("a"), "one")
    whole = len(path.read_bytes())
    Presses(path).accept(key("b"), "one")
    content = path.read_bytes()
    for end in range(whole, len(content)):
        path.write_bytes(content[:end])
        again = Presses(path)
        assert [press.name for press in again.left] == ["a"]
        again.accept(key("c"), "one")
        assert [press.name for press in Presses(path).left] == ["a", "c"]


def test_the_file_and_the_memory_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presses, "LARGEST", 10_000)
    kept = Presses(tmp_path / "presses")
    for number in range(2000):
        kept.accept(key(f"name{number}", "x" * 500), "one")
        kept.done(f"name{number}")
    assert (tmp_path / "presses").stat().st_size < 40_000
    assert kept.conversation("name1999") == "one"
    assert kept.conversation("name1") is None
    assert Presses(tmp_path / "presses").conversation("name1999") == "one"
    assert (tmp_path / "presses").stat().st_mode & 0o777 == 0o600


def test_a_press_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DiskFailed, match="cannot be kept"):
        Presses(tmp_path / "gone" / "presses").accept(key("a"), "one")
    kept = Presses(tmp_path / "presses")
    (tmp_path / "presses").symlink_to("/dev/full")
    with pytest.raises(DiskFailed, match="No space left"):
        kept.accept(key("a"), "one")
    assert kept.conversation("a") is None


async def test_work_on_presses_waits_a_moment_keeps_its_order_and_is_done_once(tmp_path: Path) -> None:
    kept = Presses(tmp_path / "presses")
    done: list[str] = []
    for name in "abc":
        kept.work_soon(partial(done.append, name))
    await asyncio.sleep(0)
    assert done == []
    async with asyncio.timeout(20):
        while len(done) < 3:
            await asyncio.sleep(0.001)
    kept.work_soon(partial(done.append, "d"))
    kept.work_now()
    assert done == ["a", "b", "c", "d"]
    await asyncio.sleep(0.02)
    assert done == ["a", "b", "c", "d"]
