"""Clients that flood, send garbage, stop reading or die hurt nobody."""

import asyncio
import os
import random
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
import psutil
import pytest
import zmq

from picode import paths
from picode.client.link import Link, hello
from picode.client.stream import connect
from picode.errors import BadData, Missing, NotAllowed, PicodeError
from picode.protocol import codec
from picode.protocol import requests as r
from picode.protocol.events import CommandSeen
from picode.protocol.replies import DaemonStatus, Pong, Refused, Welcome
from picode.protocol.values import CommandNote, Place, TerminalInfo
from picode.server.fetch import own_socket
from picode.terminal import zmtp
from support.daemon import Running, daemon
from support.examples import UNIONS, every_message

__all__ = ["daemon"]

FRAMES = 10_000
SILENT = 50


@contextmanager
def dealer(where: paths.Paths, waiting: int = 1000) -> Iterator["zmq.Socket[bytes]"]:
    socket: zmq.Socket[bytes]
    with zmq.Context.instance().socket(zmq.DEALER) as socket:
        socket.setsockopt(zmq.RCVHWM, waiting)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, 10_000)
        socket.setsockopt(zmq.SNDTIMEO, 10_000)
        socket.connect(f"ipc://{where.requests_socket}")
        yield socket


def told(socket: "zmq.Socket[bytes]", frame: bytes) -> Refused:
    socket.send(frame)
    reply = codec.decode_reply(socket.recv())
    assert isinstance(reply, Refused)
    return reply


def mutated(frame: bytes, dice: random.Random) -> bytes:
    """The frame with some bytes flipped, cut, doubled or put in."""
    data = bytearray(frame)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(4):
            case 0 if at < len(data):
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                del data[at : at + dice.randint(1, 8)]
            case 2:
                data[at:at] = dice.randbytes(dice.randint(1, 8))
            case 3:
                data[at:at] = data[at : at + dice.randint(1, 16)]
    return bytes(data)


def test_random_and_mutated_frames_are_refused_or_dropped(daemon: Running, where: paths.Paths) -> None:
    dice = random.Random(11)
    # a mutated message may be a whole one: what ends the daemon, or writes files, is left out
    left_out = (r.Shutdown, r.Ask, r.Send, r.RunCommand, r.Open, r.SetModel)
    whole = [codec.encode(one) for one in every_message().values() if not isinstance(one, left_out)]
    with dealer(where) as socket, daemon.connect() as bystander:
        told(socket, codec.encode(r.Ping(id=1)))
        for number in range(FRAMES):
            frame = (
                dice.randbytes(dice.randint(0, 200)) if number % 4 == 0 else mutated(dice.choice(whole), dice)
            )
            socket.send(frame)
            if number % 500 == 0:
                assert isinstance(bystander.ask(r.Ping(id=0)), Pong)
                # replies that were not read would fill the queue; this client reads some
                while socket.poll(0):
                    socket.recv()
        assert bystander.ask_for(DaemonStatus, r.GetStatus(id=0)).memory < 200e6
    assert "Traceback" not in where.log.read_text()


