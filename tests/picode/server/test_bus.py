import asyncio
from typing import Any

import pytest

from picode.errors import Missing
from picode.protocol import codec
from picode.protocol.events import AnswerBegun, TextAdded, ThoughtAdded, ToolPrinted, TurnEnded
from picode.server import bus as buses
from picode.server.bus import Bus


class Heard:
    """What the bus published."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, bytes]] = []
        self.bus = Bus("b", lambda topic, frame: self.frames.append((topic, frame)))

    @property
    def events(self) -> list[Any]:
        return [codec.decode_announced(frame).event for _, frame in self.frames]

    @property
    def numbers(self) -> list[int]:
        return [codec.decode_announced(frame).seq for _, frame in self.frames]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.frames) < count:
                await asyncio.sleep(0.002)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """A bus that joins from the second piece on."""
    monkeypatch.setattr(buses, "AHEAD", 0.0)
    return Heard()


async def test_the_first_piece_of_text_is_never_held_back() -> None:
    heard = Heard()
    heard.bus.emit("c", TextAdded("a"))
    assert heard.events == [TextAdded("a")]


async def test_some_pieces_may_come_close_together_and_more_are_joined(hurried: Heard) -> None:
    heard = hurried
    for letter in "abcdef":
        heard.bus.emit("c", TextAdded(letter))
    await heard.until(2)
    assert heard.events == [TextAdded("a"), TextAdded("bcdef")]
    assert heard.numbers == [1, 2]


async def test_text_that_comes_slowly_enough_is_never_held_back() -> None:
    heard = Heard()
    for number in range(5):
        heard.bus.emit("c", TextAdded("x"))
        assert len(heard.frames) == number + 1
        await asyncio.sleep(buses.GAP * 1.5)
    assert heard.bus._channels["c"].timer is None


async def test_ten_thousand_words_a_second_cost_no_event_each() -> None:
    heard = Heard()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(200):
        for _ in range(10):
            heard.bus.emit("c", TextAdded("x"))
        await asyncio.sleep(0.001)
    heard.bus.flush("c")
    assert len(heard.frames) <= (loop.time() - begun) / buses.GAP + buses.AHEAD / buses.GAP + 3
    assert "".join(event.text for event in heard.events) == "x" * 2000


async def test_any_other_event_comes_after_the_text_before_it(hurried: Heard) -> None:
    heard = hurried
    for event in (TextAdded("a"), TextAdded("b"), ThoughtAdded("t"), TextAdded("c"), TurnEnded("done")):
        heard.bus.emit("c", event)
    assert heard.events == [
        TextAdded("a"),
        TextAdded("b"),
        ThoughtAdded("t"),
        TextAdded("c"),
        TurnEnded("done"),
    ]
    assert heard.numbers == [1, 2, 3, 4, 5]


async def test_output_of_two_calls_is_not_mixed(hurried: Heard) -> None:
    heard = hurried
    for call, text in (("1", "a"), ("1", "b"), ("2", "c"), ("2", "d"), ("1", "e")):
        heard.bus.emit("c", ToolPrinted(call, text))
    heard.bus.flush("c")
    assert heard.events == [
        ToolPrinted("1", "a"), ToolPrinted("1", "b"), ToolPrinted("2", "cd"), ToolPrinted("1", "e"),
    ]  # fmt: skip


async def test_much_text_does_not_wait(hurried: Heard) -> None:
    heard = hurried
    heard.bus.emit("c", TextAdded("a"))
    heard.bus.emit("c", TextAdded("b" * 9000))
    assert len(heard.frames) == 2


async def test_nothing_wakes_when_nothing_flows(hurried: Heard) -> None:
    heard = hurried
    for letter in "ab":
        heard.bus.emit("c", TextAdded(letter))
    assert heard.bus._channels["c"].timer is not None
    await heard.until(2)
    assert heard.bus._channels["c"].timer is None


async def test_each_conversation_has_its_own_numbers() -> None:
    heard = Heard()
    for conversation in ("a", "b", "a"):
        heard.bus.emit(conversation, AnswerBegun("m"))
    assert [(topic, number) for (topic, _), number in zip(heard.frames, heard.numbers, strict=True)] == [
        ("a", 1), ("b", 1), ("a", 2),
    ]  # fmt: skip


async def test_a_snapshot_number_comes_after_the_pending_text(hurried: Heard) -> None:
    heard = hurried
    heard.bus.emit("c", TextAdded("a"))
    heard.bus.emit("c", TextAdded("b"))
    assert heard.bus.seq("c") == 2
    assert heard.events[-1] == TextAdded("b")


async def test_a_replay_tells_everything_after_a_number() -> None:
    heard = Heard()
    for number in range(5):
        heard.bus.emit("c", AnswerBegun(str(number)))
    assert [one.seq for one in heard.bus.replay("c", 2)] == [3, 4, 5]
    assert heard.bus.replay("c", 5) == []
    assert heard.bus.replay("nobody", 0) == []


@pytest.mark.parametrize("after", [0, 9, -1])
async def test_what_is_not_kept_is_missing(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buses, "KEPT_EVENTS", 3)
    heard = Heard()
    for _ in range(8):
        heard.bus.emit("c", AnswerBegun("m"))
    with pytest.raises(Missing):
        heard.bus.replay("c", after)
    assert [one.seq for one in heard.bus.replay("c", 5)] == [6, 7, 8]


async def test_what_is_kept_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buses, "KEPT_BYTES", 10_000)
    heard = Heard()
    for _ in range(100):
        heard.bus.emit("c", AnswerBegun("m" * 1000))
    assert heard.bus._channels["c"].bytes_kept <= 10_000


async def test_numbers_go_on_after_a_conversation_was_silent_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(buses, "KEPT_CONVERSATIONS", 2)
    heard = Heard()
    for conversation in ("a", "b", "c", "d"):
        heard.bus.emit(conversation, AnswerBegun("m"))
    with pytest.raises(Missing):
        heard.bus.replay("a", 0)
    heard.bus.emit("a", AnswerBegun("m"))
    assert heard.numbers[-1] == 2
