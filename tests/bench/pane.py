"""The assistant pane: its first picture, and what a stream of 200 chunks a second costs on its way to the screen."""

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from bench.row import Row, absolute, against

PICODE = str(Path(sys.executable).parent / "picode")
TESTS = Path(__file__).parents[1]
CHUNKS, RATE = 1600, 200
SEQUENCE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[78]")
STAMP = re.compile(rb"@(\d{9,})@")
SETTLE, WINDOW = 1.5, 5.0
"""Seconds: of the stream before it is measured, and while it is."""
RAW_READER = """
import asyncio, json, os, sys
host, port = sys.argv[1].removeprefix("http://").split(":")
body = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "x"}]}).encode()
async def main():
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /v1/chat/completions HTTP/1.1\\r\\nhost: x\\r\\ncontent-type: application/json\\r\\n"
                 b"content-length: %d\\r\\n\\r\\n" % len(body) + body)
    rest = b""
    while piece := await reader.read(65536):
        *lines, rest = (rest + piece).split(b"\\n")
        for line in lines:
            if line.startswith(b"data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    os.write(1, (choice["delta"].get("content") or "").encode())
asyncio.run(main())
"""
"""What the stream is held against: one asyncio program without any of our code, which takes the server-sent events
apart, parses the JSON and writes the text to its terminal. It waits in an event loop because daemon and pane must, too:
others are served, and keys are taken, while an answer comes. (A program that blocks in `recv` takes 2/3 of its CPU.)"""


class OnTerminal:
    """A program on a terminal of its own."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        self.begun = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, {**os.environ, **environ})
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.seen = b""

    def read(self, seconds: float) -> bytes:
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        with contextlib.suppress(OSError):
            data = os.read(self.master, 65536)
            self.seen += data
            return data
        return b""

    def wait_for(self, text: str, within: float = 20) -> float:
        """Seconds from the program's start until the text was written."""
        until = time.perf_counter() + within
        while text.encode() not in self.seen:
            if time.perf_counter() > until:
                raise TimeoutError(f"{text!r} was not shown: {self.seen[-500:]!r}")
            self.read(0.2)
        return time.perf_counter() - self.begun

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        # whoever restores its terminal waits until that is read
        while self.read(2):
            pass
        os.close(self.master)
        os.waitpid(self.pid, 0)


@contextlib.contextmanager
def home(**environ: str) -> Iterator[dict[str, str]]:
    """A daemon's environment in a directory with a short name; the daemon is ended afterwards."""
    directory = tempfile.mkdtemp(prefix="pc", dir="/tmp")
    given = {**environ, "PICODE_HOME": f"{directory}/p", "HOME": directory, "TERM": "xterm-256color"}
    given["PICODE_NO_RECORD"] = "1"
    try:
        subprocess.run(
            [PICODE, "daemon", "start"], env={**os.environ, **given}, check=True, capture_output=True
        )
        yield given
    finally:
        subprocess.run(
            [PICODE, "daemon", "stop"], env={**os.environ, **given}, check=False, capture_output=True
        )
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def model_server() -> Iterator[str]:
    """Its address; every request gets the same steady stream."""
    command = [
        sys.executable,
        "-m",
        "support.model_server",
        "--chunks",
        str(CHUNKS),
        "--rate",
        str(RATE),
        "--stamp",
    ]
    process = subprocess.Popen(command, cwd=TESTS, env={**os.environ, "PYTHONPATH": str(TESTS)},
                               stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


def first_paint(environ: dict[str, str]) -> float:
    """Seconds until prompt and status line are there, and keys are taken."""
    terminal = OnTerminal([PICODE, "chat"], environ)
    try:
        return max(terminal.wait_for("❯"), terminal.wait_for("daemon"))
    finally:
        terminal.wait_for("idle")
        terminal.close()


def cpu_time(pid: int) -> float:
    """Seconds of CPU of all threads of a process, to the nanosecond (clock_getcpuclockid's arithmetic)."""
    return time.clock_gettime((~pid << 3) | 2)


def measured(terminal: OnTerminal, pids: list[int]) -> tuple[float, float]:
    """For the chunks of the window: seconds of CPU for each, and the median of the seconds from the server's stamp to
    its arrival on the terminal."""
    late: list[float] = []
    known: set[bytes] = set()
    begun = time.monotonic()
    before = 0.0
    rest = b""
    while (now := time.monotonic()) < begun + SETTLE + WINDOW:
        if not before and now > begun + SETTLE:
            before = sum(map(cpu_time, pids))
        data = SEQUENCE.sub(b"", rest + terminal.read(0.05))
        rest = data[-40:]
        arrived = time.monotonic_ns()
        for stamp in STAMP.findall(data):
            if stamp not in known:
                known.add(stamp)
                if before:
                    late.append((arrived - int(stamp)) / 1e9)
    return (sum(map(cpu_time, pids)) - before) / len(late), statistics.median(late)


def raw_reader(server: str) -> tuple[float, float]:
    terminal = OnTerminal([sys.executable, "-I", "-S", "-c", RAW_READER, server], {})
    try:
        return measured(terminal, [terminal.pid])
    finally:
        terminal.close()


def whole_way(server: str) -> tuple[float, float]:
    """From the HTTP server over daemon and pane to the terminal."""
    vendor = {
        "OPENAI_API_KEY": "sk-bench",
        "OPENAI_BASE_URL": f"{server}/v1",
        "PICODE_MODELS_DEFAULT": "openai/bench",
    }
    with home(**vendor) as environ:
        status = subprocess.run([PICODE, "daemon", "status"], env={**os.environ, **environ}, check=True,
                                capture_output=True, text=True).stdout  # fmt: skip
        daemon = int(re.findall(r"process\s+(\d+)", status)[0])
        terminal = OnTerminal([PICODE, "chat"], environ)
        try:
            terminal.wait_for("idle")
            os.write(terminal.master, b"go\r")
            terminal.wait_for("@")
            return measured(terminal, [daemon, terminal.pid])
        finally:
            terminal.close()


def rows() -> list[Row]:
    with home() as environ:
        painted = statistics.median(first_paint(environ) for _ in range(9))
    with model_server() as server:
        ours = whole_way(server)
        raw = raw_reader(server)
    return [
        absolute("assistant pane, first paint", painted * 1e3, goal=180, unit="ms"),
        against("200 chunks/s to the pane: CPU of a chunk, daemon and pane, against a raw asyncio reader",
                ours[0] * 1e6, raw[0] * 1e6, goal=3.5, unit="µs"),
        against("200 chunks/s to the pane: median latency, against a raw asyncio reader",
                ours[1] * 1e3, raw[1] * 1e3, goal=3, unit="ms"),
    ]  # fmt: skip
