"""The socket that recorders use, served by the loop: each gets its answers, and nobody keeps the others waiting."""

import asyncio
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from picode.server.recorders import SHARE, Recorders
from picode.terminal import zmtp

Envelope = list[bytes]


@pytest.fixture
def path() -> Iterator[Path]:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pc", dir="/tmp") as directory:
        yield Path(directory) / "shells.sock"


class Served:
    """Echoes each frame; `taken` is what has come, in order."""

    def __init__(self, path: Path, most: int = 256) -> None:
        self.path, self.taken, self.names = path, list[bytes](), list[bytes]()
        self.recorders = Recorders(path, self.received, most)
        self.recorders.bind()
        self.answer: Callable[[bytes], bytes] = lambda frame: frame

    def received(self, envelope: Envelope, frame: bytes) -> None:
        self.taken.append(frame)
        self.names.append(envelope[0])
        self.recorders.reply(envelope, self.answer(frame))

    def connect(self) -> zmtp.Peer:
        peer = zmtp.connect(str(self.path))
        assert peer is not None
        return peer


async def messages(peer: zmtp.Peer, count: int) -> list[list[bytes]]:
    found: list[list[bytes]] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            peer.flush()
            found += peer.receive()
            await asyncio.sleep(0)
    return found


async def gone(peer: zmtp.Peer) -> None:
    with pytest.raises(zmtp.Broken):
        await messages(peer, 1 << 30)


async def test_each_request_is_taken_in_order_and_answered_to_who_asked(path: Path) -> None:
    served = Served(path)
    one, two = served.connect(), served.connect()
    bodies = [b"a", b"b" * 300, b"c" * 3_000_000, b"d"]
    for body in bodies:
        one.send(body)
    # a REQ socket puts an empty frame before its request, and wants it back
    two.send(b"", b"other")
    assert await messages(one, 4) == [[body] for body in bodies]
    assert await messages(two, 1) == [[b"", b"other"]]
    assert [frame for frame in served.taken if frame != b"other"] == bodies
    assert len(set(served.names)) == 2
    assert all(map(served.recorders.owns, served.names))
    assert not served.recorders.owns(os.urandom(5))
    served.recorders.close()


async def test_only_its_owner_can_open_it_and_what_lay_there_is_replaced(path: Path) -> None:
    path.write_text("left over")
    served = Served(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    served.recorders.close()
    assert not path.exists()


async def test_a_flood_waits_while_others_are_served(path: Path) -> None:
    served = Served(path)
    flood, person = served.connect(), served.connect()
    for peer in (flood, person):
        peer.send(b"first")
        await messages(peer, 1)
    served.answer = lambda frame: b""
    flood._waiting += zmtp.frame(b"x") * (40 * SHARE)
    flood.flush()
    person.send(b"key")
    async with asyncio.timeout(20):
        while b"key" not in served.taken:
            await asyncio.sleep(0)
        # three turns at most: it was there when the second began
        assert served.taken.index(b"key") <= 3 * SHARE
        while served.taken.count(b"x") < 40 * SHARE:
            flood.flush()
            await asyncio.sleep(0)
    flood.send(b"last")
    assert (await messages(flood, 40 * SHARE + 1))[-1] == [b""]
    assert served.taken[-1] == b"last"
    served.recorders.close()


async def test_garbage_ends_only_its_own_connection(path: Path) -> None:
    served = Served(path)
    good = served.connect()
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100, zmtp.GREETING + b"\x02" + b"\xff" * 8):
        with socket.socket(socket.AF_UNIX) as bad:
            bad.connect(str(path))
            bad.sendall(garbage)
            bad.setblocking(False)
            async with asyncio.timeout(20):
                while await asyncio.get_running_loop().sock_recv(bad, 1000):
                    pass
    good.send(b"still here")
    assert await messages(good, 1) == [[b"still here"]]
    served.recorders.close()


async def test_who_reads_nothing_is_dropped_before_the_memory_is_full(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zmtp, "MOST_WAITING", 1_000_000)
    served = Served(path)
    served.answer = lambda frame: bytes(100_000)
    silent, good = served.connect(), served.connect()
    silent.send(b"")
    await messages(silent, 1)
    for _ in range(30):
        silent.send(b"more")
    good.send(b"x")
    assert len((await messages(good, 1))[0][0]) == 100_000
    await gone(silent)
    served.recorders.close()


async def test_above_the_bound_the_one_that_was_silent_longest_goes(path: Path) -> None:
    served = Served(path, most=2)
    first, second = served.connect(), served.connect()
    for peer in (first, second, first):
        peer.send(b"x")
        await messages(peer, 1)
    third = served.connect()
    third.send(b"x")
    await messages(third, 1)
    await gone(second)
    first.send(b"x")
    assert await messages(first, 1) == [[b"x"]]
    served.recorders.close()


async def test_at_the_end_every_recorder_sees_it_and_nobody_can_come(path: Path) -> None:
    served = Served(path)
    peer = served.connect()
    peer.send(b"x")
    await messages(peer, 1)
    served.recorders.close()
    await gone(peer)
    assert zmtp.connect(str(path)) is None
    served.recorders.reply([served.names[0]], b"too late")


async def test_where_no_socket_can_be_the_daemon_goes_on_without(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served = Served(path.parent / "gone" / "shells.sock")
    assert "shells.sock" in caplog.text
    served.recorders.close()
