"""The shell: what a key, a prompt, the relay and the start cost, against the bare thing in the same run."""

import os
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from bench import key
from bench.row import Row, absolute, against
from picode.terminal.driver import Driven
from support.ptyshell import WAITS, RecordedShell, environment, write_start_file

FLOOD = 200_000_000
ECHOES = 400
FLOODS = 4
STARTS = 15
IDLE = 10.0
"""Seconds."""
NESTED = 6


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="pc", dir="/tmp") as home:
        return [
            *key.rows(Path(home)),
            *prompts(Path(home)),
            *relay(Path(home)),
            *start(Path(home)),
            *idle(Path(home)),
        ]


def prompts(home: Path) -> list[Row]:
    return [row for kind in ("bash", "zsh", "fish") if shutil.which(kind) for row in one_prompt(home, kind)]


HOOKS = {
    "bash": "__picode_ended; __picode_prompted",
    "zsh": "__picode_ended; __picode_prompted; __picode_begins x",
    "fish": "__picode_begins x; __picode_ended; __picode_prompted",
}
LOOP = {
    "bash": "t=$EPOCHREALTIME; for i in {{1..500}}; do {0}; done; echo took $(( ${{EPOCHREALTIME/./}} - ${{t/./}} ))us",
    "zsh": "zmodload zsh/datetime; t=$EPOCHREALTIME; for i in {{1..500}}; do {0}; done; "
    "echo took $(( int((EPOCHREALTIME - t) * 1000000) ))us",
    "fish": "set t (date +%s%N); for i in (seq 500); {0}; end; echo took (math -s0 (date +%s%N) / 1000 - $t / 1000)us",
}
FORK = {"bash": ": $(:)", "zsh": ": $(:)", "fish": "command true"}


def one_prompt(home: Path, kind: str) -> list[Row]:
    """The hooks of one prompt, and one `$(:)`, each 500 times within the same recorded shell."""
    shell = RecordedShell(home, kind).ready()

    def took(body: str) -> float:
        line = "zmodload zsh/mathfunc; " * (kind == "zsh") + LOOP[kind].format(body)
        begin = len(shell.seen)
        shell.send(line.encode() + b"\r")
        shell.wait_for(lambda seen: bool(re.search(rb"took \d+us", seen)), begin, 60)
        found = re.search(rb"took (\d+)us", shell.seen[begin:])
        assert found
        return int(found[1]) / 500 / 1000

    pairs = [(took(HOOKS[kind]), took(FORK[kind])) for _ in range(3)]
    shell.hang_up()
    ours, fork = (statistics.median(side) for side in zip(*pairs, strict=True))
    return [against(f"cost per prompt in {kind}, against one $(:)", ours, fork, goal=0.5, unit="ms")]


def relay(home: Path) -> list[Row]:
    """A flood read through the recorder and without it; one byte echoed through it and without."""
    plain = Driven(["bash", "--norc"], environment(home, "bash"), str(home))
    shell = RecordedShell(home, "bash").ready()
    plain.wait_for(WAITS)
    rates = [(flood(shell), flood(plain)) for _ in range(FLOODS)]
    memory = psutil.Process(shell.pid).memory_info().rss / 1e6
    for _ in range(20):
        shell.run_quietly("head -c 3000000 /dev/zero | tr '\\0' x")
    full = psutil.Process(shell.pid).memory_info().rss / 1e6
    nested = with_nested(shell)
    shell.send(b"cat\r")
    plain.send(b"cat\r")
    shell.read(0.3)
    plain.read(0.3)
    pairs = [(echo(shell), echo(plain)) for _ in range(ECHOES)]
    added = statistics.median(pair[0] for pair in pairs) - statistics.median(pair[1] for pair in pairs)
    shell.hang_up()
    plain.hang_up()
    ours, bare = (max(side) for side in zip(*rates, strict=True))
    return [
        against(
            "recorder throughput, 200 MB, against a bare PTY",
            ours,
            bare,
            goal=0.6,
            unit="MB/s",
            better="higher",
        ),
        absolute("echo latency that the recorder adds", added * 1e3, goal=0.1, unit="ms"),
        absolute("recorder memory after a flood", memory, goal=35, unit="MB"),
        absolute("recorder memory with full rings", full, goal=35, unit="MB"),
        absolute(
            f"recorder memory with full rings and {NESTED} shells within each other",
            nested,
            goal=35,
            unit="MB",
        ),
    ]


def with_nested(shell: RecordedShell) -> float:
    """MB, where a command of each of several shells runs and has printed as much as is kept."""
    for _ in range(NESTED):
        begin = len(shell.seen)
        shell.send(b"bash\r")
        shell.wait_for(WAITS, shell.wait_for(b"\x1b]133;C", begin))
        shell.run_quietly("head -c 3000000 /dev/zero | tr '\\0' y")
    memory = psutil.Process(shell.pid).memory_info().rss / 1e6
    for _ in range(NESTED):
        shell.run_quietly("exit")
    return float(memory)


def flood(terminal: Driven) -> float:
    """MB a second."""
    terminal.seen = b""
    terminal.send(b"head -c %d /dev/zero | tr '\\0' x; echo en''d\r" % FLOOD)
    begun, count, tail = time.perf_counter(), 0, b""
    while b"\nend" not in tail and b"xend" not in tail:
        data = os.read(terminal.fd, 65536)
        count += len(data)
        tail = (tail + data)[-400:]
    rate = count / 1e6 / (time.perf_counter() - begun)
    # the next prompt may have come with the end
    terminal.seen = tail
    terminal.wait_for(WAITS)
    return rate


def echo(terminal: Driven) -> float:
    begun = time.perf_counter()
    os.write(terminal.fd, b"x")
    os.read(terminal.fd, 100)
    return time.perf_counter() - begun


def start(home: Path) -> list[Row]:
    return [one_start(home, kind) for kind in ("bash", "zsh", "fish") if shutil.which(kind)]


def one_start(home: Path, kind: str) -> Row:
    """From the start of the shell to its first prompt, with the recorder and without, in turns; medians."""
    write_start_file(home, kind)

    def prompt(**more: str) -> float:
        begun = time.perf_counter()
        shell = Driven([kind], environment(home, kind, **more), str(home))
        shell.wait_for(WAITS)
        took = time.perf_counter() - begun
        shell.hang_up()
        return took

    # a shell's first start makes its caches
    prompt()
    pairs = [(prompt(), prompt(PICODE_NO_RECORD="1")) for _ in range(STARTS)]
    ours, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
    what = f"time to the first prompt that the recorder adds in {kind}"
    return absolute(what, (ours - plain) * 1e3, goal=40, unit="ms")


def idle(home: Path) -> list[Row]:
    """Of a recorder whose shell waits at its prompt."""
    shell = RecordedShell(home, "bash").ready()
    shell.run("true")
    # the last of the prompt is read
    while shell.read(1):
        pass
    process = psutil.Process(shell.pid)
    before, used = process.num_ctx_switches().voluntary, sum(process.cpu_times()[:2])
    time.sleep(IDLE)
    woken, used = process.num_ctx_switches().voluntary - before, sum(process.cpu_times()[:2]) - used
    shell.hang_up()
    return [
        absolute(f"recorder idle: wake-ups over {IDLE:g} s", woken, goal=0, unit=""),
        absolute(f"recorder idle: CPU over {IDLE:g} s", used * 1e3, goal=0, unit="ms"),
    ]
