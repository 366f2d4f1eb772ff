"""PiCode beside the newest real pi that is here, in one run: start, opening, listing, a turn in a long conversation.

`.ci/pi` installs pi into .tools; PICODE_BENCH_PI names the `cli.js` of another. Both talk to one scripted server. Our
figures are with a daemon that runs, as it does from the first use on; the start of one is a row of its own.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.row import Row, against
from bench.sessions import write_many
from bench.wire import end, private_home, start
from picode import paths
from picode.client.blocking import connect
from picode.protocol import requests as r
from picode.protocol.replies import Conversations
from support.daemon import end_daemon
from support.model_server import ModelServer, say
from support.pi import configure, environ, node, packages
from support.sessions import header, line

LISTED = 1000
ROUNDS = 5
LIVES = 3
"""Times that a long conversation is opened, each by processes of its own."""
KEPT = 40
"""Messages behind the last summary of a long conversation."""
LIST = """
const pi = await import(process.argv[1]);
const at = [];
for (let i = 0; i < 5; i++) {
  const begun = performance.now();
  const found = await pi.SessionManager.listAll();
  at.push(performance.now() - begun);
}
console.log(JSON.stringify(at));
"""


class Program(NamedTuple):
    """A way to call one of the two, and its environment."""

    command: list[str]
    environ: dict[str, str]

    def whole(self, *arguments: str) -> float:
        """Milliseconds from start to end."""
        begun = time.perf_counter()
        subprocess.run(
            [*self.command, *arguments], env=self.environ, check=True, cwd="/", stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return (time.perf_counter() - begun) * 1e3

    def rpc(self, *arguments: str, turn: bool = False) -> tuple[float, float]:
        """Milliseconds from the start to the first answer, and, with `turn`, from a prompt to the turn's end."""
        begun = time.perf_counter()
        with subprocess.Popen(
            [*self.command, "--mode", "rpc", *arguments], env=self.environ, cwd="/", stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            try:
                _say(process, {"id": "1", "type": "get_state"}, "response")
                answered = (time.perf_counter() - begun) * 1e3
                begun = time.perf_counter()
                if turn:
                    _say(process, {"id": "2", "type": "prompt", "message": "And now?"}, "agent_end")
                return answered, (time.perf_counter() - begun) * 1e3
            finally:
                process.stdin.close()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:  # old versions stay
                    process.kill()


def _say(process: "subprocess.Popen[bytes]", asked: dict[str, Any], until: str) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asked).encode() + b"\n")
    process.stdin.flush()
    for told in process.stdout:
        event = json.loads(told)
        if event.get("type") == until:
            assert event.get("success", True), event
            return
    raise AssertionError(f"It ended before it answered {asked}.")


def newest() -> tuple[str, Path] | None:
    """pi's version and its `cli.js`."""
    if given := os.environ.get("PICODE_BENCH_PI"):
        cli = Path(os.path.realpath(given))
        about = next(above / "package.json" for above in cli.parents if (above / "package.json").exists())
        return str(json.loads(about.read_text())["version"]), cli
    found = packages()
    if not found or not (shutil.which("node") or (Path(node()).exists())):
        return None
    version = max(found, key=lambda version: [int(part) for part in version.split(".")])
    about = json.loads((found[version] / "package.json").read_text())
    return version, found[version] / about["bin"]["pi"]


def write_long(path: Path, entries: int) -> None:
    """About 800 bytes an entry; nearly everything is summarised, as it must be in a conversation of that length."""
    usage = {
        "input": 80, "output": 7, "cacheRead": 20, "cacheWrite": 0, "totalTokens": 107,
        "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0, "total": 0},
    }  # fmt: skip
    said = {
        "api": "openai-completions",
        "provider": "fake",
        "model": "fake-1",
        "stopReason": "stop",
        "usage": usage,
    }
    before, text = None, "words of a long conversation that goes on and on " * 9
    with path.open("w") as file:
        file.write(header(id=path.stem, cwd="/"))
        for number in range(entries):
            place: dict[str, Any] = {
                "id": f"{number:08x}",
                "parentId": before,
                "timestamp": "2026-11-20T21:42:15.510Z",
            }
            if number == entries - KEPT:
                kept = {
                    "summary": "Much was said.",
                    "firstKeptEntryId": f"{number - 2:08x}",
                    "tokensBefore": 107,
                }
                file.write(line({"type": "compaction", **place, **kept}))
            else:
                message: dict[str, Any] = {"role": "assistant", **said} if number % 2 else {"role": "user"}
                message |= {
                    "content": [{"type": "text", "text": text}],
                    "timestamp": 1_795_210_935_497 + number,
                }
                file.write(line({"type": "message", **place, "message": message}))
            before = place["id"]


