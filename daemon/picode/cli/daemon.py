"""Start, stop or look at the daemon. Every client starts it by itself; this is for looking and mending."""

import argparse
import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING

from picode import paths
from picode.cli.count import count
from picode.errors import Missing, Unavailable

if TYPE_CHECKING:
    from picode.protocol.replies import DaemonStatus

ENDED_WITHIN = 15.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="start|stop|restart|status|logs")
    actions.add_parser("start", help="start it, when it does not run")
    actions.add_parser("stop", help="end it in order")
    actions.add_parser("restart", help="end it in order and start it again")
    status = actions.add_parser("status", help="what it is and does")
    status.add_argument("--json", action="store_true", help="as one JSON object")
    logs = actions.add_parser("logs", help="the end of its log")
    logs.add_argument("-f", "--follow", action="store_true", help="go on printing what is added")
    logs.add_argument("-n", "--lines", type=count, default=50, help="how many lines (50)")
    run_ = actions.add_parser("run")
    run_.add_argument("--detach", action="store_true")
    run_.add_argument("--ready-fd", type=int, default=-1)


def run(args: argparse.Namespace) -> int:
    action = {
        "start": _start,
        "stop": _stop,
        "restart": _restart,
        "status": _status,
        "logs": _logs,
        "run": _run,
    }
    return action[args.action](args)


def _run(args: argparse.Namespace) -> int:
    """Be the daemon."""
    if args.detach:
        _detach()
    from picode.client.start import answers
    from picode.server import boot

    where = paths.resolve()
    return boot.run(where, lambda: answers(where), args.ready_fd)


def _detach() -> None:
    """Go on in a child that belongs to no terminal and is nobody's job; the first process ends here.

    Before anything heavy is imported: the starter waits for this process.
    """
    if os.fork() > 0:
        os._exit(0)
    os.setsid()
    os.chdir("/")
    os.umask(0o077)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)


def _start(args: argparse.Namespace) -> int:
    from picode.client.start import ensure_daemon

    started = ensure_daemon(paths.resolve())
    print("The daemon runs." if started else "The daemon runs already.")
    return 0


def _stop(args: argparse.Namespace) -> int:
    print("The daemon has ended." if _end() else "The daemon did not run.")
    return 0


def _restart(args: argparse.Namespace) -> int:
    from picode.client.start import ensure_daemon
    from picode.config import load

    # with a broken setting the next one would not start, so the one that runs is left alone
    load(paths.resolve())
    _end()
    ensure_daemon(paths.resolve())
    print("The daemon runs anew.")
    return 0


def _end() -> bool:
    """End the daemon in order, whatever protocol it speaks: by the signal, to the process that holds the lock."""
    from picode.client.lock import holder

    where = paths.resolve()
    pid = holder(where)
    if not pid:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + ENDED_WITHIN
    while holder(where) == pid:
        if time.monotonic() > until:
            raise Unavailable(
                f"The daemon (process {pid}) did not end within {ENDED_WITHIN:g} seconds.",
                f"`kill -9 {pid}` ends it at once; conversations are on disk.",
            )
        time.sleep(0.02)
    return True


def _status(args: argparse.Namespace) -> int:
    from picode.client.blocking import connect
    from picode.protocol.replies import DaemonStatus
    from picode.protocol.requests import GetStatus

    try:
        with connect(paths.resolve(), start=False) as daemon:
            status = daemon.ask_for(DaemonStatus, GetStatus(id=0))
    except Unavailable as error:
        if args.json:
            import json

            print(json.dumps({"alive": False, "why": error.message}))
            return error.exit_code
        raise
    if args.json:
        import msgspec

        found = {
            name: value for name, value in msgspec.to_builtins(status).items() if name not in ("id", "type")
        }
        print(msgspec.json.encode({"alive": True, **found}).decode())
    else:
        _table(status)
    return 0


def _table(status: "DaemonStatus") -> None:
    now = time.time()
    rows = (
        ("process", str(status.pid)),
        ("version", status.version),
        ("running for", _duration(now - status.started / 1000)),
        ("memory", f"{status.memory / 1e6:.1f} MB"),
        ("clients", str(status.clients)),
        ("conversations", f"{status.conversations} open, {status.running} at work"),
        ("terminals", str(status.terminals)),
        ("log", status.log),
    )
    for name, value in rows:
        print(f"{name:<14} {value}")


def _duration(seconds: float) -> str:
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{int(seconds)} s"


def _logs(args: argparse.Namespace) -> int:
    import sys
    from collections import deque

    where = paths.resolve().log
    try:
        file = where.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        raise Missing(
            f"There is no log at {where} yet.", "`picode daemon start` starts the daemon."
        ) from None
    with file:
        # a deque keeps the end without holding the whole file
        for line in deque(file, maxlen=max(1, args.lines)):
            sys.stdout.write(_harmless(line))
        read = file.tell()
    if args.follow:
        sys.stdout.flush()
        _follow(str(where), read)
    return 0


def _follow(where: str, read: int) -> None:
    """Print what is added after position `read`, also after a rotation; somebody watches, so looking often is work."""
    import sys

    while True:
        with open(where, encoding="utf-8", errors="replace") as file:
            file.seek(read)
            while _same(where, file.fileno()):
                for line in file:
                    sys.stdout.write(_harmless(line))
                sys.stdout.flush()
                time.sleep(0.5)
        read = 0


def _same(where: str, descriptor: int) -> bool:
    try:
        return os.stat(where).st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return True


def _harmless(line: str) -> str:
    return "".join(
        char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in line
    )
