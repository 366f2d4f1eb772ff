"""The recorder's ZMTP against libzmq itself, split at every byte, and against garbage."""

import random
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from picode.terminal import zmtp


@pytest.fixture
def context() -> Iterator["zmq.Context[Any]"]:
    made: zmq.Context[Any] = zmq.Context()
    yield made
    made.destroy(linger=0)


def messages(peer: zmtp.Peer, count: int) -> list[list[bytes]]:
    found: list[list[bytes]] = []
    limit = time.monotonic() + 10
    while len(found) < count:
        assert time.monotonic() < limit, found
        select.select([peer], [peer] if peer.wants_to_write else [], [], 1)
        peer.flush()
        found += peer.receive()
    return found


BODIES = [b"", b"x", b"a" * 254, b"b" * 255, b"c" * 256, b"d" * 70_000]


def test_as_a_dealer_to_libzmqs_router(context: "zmq.Context[Any]", tmp_path: Path) -> None:
    router = context.socket(zmq.ROUTER)
    router.bind(f"ipc://{tmp_path}/s")
    peer = zmtp.connect(f"{tmp_path}/s")
    assert peer is not None
    for body in BODIES:
        peer.send(b"first", body)
    select.select([peer], [], [], 5)
    assert peer.receive() == []
    while router.poll(0) == 0:
        select.select([peer], [], [], 0.05)
        peer.receive()
    for body in BODIES:
        assert router.poll(5000)
        sender, *frames = router.recv_multipart()
        assert frames == [b"first", body]
        router.send_multipart([sender, body, b"last"])
    assert messages(peer, len(BODIES)) == [[body, b"last"] for body in BODIES]
    router.close(0)
    with pytest.raises(zmtp.Broken, match="gone"):
        while True:
            select.select([peer], [], [], 5)
            peer.receive()
    peer.close()


@pytest.mark.parametrize("kind", [zmq.DEALER, zmq.REQ])
def test_as_a_router_to_libzmqs_clients(context: "zmq.Context[Any]", tmp_path: Path, kind: int) -> None:
    listening = zmtp.listen(str(tmp_path / "s"))
    client = context.socket(kind)
    client.connect(f"ipc://{tmp_path}/s")
    client.send(b"ask")
    assert select.select([listening], [], [], 5)[0]
    peer = zmtp.Peer(listening.accept()[0], "ROUTER")
    frames = messages(peer, 1)[0]
    assert frames == ([b"", b"ask"] if kind == zmq.REQ else [b"ask"])
    peer.send(*frames[:-1], b"answer")
    assert client.poll(5000)
    assert client.recv() == b"answer"
    peer.close()
    listening.close()


def stream() -> bytes:
    ping = b"\x04PING\x00\x00ctx"
    body = zmtp.frame(b"one", zmtp.MORE) + zmtp.frame(b"x" * 300) + bytes((zmtp.COMMAND, len(ping))) + ping
    return zmtp.GREETING + zmtp.ready("ROUTER") + body + zmtp.frame(b"")


def test_split_at_every_byte_it_reads_the_same() -> None:
    data = stream()
    for at in range(len(data) + 1):
        decoder = zmtp.Decoder(10_000)
        found = decoder.feed(data[:at]) + decoder.feed(data[at:])
        assert found == [[b"one", b"x" * 300], [b""]]
        assert decoder.ready
        assert decoder.reply == bytes((zmtp.COMMAND, 8)) + b"\x04PONGctx"
    decoder = zmtp.Decoder(10_000)
    assert [m for byte in data for m in decoder.feed(bytes((byte,)))] == [[b"one", b"x" * 300], [b""]]


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff" + bytes(8) + b"\x00" + bytes(60),
        zmtp.GREETING.replace(b"NULL", b"PLAI"),
        b"\xff" + bytes(8) + b"\x7f\x01" + bytes(60),
        zmtp.GREETING + zmtp.frame(b"x" * 20_000),
        zmtp.GREETING + zmtp.frame(b"x", zmtp.MORE) * 20,
        zmtp.GREETING + b"\x02" + b"\xff" * 8,
        zmtp.GREETING + b"\x04\x07\x05ERROR\x00",
    ],
)
def test_what_is_no_peer_for_us_is_broken_and_never_more(data: bytes) -> None:
    with pytest.raises(zmtp.Broken):
        zmtp.Decoder(10_000).feed(data)


def test_mutated_streams_are_read_or_broken_within_bounds() -> None:
    dice = random.Random(7)
    for _ in range(3000):
        data = bytearray(stream())
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        decoder = zmtp.Decoder(10_000)
        try:
            for at in range(0, len(data), 37):
                decoder.feed(bytes(data[at : at + 37]))
        except zmtp.Broken:
            continue


def test_nobody_there_is_none_and_a_peer_that_does_not_read_is_broken(tmp_path: Path) -> None:
    assert zmtp.connect(str(tmp_path / "nothing")) is None
    ours, theirs = socket.socketpair()
    peer = zmtp.Peer(ours, "DEALER")
    theirs.sendall(zmtp.GREETING + zmtp.ready("ROUTER"))
    peer.receive()
    with pytest.raises(zmtp.Broken, match="does not read"):
        for _ in range(100):
            peer.send(bytes(1_000_000))
    theirs.close()
    peer.close()


def test_a_stale_socket_is_replaced_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "s"
    zmtp.listen(str(path)).close()
    again = zmtp.listen(str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    again.close()