def pairs(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The medians of both, measured in turns."""
    found = [(ours(), theirs()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in found), statistics.median(pair[1] for pair in found)


def row(what: str, pair: tuple[float, float]) -> Row:
    print(f"  {what}: {pair[0]:.0f} against {pair[1]:.0f} ms", file=sys.stderr, flush=True)
    return against(what, *pair, goal=1, unit="ms")


def starting(ours: Program, theirs: Program, bare: Program, where: paths.Paths) -> list[Row]:
    def cold() -> float:
        end_daemon(where)
        return ours.rpc()[0]

    found = [
        row(
            "start to the first RPC answer, the daemon's start included",
            pairs(cold, lambda: theirs.rpc()[0], ROUNDS),
        ),
        row("start to the first RPC answer", pairs(lambda: ours.rpc()[0], lambda: theirs.rpc()[0], ROUNDS)),
    ]
    for option in ("--version", "--help"):
        found.append(row(option, pairs(partial(ours.whole, option), partial(bare.whole, option), ROUNDS)))
    return found


def opening(
    ours: Program, theirs: Program, where: paths.Paths, server: ModelServer, entries: int
) -> list[Row]:
    """Each time by a new daemon and a new file; then the same file again, as it is after the first time."""
    first, again, turn = [], [], []
    for life in range(LIVES):
        mine, other = (where.config.parent / f"{name}{entries}-{life}.jsonl" for name in ("ours", "theirs"))
        write_long(mine, entries)
        shutil.copy(mine, other)
        end_daemon(where)
        daemon, _ = start(where)
        try:
            ours.rpc("--no-session")  # a daemon that has answered before
            known = theirs.rpc("--session", str(other))[0]
            first.append((ours.rpc("--session", str(mine))[0], known))
            server.enqueue(say("It goes on."), say("It goes on."))
            _, their_turn = theirs.rpc("--session", str(other), turn=True)
            opened, our_turn = ours.rpc("--session", str(mine), turn=True)
            again.append((opened, known))
            turn.append((our_turn, their_turn))
        finally:
            end(daemon)
            mine.unlink()
            other.unlink()

    def medians(found: list[tuple[float, float]]) -> tuple[float, float]:
        return statistics.median(pair[0] for pair in found), statistics.median(pair[1] for pair in found)

    return [
        row(f"open {entries:,} entries in RPC mode, the first time", medians(first)),
        row(f"open {entries:,} entries in RPC mode, open in the daemon", medians(again)),
        row(f"a turn after {entries:,} entries, prompt to end", medians(turn)),
    ]


def listing(cli: Path) -> list[Row]:
    """In a process that runs: without the start of either."""
    with private_home() as many:
        write_many(many.sessions)
        main = next(above for above in cli.parents if above.name == "dist") / "index.js"
        told = subprocess.run(
            [node(), "--input-type=module", "-e", LIST, f"file://{main}"],
            env=environ(many.config.parent) | {"PI_CODING_AGENT_DIR": str(many.data)}, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        theirs = statistics.median(json.loads(told.stdout))
        daemon, _ = start(many)
        try:
            with connect(many, start=False) as client:
                asked, took = r.GetConversations(0, limit=LISTED), []
                client.ask_for(Conversations, asked, 60)
                for _ in range(11):
                    begun = time.perf_counter()
                    assert len(client.ask_for(Conversations, asked, 60).conversations) == LISTED
                    took.append((time.perf_counter() - begun) * 1e3)
        finally:
            end(daemon)
    return [row(f"list of {LISTED:,} conversations", (statistics.median(took), theirs))]


def rows() -> list[Row]:
    found = newest()
    if found is None:
        print("pi is not here: `.ci/pi` installs it. Its part is left out.", file=sys.stderr)
        return []
    version, cli = found
    server = ModelServer()
    try:
        with private_home() as where:
            home = where.config.parent
            configure(home / "pi", server, window=1_000_000)
            given = {
                "PICODE_HOME": str(home), "OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_API_KEY": "x",
                "PICODE_MODELS_DEFAULT": "openai/fake-1",
            }  # fmt: skip
            os.environ.update(given)
            ours = Program([str(Path(sys.executable).parent / "picode")], {**os.environ})
            theirs = Program(
                [node(), str(cli), "--provider", "fake", "--model", "fake-1"], environ(home / "pi")
            )
            bare = Program([node(), str(cli)], environ(home / "pi"))
            try:
                measured = starting(ours, theirs, bare, where)
                for entries in (10_000, 100_000):
                    measured += opening(ours, theirs, where, server, entries)
                measured += listing(cli)
            finally:
                end_daemon(where)
                for name in given:
                    os.environ.pop(name)
    finally:
        server.close()
    return [one._replace(what=f"{one.what}, against pi {version}") for one in measured]
