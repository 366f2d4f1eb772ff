"""The main job once, without a terminal: a failing command in a recorded shell, the key, and the answer.

`make run` shows this where no terminal is. Everything happens in a directory of its own that is removed at the end:
the daemon is started there, a real bash runs under the recorder on a real PTY, and `Alt-a` is a real key.
"""

import os
import select
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from picode.client.blocking import Connection, connect
from picode.client.subscription import Subscription
from picode.errors import PicodeError, Unavailable
from picode.pane.safe import safe
from picode.paths import Paths, resolve
from picode.protocol.events import (
    AnyEvent,
    EntryAdded,
    Noticed,
    Subscribed,
    Suggested,
    TextAdded,
    ToolStarted,
    TurnEnded,
)
from picode.protocol.replies import Snapshot
from picode.protocol.requests import Open, Shutdown
from picode.protocol.values import Place
from picode.terminal.driver import Driven
from picode.terminal.scripts import script

PROGRAM = '''"""Adds up what was sold."""

PRICES = {"apple": 3, "pear": 4}


def total(basket):
    return sum(PRICES[fruit] for fruit in basket)


print(total(["apple", "plum"]))
'''
COMMAND = "python3 shop.py"
PROMPT = "shop> "
ALT_A = b"\x1ba"
WITHIN = 60.0
"""Seconds for the whole answer."""


def main() -> int:
    home = Path(tempfile.mkdtemp(prefix="picode-"))
    try:
        _show(home)
    except (PicodeError, TimeoutError) as error:
        print(f"picode: {error}", file=sys.stderr)
        return getattr(error, "exit_code", Unavailable.exit_code)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


def _show(home: Path) -> None:
    project = home / "shop"
    project.mkdir()
    (project / "shop.py").write_text(PROGRAM)
    # the daemon gets this environment, and nothing of it may reach the user's own models or settings
    os.environ.update(PICODE_HOME=str(home / "p"), PICODE_MODELS_DEFAULT="demo/demo")
    paths = resolve()
    with connect(paths) as daemon:
        try:
            print(f"The daemon runs (process {daemon.welcome.pid}).", flush=True)
            _converse(daemon, paths, home, project)
        finally:
            daemon.ask(Shutdown(id=0))
            _wait_until_gone(daemon.welcome.pid)
    print("\nEverything is stopped.")


def _converse(daemon: Connection, paths: Paths, home: Path, project: Path) -> None:
    place = Place(cwd=str(project))
    snapshot = daemon.ask_for(Snapshot, Open(id=0, place=place, choice="new"))
    events = Subscription(paths)
    try:
        _until(events, events.add(snapshot.conversation), Subscribed)
        with _shell(home, project) as shell:
            begun = shell.wait_for(PROMPT.encode())
            shell.send(COMMAND.encode() + b"\n")
            shell.wait_for(PROMPT.encode(), begun)
            print("\nA recorded shell:\n", flush=True)
            print(_indented(PROMPT + _printed(shell.seen[begun:])), flush=True)
            shell.send(ALT_A)
            print("\nAlt-a sends it, and the assistant answers:\n", flush=True)
            _until(events, snapshot.conversation, TurnEnded, show=True)
    finally:
        events.close()


@contextmanager
def _shell(home: Path, project: Path) -> Iterator[Driven]:
    """A bash that sources our script, as it does after set-up."""
    bash = shutil.which("bash")
    if bash is None:
        raise Unavailable("bash is not on PATH.", "Install it, and try again.")
    rc = home / "bashrc"
    rc.write_text(f"PS1={PROMPT!r}\n{script('bash')}")
    environ = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "PICODE_HOME") if name in os.environ},
        "HOME": str(home), "SHELL": bash, "TERM": "xterm-256color", "PICODE_RECORD": "1", "HISTFILE": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    # no colours in what the program prints: a pipe may be read by anything
    environ |= {"NO_COLOR": "1", "PYTHON_COLORS": "0"}
    shell = Driven([bash, "--rcfile", str(rc), "-i"], environ, str(project))
    try:
        yield shell
        shell.send(b"exit\n")
        shell.ended()
    finally:
        shell.hang_up()


def _until(
    events: Subscription,
    topic: str,
    end: type[AnyEvent],
    *,
    show: bool = False,
) -> None:
    """Read events under `topic` until one of kind `end`."""
    limit = time.monotonic() + WITHIN
    poll = select.poll()
    poll.register(events.fileno(), select.POLLIN)
    while True:
        while (received := events.receive()) is not None:
            if show and received[0] == topic:
                _print(received[1].event)
            if received[0] == topic and isinstance(received[1].event, end):
                return
        left = limit - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"Nothing came within {WITHIN:g} seconds.")
        poll.poll(left * 1000 + 1)


def _print(event: AnyEvent) -> None:
    match event:
        case TextAdded(text):
            sys.stdout.write(safe(text))
        case EntryAdded(entry) if entry.receipt is not None:
            receipt = entry.receipt
            print(f"  sent: {safe(receipt.command)} · status {receipt.status} · {receipt.size} bytes\n")
        case ToolStarted(title=title):
            print(f"\n\n  tool: {safe(title)}\n")
        case Suggested(command):
            print(f"\n\nAlt-z would put this on the prompt: {safe(command)}")
        case Noticed(text=text):
            print(safe(text))
        case TurnEnded(outcome="failed", error=error):
            raise Unavailable(error)
    sys.stdout.flush()


def _printed(output: bytes) -> str:
    """What a person saw, without the last prompt."""
    from picode.plaintext import seen

    return seen(output).rstrip().removesuffix(PROMPT.strip()).rstrip()


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def _wait_until_gone(pid: int) -> None:
    """Also when nobody collects it: whoever called us may be its parent now."""
    import psutil

    limit = time.monotonic() + 10
    try:
        process = psutil.Process(pid)
        while process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < limit:
            time.sleep(0.02)
    except psutil.NoSuchProcess:
        pass


if __name__ == "__main__":
    sys.exit(main())