def test_garbage_where_recorders_talk_hurts_nobody(daemon: Running, where: paths.Paths) -> None:
    """The bytes themselves: a greeting, frames, and something that is wrong with them."""
    dice = random.Random(12)
    whole = [codec.encode(one) for one in (r.Ping(id=1), hello("recorder"), r.GetStatus(id=2))]
    with daemon.connect() as bystander, ExitStack() as open_ones:
        for number in range(600):
            connected = open_ones.enter_context(socket.socket(socket.AF_UNIX))
            connected.connect(str(where.shells_socket))
            frames = b"".join(zmtp.frame(dice.choice(whole)) for _ in range(5))
            data = zmtp.GREETING + zmtp.ready("DEALER") + frames
            with suppress(OSError):
                connected.send(dice.randbytes(300) if number % 4 == 0 else mutated(data, dice))
            if number % 100 == 0:
                assert isinstance(bystander.ask(r.Ping(id=0)), Pong)
        assert bystander.ask_for(DaemonStatus, r.GetStatus(id=0)).memory < 200e6
        # none of those that are still open is in the way of one that means it
        until, answered, peer = time.monotonic() + 20, list[list[bytes]](), None
        while peer is None and time.monotonic() < until:
            peer = zmtp.connect(str(where.shells_socket))
        assert peer is not None
        open_ones.callback(peer.close)
        greeting = hello("recorder")
        greeting.id = 1
        peer.send(codec.encode(greeting))
        while not answered and time.monotonic() < until:
            # not `select`: it knows no more than 1,024 files
            poll = select.poll()
            poll.register(peer, select.POLLIN | (select.POLLOUT if peer.wants_to_write else 0))
            poll.poll(1000)
            peer.flush()
            answered = peer.receive()
        assert isinstance(codec.decode_reply(answered[0][0]), Welcome)
    assert "Traceback" not in where.log.read_text()


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\x91" * 100_000, id="deeply nested"),
        pytest.param(b"\xdf\xff\xff\xff\xff", id="a map of four thousand million"),
        pytest.param(msgspec.msgpack.encode({"type": "ping", "id": "one"}), id="a number that is text"),
        pytest.param(msgspec.msgpack.encode({"type": "look", "id": 0, "conversation": 1}), id="no number"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_frame_without_a_number_gets_no_answer(daemon: Running, where: paths.Paths, frame: bytes) -> None:
    with dealer(where) as socket:
        socket.send(frame)
        assert told(socket, codec.encode(r.Ping(id=3))).id == 3


def test_who_has_not_said_hello_is_told_to(daemon: Running, where: paths.Paths) -> None:
    with dealer(where) as socket:
        refused = told(socket, codec.encode(r.Ping(id=3)))
        assert (refused.id, refused.kind) == (3, "WrongProtocol")
        assert "Hello" in refused.hint


@pytest.mark.parametrize(("protocol", "older"), [(99, "the daemon is older"), (0, "the client is older")])
def test_another_protocol_is_told_which_side_is_older(
    daemon: Running, where: paths.Paths, protocol: int, older: str
) -> None:
    with dealer(where) as socket:
        refused = told(socket, codec.encode(r.Hello(id=1, protocol=protocol, version="9.9", client="x")))
        assert refused.kind == "WrongProtocol"
        assert older in refused.message
        assert "picode daemon restart" in refused.hint
        # and it stays a stranger
        assert told(socket, codec.encode(r.Ping(id=2))).kind == "WrongProtocol"


def test_an_unknown_type_is_refused_with_its_number(daemon: Running) -> None:
    link = Link(daemon.where)
    try:
        link.send(hello("x"))
        link._socket.send(msgspec.msgpack.encode({"type": "of tomorrow", "id": 77}))
        found = None
        while found is None or found.id != 77:
            assert link._socket.poll(10_000)
            found = link.receive()
        assert isinstance(found, Refused)
        assert isinstance(codec.error_of(found), BadData)
    finally:
        link.close()


def test_a_frame_above_the_limit_costs_only_its_sender(daemon: Running, where: paths.Paths) -> None:
    with dealer(where) as socket, daemon.connect() as bystander:
        socket.send(b"x" * (codec.LARGEST_MESSAGE + 1))
        assert isinstance(bystander.ask(r.Ping(id=0)), Pong)
        largest = b"y" * 1_000_000
        assert bystander.ask_for(Pong, r.Ping(id=0, payload=largest)).payload == largest


def deaf(where: paths.Paths) -> "zmq.Socket[bytes]":
    socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
    socket.setsockopt(zmq.RCVHWM, 1)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.connect(f"ipc://{where.events_socket}")
    return socket


def test_clients_that_never_read_hold_nobody_up(daemon: Running, where: paths.Paths) -> None:
    terminal = TerminalInfo(
        socket="1.sock", shell="sh", pid=os.getpid(), place=Place("/", zellij_session="s")
    )
    with ExitStack() as stack, daemon.connect() as reader:
        for _ in range(SILENT):
            stack.callback(deaf(where).close, 0)
            silent = stack.enter_context(dealer(where, waiting=1))
            silent.send(codec.encode(hello("silent")))
            for _ in range(30):
                silent.send(codec.encode(r.Ping(id=5, payload=b"x" * 20_000)))
        reader.ask(r.TerminalOpened(id=0, terminal=terminal))
        for number in range(5000):
            note = CommandNote(number % 9, "c" * 2000, "/")
            reader.tell(r.CommandStarted(id=0, terminal="1.sock", note=note))
            if number % 100 == 0:
                assert isinstance(reader.ask(r.Ping(id=0), timeout=5), Pong)
        assert reader.ask_for(DaemonStatus, r.GetStatus(id=0)).memory < 250e6


async def test_a_reader_gets_its_events_beside_those_who_never_read(
    daemon: Running, where: paths.Paths
) -> None:
    terminal = TerminalInfo(
        socket="1.sock", shell="sh", pid=os.getpid(), place=Place("/", zellij_session="s")
    )
    with ExitStack() as stack:
        for _ in range(SILENT):
            stack.callback(deaf(where).close, 0)
        async with await connect(where, start=False) as stream:
            await stream.watch("workspace/s")
            await stream.ask(r.TerminalOpened(id=0, terminal=terminal))
            for number in range(1, 3001):
                note = CommandNote(number, "c" * 1000, "/")
                await stream.ask(r.CommandStarted(id=0, terminal="1.sock", note=note))
            seen = 0
            async with asyncio.timeout(20):
                async for announced in stream.events():
                    seen += isinstance(announced.event, CommandSeen)
                    if seen == 3000:
                        break


FLOOD = """
import sys, zmq
from picode import paths
from picode.client.link import Link, hello
from picode.client.stream import connect
from picode.protocol.requests import Ping
link = Link(paths.resolve())
link.send(hello("flood"))
print("flooding", flush=True)
while True:
    link.send(Ping(id=0, payload=b"x" * 1000))
"""


def test_a_flood_starves_nobody(daemon: Running) -> None:
    flood = subprocess.Popen([sys.executable, "-c", FLOOD], stdout=subprocess.PIPE)
    try:
        assert flood.stdout is not None
        flood.stdout.readline()
        with daemon.connect() as reader:
            for _ in range(100):
                assert isinstance(reader.ask(r.Ping(id=0), timeout=5), Pong)
            assert reader.ask_for(DaemonStatus, r.GetStatus(id=0)).memory < 250e6
    finally:
        flood.kill()
        flood.communicate()


def test_clients_that_die_leave_nothing_behind(daemon: Running) -> None:
    process = psutil.Process(daemon.pid)
    with daemon.connect() as reader:
        reader.ask(r.Ping(id=0))
        before = process.num_fds()
        for _ in range(5):
            flood = subprocess.Popen([sys.executable, "-c", FLOOD], stdout=subprocess.PIPE)
            assert flood.stdout is not None
            flood.stdout.readline()
            flood.kill()
            flood.communicate()
        until = time.monotonic() + 10
        while process.num_fds() > before and time.monotonic() < until:
            reader.ask(r.Ping(id=0))
        assert process.num_fds() <= before


def test_a_terminal_outside_our_directory_is_never_asked(where: paths.Paths, home: Path) -> None:
    where.terminals.mkdir(parents=True)
    (where.terminals / "1.sock").write_text("no socket")
    with pytest.raises(NotAllowed):
        own_socket(where, "1.sock")
    with pytest.raises(Missing):
        own_socket(where, "../../../../etc/passwd")


@pytest.mark.parametrize("cwd", ["", "relative", "/no/such/directory", "/" + "long/" * 2000, "/nul\0"])
def test_a_place_that_does_not_exist_never_ends_the_daemon(daemon: Running, cwd: str) -> None:
    with daemon.connect() as client:
        for request in (r.Open(id=0, place=Place(cwd)), r.GetSuggestion(id=0, place=Place(cwd))):
            with suppress(PicodeError):
                client.ask(request)
        assert isinstance(client.ask(r.Ping(id=0)), Pong)


def test_every_request_of_the_protocol_has_a_handler() -> None:
    import ast
    import inspect

    from picode.server import handlers

    tree = ast.parse(inspect.getsource(handlers.table))
    handled = {
        key.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Attribute)
    }
    from picode.protocol.describe import structs

    assert handled | {"Hello"} == {kind.__name__ for kind in structs(UNIONS["request"])}


def test_this_file_leaves_the_users_daemon_alone() -> None:
    assert os.environ["PICODE_HOME"].startswith("/tmp/")
