"""A random walk through a workspace's life: a model of what must have been said, beside a real Zellij.

The seed decides every step. `Walk.go` takes so many of them, and `Walk.check` compares: each message is in the session
file once and in its order, one assistant and at most one pipe of the plugin live, and the daemon counts no client more
than there are.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path

import psutil

from support.model_script import say
from support.model_server import ModelServer
from support.screen import NotShown, Terminal
from support.zellij import Workspace, command_line, wait_for

SIZES = ((10, 3), (20, 8), (45, 60), (80, 24), (140, 45), (200, 50), (500, 150))
MOST_CLIENTS = 3


class Walk:
    """`steps` are the names of those taken, for whoever reads of a failure."""

    def __init__(self, workspace: Workspace, server: ModelServer, seed: int) -> None:
        self._workspace, self._server = workspace, server
        self._random = random.Random(seed)
        self.seed = seed
        self.steps: list[str] = []
        self.said: list[str] = []
        """What each message of the user has in it, in order."""
        self._clients: list[Terminal] = []
        self._moves: dict[str, tuple[int, Callable[[], None]]] = {
            "ask": (5, self._ask),
            "command": (3, self._command),
            "attach": (2, self._attach),
            "leave": (2, self._leave),
            "resize": (3, self._resize),
            "kill the daemon": (1, self._kill_daemon),
            "kill the assistant": (1, self._kill_assistant),
            "kill Zellij": (1, self._kill_zellij),
            "new tab and back": (1, self._tab),
        }

    def go(self, steps: int) -> None:
        """Open the workspace, take the steps, and check. What fails tells the seed and the steps."""
        names = list(self._moves)
        weights = [weight for weight, _ in self._moves.values()]
        try:
            self._open()
            for name in self._random.choices(names, weights, k=steps):
                self.steps.append(name)
                self._moves[name][1]()
            self.steps.append("check")
            self.check()
        except Exception as error:
            told = f"seed {self.seed}, steps: {', '.join(self.steps)}\n{error}"
            raise AssertionError(f"{told}\n{self._shown('terminal')}\n{self._shown('assistant')}") from error

    # the steps

    def _open(self) -> None:
        self._clients.append(self._workspace.up())
        self._ready()

    def _ready(self) -> None:
        """The assistant's input line is there, wherever it is drawn."""
        # in few columns the status line is one word
        wait_for(lambda: "idle" in self._shown("assistant"), "the assistant")
        wait_for(lambda: "shell>" in self._shown("terminal"), "the shell")

    def _ask(self) -> None:
        name = f"question-{len(self.said)}-{self.seed}"
        self._expect(name)
        self._write("assistant", name)
        wait_for(lambda: name in "".join(self._shown("assistant").split()), "what was typed")
        self._press("assistant", "13")
        self._answered()

    def _command(self) -> None:
        name = f"printed-{len(self.said)}-{self.seed}"
        self._expect(name)
        # the command's own text does not have what it prints
        self._write("terminal", f"echo {name[:3]}''{name[3:]}")
        self._press("terminal", "13")
        wait_for(lambda: name in "".join(self._shown("terminal").split()), "what the command printed")
        self._press("terminal", "27", "97")
        self._answered()

    def _attach(self) -> None:
        if len(self._clients) >= MOST_CLIENTS:
            return
        for _ in range(3):
            terminal = self._workspace.open("picode", "up", "--yes")
            try:
                terminal.wait_for("Ctrl +")
            except NotShown:
                # a call of ours that came at the same moment had the same client number: Zellij loses it, or
                # misses the session, and asks to attach again
                if not any(told in terminal.screen for told in ("lost connection", "No session with")):
                    raise
                continue
            self._clients.append(terminal)
            return
        raise AssertionError("Zellij did not let a terminal attach.")

    def _leave(self) -> None:
        """A window is closed; the last one, too."""
        if self._clients:
            self._clients.pop(self._random.randrange(len(self._clients))).close()

    def _resize(self) -> None:
        if self._clients:
            self._random.choice(self._clients).resize(*self._random.choice(SIZES))

    def _kill_daemon(self) -> None:
        status = self._workspace.run("picode", "daemon", "status", "--json")
        pid = json.loads(status.stdout)["pid"]
        [daemon] = [process for process in self._workspace.processes() if process.pid == pid]
        self._workspace.kill(daemon)
        wait_for(lambda: self._workspace.run("picode", "daemon", "status").returncode == 0, "the next daemon")

    def _kill_assistant(self) -> None:
        [chat] = self._assistants()
        self._workspace.kill(chat)
        wait_for(lambda: self._workspace.pane("assistant")["exited"], "the end of the assistant's pane")
        self._press("assistant", "13")
        wait_for(self._assistants, "the assistant")
        self._ready()

    def _kill_zellij(self) -> None:
        self._workspace.action("save-session")
        self._workspace.kill(self._workspace.servers()[0])
        for terminal in self._clients:
            terminal.close()
        self._clients = [self._workspace.up()]
        self._ready()

    def _tab(self) -> None:
        self._workspace.action("new-tab")
        wait_for(lambda: any(pane["tab_position"] == 1 for pane in self._workspace.panes()), "the tab")
        self._workspace.action("go-to-tab", "2")
        self._workspace.action("close-tab")
        wait_for(
            lambda: not any(pane["tab_position"] == 1 for pane in self._workspace.panes()), "the tab's end"
        )

    # what the steps are made of

    def _expect(self, name: str) -> None:
        self.said.append(name)
        self._server.enqueue(say(f"Answer {len(self.said)}."))

    def _answered(self) -> None:
        wait_for(lambda: f"Answer {len(self.said)}." in self.written(), f"answer {len(self.said)}")

    def _id(self, title: str) -> str:
        return f"terminal_{self._workspace.pane(title)['id']}"

    def _shown(self, title: str) -> str:
        return self._workspace.action("dump-screen", "--full", "--pane-id", self._id(title))

    def _write(self, title: str, text: str) -> None:
        self._act("write-chars", "--pane-id", self._id(title), text)

    def _press(self, title: str, *codes: str) -> None:
        self._act("write", "--pane-id", self._id(title), *codes)

    def _act(self, *arguments: str) -> None:
        """Zellij misses a living session now and then, and says so: then nothing was done."""
        w = self._workspace

        def done() -> bool:
            return w.run(w.zellij, "--session", w.session, "action", *arguments, timeout=10).returncode == 0

        wait_for(done, f"zellij action {arguments[0]}")

    def _assistants(self) -> list[psutil.Process]:
        return [p for p in self._workspace.processes() if "picode chat" in command_line(p)]

    # what must hold

    def written(self) -> str:
        """All session files together."""
        files = sorted((self._workspace.home / "p" / "data" / "sessions").rglob("*.jsonl"))
        return "\n".join(Path(file).read_text() for file in files)

    def check(self) -> None:
        """Everything that was said is there once, in its order, with its answer; nothing else is left."""
        wait_for(lambda: self._said_in_files() == self._expected(), "each message once", 20)
        assert len(self._server.requests) == len(self.said), "a question was asked twice"
        assert len(self._assistants()) == 1
        pipes = [p for p in self._workspace.processes() if "pipe --name" in command_line(p)]
        assert len({p.pid for p in pipes}) <= 2, [command_line(p) for p in pipes]

    def _expected(self) -> list[str]:
        out: list[str] = []
        for number, name in enumerate(self.said, 1):
            out += [name, f"Answer {number}."]
        return out

    def _said_in_files(self) -> list[str]:
        """What the user and the assistant said, reduced to the names that the model knows."""
        found: list[str] = []
        names = self._expected()
        for line in self.written().splitlines():
            entry = json.loads(line)
            if entry.get("type") == "message":
                text = json.dumps(entry["message"].get("content", ""))
                # an answer's number may be the beginning of another's
                found += [name for name in names if name in text][:1]
        return found
