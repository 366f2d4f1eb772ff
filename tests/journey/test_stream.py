"""Events over real sockets: none is lost, none comes twice, none comes out of order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from picode import paths, tasks
from picode.client.stream import Stream, connect
from picode.errors import Crashed, Unavailable
from picode.protocol import requests as r
from picode.protocol.events import Announced, AnswerBegun, DaemonStopping, TurnEnded
from picode.protocol.replies import Pong, Snapshot
from picode.server.bus import EVERYBODY
from support.wired import Wired

WITHIN = 20


@pytest.fixture
async def small(where: paths.Paths) -> AsyncIterator[Wired]:
    daemon = Wired(where)
    yield daemon
    daemon.close()


async def read(stream: Stream, count: int) -> list[Announced]:
    found: list[Announced] = []
    async with asyncio.timeout(WITHIN), aclosing(stream.events()) as events:  # type: ignore[type-var]
        async for announced in events:
            found.append(announced)
            if len(found) == count:
                break
    return found


async def test_what_is_announced_right_after_following_comes(small: Wired, where: paths.Paths) -> None:
    for _ in range(50):
        async with await connect(where, start=False) as stream:
            snapshot = await stream.follow("c")
            small.emit(AnswerBegun("m"))
            assert [one.seq for one in await read(stream, 1)] == [snapshot.seq + 1]


async def test_who_listens_gets_the_snapshot_first_and_then_everything_in_order(
    small: Wired, where: paths.Paths
) -> None:
    told: list[int] = []
    pauses: list[int] = []
    enough = asyncio.Event()

    def heard(announced: Announced) -> None:
        told.append(announced.seq)
        if announced.event == AnswerBegun("last"):
            enough.set()

    async with await connect(where, start=False) as stream:

        async def follow() -> None:
            told.append((await stream.follow("c")).seq)

        stream.listen(heard, lambda: pauses.append(len(told)))
        following = tasks.spawn(follow(), "follow")
        async with asyncio.timeout(WITHIN):
            while not following.done():
                small.emit(AnswerBegun("m"))
                await asyncio.sleep(0)
            small.emit(AnswerBegun("last"))
            await enough.wait()
    assert told == list(range(told[0], told[0] + len(told)))
    assert pauses[-1] == len(told)


async def test_events_before_the_snapshot_are_not_told_again(small: Wired, where: paths.Paths) -> None:
    small.emit(AnswerBegun("before"))
    async with await connect(where, start=False) as stream:
        assert (await stream.follow("c")).seq == 1
        small.emit(AnswerBegun("after"))
        assert [one.event for one in await read(stream, 1)] == [AnswerBegun("after")]


async def test_a_gap_is_filled_by_a_replay(small: Wired, where: paths.Paths) -> None:
    async with await connect(where, start=False) as stream:
        await stream.follow("c")
        small.lose(AnswerBegun("lost"), 3)
        small.emit(AnswerBegun("seen"))
        assert [one.seq for one in await read(stream, 4)] == [1, 2, 3, 4]
        assert any(isinstance(one, r.Replay) for one in small.asked)


async def test_what_is_no_longer_kept_is_replaced_by_a_snapshot(small: Wired, where: paths.Paths) -> None:
    shown: list[Snapshot] = []
    async with await connect(where, start=False, on_snapshot=shown.append) as stream:
        await stream.follow("c")
        small.lose(AnswerBegun("lost"), 5000)
        small.emit(AnswerBegun("a sign"))
        async with asyncio.timeout(WITHIN):
            while not any(isinstance(one, r.Look) for one in small.asked[1:]):
                await asyncio.sleep(0)
        small.emit(AnswerBegun("after"))
        assert (await read(stream, 1))[0].event == AnswerBegun("after")
        assert [one.seq for one in shown] == [5001]


async def test_a_client_that_does_not_read_for_long_learns_how_it_ended(
    small: Wired, where: paths.Paths
) -> None:
    shown: list[int] = []

    def show(snapshot: Snapshot) -> None:
        shown.append(snapshot.seq)
        small.emit(AnswerBegun("after the snapshot"))

    async with await connect(where, start=False, on_snapshot=show) as stream:
        await stream.follow("c")
        # one turn of the loop: the client reads nothing meanwhile, and its queues overflow
        for number in range(30_000):
            small.emit(AnswerBegun(f"{number:0100}"))
        small.emit(TurnEnded("done"))
        async with asyncio.timeout(WITHIN), aclosing(stream.events()) as events:  # type: ignore[type-var]
            async for announced in events:
                if announced.seq > 30_000:
                    break
        assert shown == [30_001]


async def test_another_daemon_means_a_fresh_snapshot(where: paths.Paths) -> None:
    shown: list[Snapshot] = []
    links: list[bool] = []
    first = Wired(where, "one")
    second = None
    try:
        stream = await connect(where, start=False, on_snapshot=shown.append, on_link=links.append)
        async with stream:
            await stream.follow("c")
            for _ in range(5):
                first.emit(AnswerBegun("m"))
            await read(stream, 5)
            first.close()
            second = Wired(where, "two")
            second.emit(AnswerBegun("in the new life"))
            async with asyncio.timeout(WITHIN):
                while not any(isinstance(one, r.Look) for one in second.asked):
                    await asyncio.sleep(0.01)
            second.emit(AnswerBegun("after"))
            assert [(one.seq, one.boot) for one in await read(stream, 1)] == [(2, "two")]
            assert [(one.seq, one.boot) for one in shown] == [(1, "two")]
            assert links == [False, True]
    finally:
        (second or first).close()


async def test_a_daemon_ended_on_purpose_stays_away_until_somebody_asks(where: paths.Paths) -> None:
    first = Wired(where, "one")
    async with await connect(where, start=False) as stream:
        first.bus.announce(EVERYBODY, DaemonStopping())
        assert (await read(stream, 1))[0].event == DaemonStopping()
        first.close()
        with pytest.raises(Unavailable):
            await stream.ask(r.Ping(id=0))
        second = Wired(where, "two")
        try:
            assert isinstance(await stream.ask(r.Ping(id=0)), Pong)
            assert stream.welcome.boot == "two"
        finally:
            second.close()


async def test_requests_in_flight_fail_when_the_daemon_dies(where: paths.Paths) -> None:
    daemon = Wired(where)
    async with await connect(where, start=False) as stream:
        daemon.deaf = True
        asked = asyncio.gather(*(stream.ask(r.Ping(id=0)) for _ in range(3)), return_exceptions=True)
        await asyncio.sleep(0)
        daemon.close()
        async with asyncio.timeout(WITHIN):
            assert all(isinstance(found, Unavailable) for found in await asked)


async def test_a_handler_that_fails_is_a_refusal(
    small: Wired, where: paths.Paths, caplog: pytest.LogCaptureFixture
) -> None:
    async with await connect(where, start=False) as stream:
        with pytest.raises(Crashed, match="ZeroDivisionError"):
            await stream.ask(r.Cancel(id=0, conversation="c"))
        assert isinstance(await stream.ask(r.Ping(id=0)), Pong)
    assert "Cancel failed" in caplog.text


async def test_many_requests_at_once_each_get_their_own_reply(small: Wired, where: paths.Paths) -> None:
    async with await connect(where, start=False) as stream:
        asked = (stream.ask_for(Pong, r.Ping(id=0, payload=b"%d" % number)) for number in range(500))
        replies = await asyncio.gather(*asked)
        assert [reply.payload for reply in replies] == [b"%d" % number for number in range(500)]
