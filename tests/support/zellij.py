"""A real Zellij in a home of its own, on a terminal that a test types at and reads.

    with Workspace(home, need_zellij()) as workspace:
        terminal = workspace.start(layout)
        terminal.type("ls\r")
        terminal.wait_for("README.md")

At the end everything that was started is killed, by process id, and two things are asserted: no process is left that
could have outlived a person's session, and Zellij's log has no panic.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import psutil

from picode.terminal import zellij_starts
from support.processes import Reaper, adopt_orphans, sweep
from support.screen import PATIENCE, NotShown, Terminal

T = TypeVar("T")


class Workspace:
    """One private home; `session` is the Zellij session that `start`, `attach`, `action` and `panes` mean."""

    def __init__(self, home: Path, zellij: str, environment: "Mapping[str, str] | None" = None) -> None:
        self.home = home
        self.zellij = zellij
        self.session = "w"
        self.terminals: list[Terminal] = []
        self.temporary = home / "t"
        for directory in (self.temporary, home / "z", home / "project"):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.project = home / "project"
        (home / ".bashrc").write_text("PS1='shell> '\n")
        # a fish that does not find these begins to make them from all manual pages
        for directory in (home / ".local" / "share", home / ".cache"):
            (directory / "fish" / "generated_completions").mkdir(parents=True)
        kept = {name: os.environ[name] for name in ("LANG", "CI", "PYTHONPATH") if name in os.environ}
        self.environment = {
            **kept,
            "HOME": str(home),
            "PATH": f"{Path(zellij).parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PICODE_HOME": str(home / "p"),
            "SHELL": "/bin/bash",
            "TERM": "xterm-256color",
            "TMPDIR": str(self.temporary),
            "ZELLIJ_SOCKET_DIR": str(home / "z"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            **(environment or {}),
        }

    def __enter__(self) -> Self:
        adopt_orphans()
        self._reaper = Reaper()
        self._reaper.start()
        self._before = {process.pid for process in psutil.Process().children(recursive=True)}
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(check=kind is None)

    def open(self, *argv: str, columns: int = 140, rows: int = 45, **environment: str) -> Terminal:
        """A program on a new terminal, in the project's directory."""
        terminal = Terminal(argv, {**self.environment, **environment}, self.project, columns, rows)
        self.terminals.append(terminal)
        return terminal

    def run(
        self, *argv: str, timeout: float = 60, stdin: str = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """A program without a terminal."""
        return subprocess.run(
            argv, env={**self.environment, **environment}, cwd=self.project, input=stdin, timeout=timeout,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def set_up(self, *options: str) -> None:
        """What `picode setup --yes` does."""
        done = self.run("picode", "setup", "--yes", *options)
        assert done.returncode == 0, done.stderr

    def up(self, **size: int) -> Terminal:
        """`picode up` on a new terminal, as soon as all three panes have something to say."""
        self.session = self.project.name
        terminal = self.open("picode", "up", "--yes", **size)  # type: ignore[arg-type]
        terminal.wait_for("explorer", "assistant", "shell>", "Ctrl +")
        return terminal

    def start(self, layout: str = "picode", **size: int) -> Terminal:
        """A new session on a new terminal, with the word to the daemon that `picode up` gives, too."""
        if (runtime := self.home / "p" / "run").is_dir():
            zellij_starts.announce(runtime)
        return self.open(self.zellij, "--session", self.session, "--new-session-with-layout", layout, **size)  # type: ignore[arg-type]

    def attach(self, **size: int) -> Terminal:
        """Another terminal on the session; a dead session is resurrected. Zellij misses a living one now and then."""
        for _ in range(3):
            terminal = self.open(self.zellij, "attach", self.session, **size)  # type: ignore[arg-type]
            shown = terminal.wait_until(str.strip, "the session")
            if "No session with" not in shown:
                break
            terminal.wait_end()
        return terminal

    def detach(self, terminal: Terminal) -> None:
        """What `Ctrl-o d` does for a person, who types it again when nothing comes of it: a terminal that has just been
        attached is given its keys a moment later, and that ends the session mode between the two (0.44.3)."""
        for _ in range(5):
            terminal.type("\x0f")
            # a small one has no room for the mode's name
            with contextlib.suppress(NotShown):
                terminal.wait_until(
                    lambda shown: "SESSION" in shown or "Detach" in shown, "the session mode", timeout=3
                )
            terminal.type("d")
            with contextlib.suppress(subprocess.TimeoutExpired):
                assert terminal.wait_end(timeout=10) == 0
                return
            # it went to the pane
            terminal.type("\x7f")
        raise AssertionError("Zellij's client did not detach.")

    def action(self, *arguments: str) -> str:
        """What `zellij action …` prints. Ask only a session that showed a sign of life: a call can kill a young one."""
        for _ in range(3):
            done = self.run(self.zellij, "--session", self.session, "action", *arguments, timeout=10)
            # it misses a living session now and then, when others call at the same moment
            if done.returncode == 0 or "active session" not in done.stderr + done.stdout:
                break
        return done.stdout

    def panes(self) -> list[dict[str, Any]]:
        """`list-panes --json`; asked again when it comes back empty, as it does now and then."""

        def ask() -> list[dict[str, Any]]:
            with contextlib.suppress(ValueError, subprocess.TimeoutExpired):
                return list(json.loads(self.action("list-panes", "--json") or "[]"))
            return []

        return wait_for(ask, "Zellij's list of panes")

    def pane(self, title: str) -> dict[str, Any]:
        """The pane of this name."""

        def named() -> list[dict[str, Any]]:
            return [pane for pane in self.panes() if pane["title"] == title]

        return wait_for(named, f"the pane {title!r}")[0]

    def servers(self) -> list[psutil.Process]:
        """Zellij's server processes of this home."""
        return [process for process in self.processes() if "--server" in command_line(process)]

    def processes(self) -> list[psutil.Process]:
        """Everything that was started here and lives."""
        started = psutil.Process().children(recursive=True)
        return [p for p in started if p.pid not in self._before and _alive(p)]

    def kill(self, process: psutil.Process) -> None:
        """kill -9, and wait until it is gone."""
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
        wait_for(lambda: process not in self.processes(), f"the end of process {process.pid}")

    def log(self) -> str:
        """Zellij's own log."""
        return "\n".join(path.read_text(errors="replace") for path in self.temporary.rglob("zellij.log"))

    def panics(self) -> list[str]:
        """Panics in Zellij's log."""
        return re.findall(r"^.*panicked at.*(?:\n(?!\w+ +\|).*){0,12}", self.log(), re.M)

    def tell(self) -> None:
        """Print what a person would look at after a failure; pytest shows it only then."""
        for terminal in self.terminals:
            print(f"--- a terminal ---\n{terminal.screen}")
        for path in sorted([*(self.home / "p").rglob("*.log"), *self.temporary.rglob("zellij.log")]):
            print(f"--- {path} ---", *path.read_text(errors="replace").splitlines()[-60:], sep="\n")

    def close(self, check: bool = True) -> None:
        """End the sessions in order, then the daemon, then whatever is left; say what should not have been left."""
        self.tell()
        for terminal in self.terminals:
            terminal.close()
        panics = self.panics()
        for _ in range(8):  # a busy session is overlooked now and then
            self._end(self.zellij, "kill-all-sessions", "--yes")
            # to end a session makes Zellij's own screen thread panic now and then, with no plugin of ours in sight
            panics += [panic for panic in self.panics()[len(panics) :] if "thread: 'screen'" not in panic]
            # whoever still ends may start the daemon to say so, and one that is just starting does not hear of its end
            self._wait_gone(lambda process: "daemon run" not in command_line(process))
            if not self.servers():
                break
        # 0.44.3, when many were attached: its screen has gone, a plugin still tells it something, and the end hangs
        if "wasm main thread exits" in self.log():
            for server in self.servers():
                self.kill(server)
            self._wait_gone(lambda process: "daemon run" not in command_line(process))
        for _ in range(3):
            if self.processes():
                self._end("picode", "daemon", "stop")
                self._wait_gone(lambda process: True, 3)
        left = [f"{p.pid} {command_line(p)} {_state(p)}" for p in self.processes()]
        sweep(self._before)
        self._reaper.stop()
        if check:
            assert not left, f"Processes are left over: {left}"
            assert not panics, f"Zellij's log has a panic: {panics}"

    def _end(self, *argv: str) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired, FileNotFoundError):
            self.run(*argv, timeout=15)

    def _wait_gone(self, counts: "Callable[[psutil.Process], bool]", timeout: float = 5) -> None:
        deadline = time.monotonic() + timeout
        while any(map(counts, self.processes())) and time.monotonic() < deadline:
            time.sleep(0.05)


def wait_for(look: "Callable[[], T]", what: str, timeout: float = PATIENCE, pause: float = 0.1) -> T:
    """The first true answer of `look`; for what can only be asked, not awaited."""
    deadline = time.monotonic() + timeout
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come in {timeout:g} s.")
        time.sleep(pause)
    return found


def command_line(process: psutil.Process) -> str:
    """Its words, or its title; empty when it has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _state(process: psutil.Process) -> str:
    """What it is doing, for whoever reads of it in a failed test."""
    try:
        waits = Path(f"/proc/{process.pid}/wchan").read_text()
        return f"({process.status()}, {waits}, {process.cpu_times().user:.1f} s)"
    except (psutil.Error, OSError):
        return ""


def _alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
