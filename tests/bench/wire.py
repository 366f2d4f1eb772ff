"""The socket: a request and its reply against bare pyzmq, a daemon's start, and what it costs while nothing happens."""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import zmq

from bench.row import Row, absolute, against
from picode import paths
from picode.client.blocking import connect
from picode.protocol.requests import Ping

ROUNDS = 4000
BLOCK = 200
IDLE = 20.0
"""Seconds."""
STARTS = 7
BARE = """
import sys, zmq
router = zmq.Context().socket(zmq.ROUTER)
router.bind(sys.argv[1])
print("ready", flush=True)
while True:
    router.send_multipart(router.recv_multipart())
"""


@contextlib.contextmanager
def bare() -> Iterator[Callable[[], None]]:
    """One round trip of 100 bytes between a DEALER and a ROUTER in another process, without anything of ours."""
    with tempfile.TemporaryDirectory(prefix="pb", dir="/tmp") as directory:
        address = f"ipc://{directory}/s"
        server = subprocess.Popen([sys.executable, "-c", BARE, address], stdout=subprocess.PIPE)
        assert server.stdout is not None
        server.stdout.readline()
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        dealer = context.socket(zmq.DEALER)
        dealer.connect(address)

        def round_trip() -> None:
            dealer.send(b"x" * 100)
            dealer.recv()

        try:
            yield round_trip
        finally:
            dealer.close(0)
            context.term()
            server.kill()
            server.communicate()


@contextlib.contextmanager
def private_home() -> Iterator[paths.Paths]:
    with tempfile.TemporaryDirectory(prefix="pb", dir="/tmp") as directory:
        yield paths.resolve({"PICODE_HOME": directory})


def start(where: paths.Paths) -> tuple["subprocess.Popen[bytes]", float]:
    """A daemon as our child, and the seconds until it was ready."""
    read, write = os.pipe()
    command = [sys.executable, "-P", "-m", "picode", "daemon", "run", "--ready-fd", str(write)]
    begun = time.perf_counter()
    environ = {**os.environ, "PICODE_HOME": str(where.config.parent)}
    daemon = subprocess.Popen(command, pass_fds=(write,), env=environ)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.readline() == b"ready\n"
    return daemon, time.perf_counter() - begun


def end(daemon: "subprocess.Popen[bytes]") -> None:
    daemon.send_signal(signal.SIGTERM)
    daemon.wait(15)


def medians(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Microseconds of each; they take turns, so that whatever else runs here costs both the same."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for block in range(2 * ROUNDS // BLOCK):
        which = block % 2
        work = (ours, theirs)[which]
        for _ in range(BLOCK):
            begun = time.perf_counter()
            work()
            seconds[which].append(time.perf_counter() - begun)
    return statistics.median(seconds[0]) * 1e6, statistics.median(seconds[1]) * 1e6


def round_trips(where: paths.Paths) -> Row:
    payload = b"x" * 100
    with connect(where, start=False) as client, bare() as reference:
        mine, theirs = medians(lambda: client.ask(Ping(id=0, payload=payload)), reference)
    return against(
        "request to the daemon and reply, 100 bytes, against bare pyzmq", mine, theirs, goal=2, unit="µs"
    )


def idle(daemon: "subprocess.Popen[bytes]") -> list[Row]:
    """Memory after the first requests, and CPU and wake-ups over a while without any."""
    process = psutil.Process(daemon.pid)
    before, switches = process.cpu_times(), process.num_ctx_switches().voluntary
    time.sleep(IDLE)
    after = process.cpu_times()
    used = (after.user + after.system - before.user - before.system) * 1e3
    woken = process.num_ctx_switches().voluntary - switches
    return [
        absolute("daemon idle: memory", process.memory_info().rss / 1e6, goal=60, unit="MB"),
        absolute(f"daemon idle: CPU over {IDLE:g} s", used, goal=10, unit="ms"),
        absolute(f"daemon idle: wake-ups over {IDLE:g} s", woken, goal=2, unit=""),
    ]


def rows() -> list[Row]:
    ready = []
    for _ in range(STARTS):
        with private_home() as where:
            daemon, seconds = start(where)
            ready.append(seconds)
            end(daemon)
    with private_home() as where:
        Path(where.config).mkdir(parents=True)
        daemon, _ = start(where)
        try:
            found = [round_trips(where)]
            found.append(absolute("daemon: ready", statistics.median(ready), goal=0.3, unit="s"))
            return found + idle(daemon)
        finally:
            end(daemon)
