import asyncio
from collections.abc import Callable

import pytest
import zmq

from picode import paths
from picode.errors import Missing, Unavailable
from picode.protocol import codec
from picode.protocol.terminal import AnyTerminalReply, Fetch, Fetched, NotFetched
from picode.protocol.values import CommandRecord
from picode.server import fetch as fetching
from picode.server.fetch import fetch


def recorder(where: paths.Paths, answer: Callable[[bytes], bytes | None]) -> None:
    """Answers one question on `1.sock`, in a thread."""
    socket: zmq.Socket[bytes]
    with zmq.Context.instance().socket(zmq.ROUTER) as socket:
        socket.setsockopt(zmq.LINGER, 2000)
        socket.setsockopt(zmq.RCVTIMEO, 10_000)
        socket.bind(f"ipc://{where.terminals}/1.sock")
        frames: list[bytes] = socket.recv_multipart()
        identity, question = frames[:-1], frames[-1]
        if (said := answer(question)) is not None:
            socket.send_multipart([*identity, said])


async def asked(where: paths.Paths, answer: Callable[[bytes], bytes | None]) -> CommandRecord:
    paths.make_private(where.terminals)
    thread = asyncio.create_task(asyncio.to_thread(recorder, where, answer))
    while not (where.terminals / "1.sock").exists():
        await asyncio.sleep(0.01)
    try:
        return await fetch(where, "/any/where/1.sock", Fetch(number=3))
    finally:
        await thread


def says(reply: AnyTerminalReply) -> Callable[[bytes], bytes]:
    return lambda question: codec.encode(reply)


async def test_a_record_is_fetched_by_its_number(where: paths.Paths) -> None:
    record = CommandRecord(3, "make", "/", status=2, head=b"x" * 1_000_000)
    assert await asked(where, says(Fetched(record))) == record


async def test_what_the_recorder_does_not_have_is_missing(where: paths.Paths) -> None:
    with pytest.raises(Missing, match="No command"):
        await asked(where, says(NotFetched("No command has number 3.")))


async def test_garbage_is_no_answer(where: paths.Paths) -> None:
    with pytest.raises(Unavailable, match="cannot be understood"):
        await asked(where, lambda question: b"\xc1")


async def test_a_silent_recorder_is_waited_for_only_so_long(
    where: paths.Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "WITHIN", 0.1)
    with pytest.raises(Unavailable, match="does not answer"):
        await asked(where, lambda question: None)


async def test_a_closed_terminal_is_missing(where: paths.Paths) -> None:
    with pytest.raises(Missing, match="closed"):
        await fetch(where, "1.sock", Fetch())
