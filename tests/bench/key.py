"""Alt-a in a recorded shell on a PTY until the real daemon's acknowledgement is back at the recorder, in parts."""

import os
import select
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import picode
from bench.row import Row, against
from bench.wire import bare
from picode import paths
from picode.client.blocking import connect
from picode.protocol.replies import Cancelled, Snapshot
from picode.protocol.requests import Cancel, Open
from picode.protocol.values import Place
from picode.terminal.driver import Driven
from picode.terminal.scripts import script
from support.daemon import Running
from support.ptyshell import PROMPT, WAITS, RecordedShell, environment

PRESSES = 240
BEFORE_CANCEL = 40
"""Presses that one turn's queue gets; a conversation's queue is bounded."""


class Parts(NamedTuple):
    """Seconds."""

    whole: float
    to_recorder: float
    through_shell: float
    request: float
    daemon: float


def rows(home: Path) -> list[Row]:
    with unanswering() as port, bare() as round_trip:
        environ = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1"}
        daemon = Running(
            paths.resolve({"PICODE_HOME": str(home / "p")}), {**environ, "PICODE_HOME": str(home / "p")}
        )
        daemon.start()
        try:
            empty, bare_one = presses(home, daemon.where, b"", round_trip)
            typed, bare_two = presses(home, daemon.where, b"why", round_trip)
        finally:
            daemon.stop()
    floor = readline_floor(home)
    us = 1e6
    return [
        against("Alt-a, empty line, until the acknowledgement, against a bare round trip",
                empty.whole * us, bare_one * us, goal=2.5, unit="µs"),
        against("  from the terminal to the recorder", empty.to_recorder * us, bare_one * us, goal=0.5, unit="µs"),
        against("  record and request built and written", empty.request * us, bare_one * us, goal=0.5, unit="µs"),
        against("  the daemon, until its reply is read", empty.daemon * us, bare_one * us, goal=2, unit="µs"),
        against("Alt-a on a line with text, the same", typed.whole * us, bare_two * us, goal=5, unit="µs"),
        against("  through bash and back, against a bare bash's `bind -x`",
                typed.through_shell * us, floor * us, goal=1.5, unit="µs"),
    ]  # fmt: skip


@contextmanager
def unanswering() -> Iterator[int]:
    """A port where connections are taken and nothing is said: a turn that lasts, and costs nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield listening.getsockname()[1]


def presses(
    home: Path, where: paths.Paths, line: bytes, round_trip: Callable[[], None]
) -> tuple[Parts, float]:
    """Medians of the parts, and of a bare round trip taken in turns with them."""
    times = stamped(home)
    shell = RecordedShell(home, "bash", start_file=False).ready()
    shell.run("echo x")
    found, bare_ones = [], []
    with connect(where, start=False) as client:
        place = Place(str(home))
        conversation = client.ask_for(Snapshot, Open(0, place)).conversation
        for number in range(PRESSES):
            start = len(shell.seen)
            shell.send(line)
            shell.wait_for(line, start)
            if number % 2:
                # a person presses a key now and then: both are measured after the same rest
                begun = time.perf_counter()
                round_trip()
                bare_ones.append(time.perf_counter() - begun)
                time.sleep(0.005)
            begun = time.perf_counter()
            os.write(shell.fd, b"\x1ba")
            found.append(parts(begun, read_line(times)))
            # the daemon is done with this one before the next comes
            while shell.read(0.03):
                pass
            if number % BEFORE_CANCEL == BEFORE_CANCEL - 1:
                client.ask_for(Cancelled, Cancel(0, conversation))
    shell.hang_up()
    os.close(times)
    medians = Parts(*(statistics.median(part) for part in zip(*found, strict=True)))
    return medians, statistics.median(bare_ones)


def parts(begun: float, stamps: list[float]) -> Parts:
    typed, asked, sent, answered = stamps
    return Parts(answered - begun, typed - begun, asked - typed, sent - asked, answered - sent)


def read_line(pipe: int) -> list[float]:
    data = b""
    while not data.endswith(b"\n"):
        assert select.select([pipe], [], [], 15)[0], "no acknowledgement came"
        data += os.read(pipe, 1000)
    return [float(word) for word in data.split()]


def stamped(home: Path) -> int:
    """Start files whose recorder carries clocks; the pipe on which it tells their times."""
    package = home / "stamped" / "picode"
    (package / "terminal").mkdir(parents=True, exist_ok=True)
    pipe = home / "stamps"
    if not pipe.exists():
        os.mkfifo(pipe)
    read = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    real = Path(picode.__file__).parent
    (package / "terminal" / "start.py").write_text(Path(__file__).with_name("stamps.py").read_text())
    (package / "terminal" / "stamps").write_text(f"{real}\n{pipe}")
    (home / "picode.bash").write_text(script("bash", package=package))
    (home / ".bashrc").write_text(f". {home}/picode.bash\n{PROMPT['bash']}\n")
    return read


def readline_floor(home: Path) -> float:
    """A key bound with `bind -x` in a bare bash on a PTY, until what it prints is read."""
    shell = Driven(["bash", "--norc"], environment(home, "bash"), str(home))
    shell.wait_for(WAITS)
    shell.send(b'bind -x \'"\\ea": printf ma""rk >&2\'\r')
    shell.wait_for(WAITS, shell.wait_for(b"\x1b[?2004l"))
    took = []
    for _ in range(PRESSES):
        begin = len(shell.seen)
        begun = time.perf_counter()
        os.write(shell.fd, b"\x1ba")
        shell.wait_for(b"mark", begin)
        took.append(time.perf_counter() - begun)
        while shell.read(0.005):
            pass
    shell.hang_up()
    return statistics.median(took)
