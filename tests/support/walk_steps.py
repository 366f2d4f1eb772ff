"""The steps of a random walk: what people, systems and accidents do to a workspace."""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import psutil

from picode import paths
from picode.client.stream import Stream, connect
from picode.protocol.events import EntryAdded, TurnEnded
from picode.protocol.replies import Snapshot
from picode.protocol.requests import Open
from picode.protocol.values import Place
from support.model_script import Gate, Say, Script, say
from support.model_server import ModelServer
from support.screen import Terminal
from support.zellij import Workspace, command_line, wait_for

SIZES = ((10, 3), (20, 8), (45, 60), (80, 24), (140, 45), (200, 50), (500, 150))
UP, DOWN, ESCAPE, CLEAR = "\x1b[1;3A", "\x1b[1;3B", "\x1b", "\x15"
MOST_CLIENTS = 3
MANY = 20
LAYOUTS = ("wide", "narrow", "review", "minimal", "picode")
Moves = dict[str, tuple[float, Callable[[], None]]]


class Steps:
    """`said`: what each message of the user has in it, in order. `clients`: the attached terminals."""

    def __init__(self, workspace: Workspace, server: ModelServer, chance: random.Random, seed: int) -> None:
        self.workspace, self.server = workspace, server
        self.said: list[str] = []
        self.clients: list[Terminal] = []
        self._random, self._seed = chance, seed
        self._names = 0
        self._greeted = 0
        """The daemon that counts this process."""

    def moves(self) -> Moves:
        """Name -> how often, beside the others, and what is done."""
        return {
            "ask": (5, self.ask),
            "command": (4, self._command),
            "attach": (2, self._attach),
            "close the window": (1.5, self._leave),
            "detach": (1.5, self._detach),
            "resize": (3, self._resize),
            "kill the daemon": (1, self._kill_daemon),
            "kill the assistant": (1, self._kill_assistant),
            "kill Zellij": (1, self._kill_zellij),
            "kill Zellij in an answer": (1, self._kill_zellij_in_an_answer),
            "new tab and back": (1, self._tab),
            "another layout": (1, self._layout),
            "rename the session": (1, self._rename),
            "another plugin": (1, self._upgrade),
            "no permissions": (1, self._revoke),
            "twenty protocol clients": (0.7, self._twenty),
            "twenty terminals": (0.3, self._crowd),
        }

    # what people do

    def open(self) -> None:
        self.clients.append(self.workspace.up())
        self.ready()

    def ready(self) -> None:
        """The assistant's input line is there, wherever it is drawn."""
        # in few columns the status line is one word
        wait_for(lambda: "idle" in self._shown("assistant"), "the assistant")
        wait_for(lambda: "shell>" in self._shown("terminal"), "the shell")

    def ask(self) -> None:
        self._say()
        self._answered()

    def _command(self) -> None:
        name = self._name("printed")
        self._expect(name)
        # the command's own text does not have what it prints
        typed = f"echo {name[:3]}''{name[3:]}"
        self._type("terminal", typed)
        self._press("terminal", "13")
        wait_for(lambda: name in self._squeezed("terminal"), f"what the command {typed} printed")
        self._press("terminal", "27", "97")
        self._answered()

    def run_something(self) -> None:
        """A recorder looks for a new daemon when a command begins."""
        self._names += 1
        self._type("terminal", f"echo quiet-''{self._names}")
        self._press("terminal", "13")
        wait_for(lambda: f"quiet-{self._names}" in self._squeezed("terminal"), "what a command printed")

    def _attach(self) -> None:
        if len(self.clients) < MOST_CLIENTS:
            self._up()

    def come_in(self) -> None:
        """Be attached, with all of the panes to be seen."""
        if not self.clients:
            self._up()
        self.clients[0].resize(140, 45)
        self.ready()

    def _leave(self) -> None:
        """A window is closed; the last one, too."""
        if self.clients:
            self.clients.pop(self._random.randrange(len(self.clients))).close()

    def _detach(self) -> None:
        if self.clients:
            self.workspace.detach(self.clients.pop(self._random.randrange(len(self.clients))))

    def _resize(self) -> None:
        if self.clients:
            self._random.choice(self.clients).resize(*self._random.choice(SIZES))

    def _tab(self) -> None:
        def second() -> bool:
            return any(pane["tab_position"] == 1 for pane in self.workspace.panes())

        if not self.clients:
            self._up()  # without a client Zellij makes no tab
        self._act("new-tab")
        wait_for(second, "the tab")
        self._act("go-to-tab", "2")
        self._act("close-tab")
        wait_for(lambda: not second(), "the tab's end")

    def _layout(self) -> None:
        if not self.clients:
            self._up()  # without a client Zellij finds no tab to arrange
        name = self._random.choice(LAYOUTS)
        for terminal in self.clients[1:]:
            terminal.close()
        del self.clients[1:]
        self.clients[0].resize(140, 45)
        # Zellij arranges the tab of whoever has typed last, so a client has to
        self._type_in_assistant(f"/layout {name}")
        self.clients[0].type("\r")
        bare = name in ("review", "minimal")
        wait_for(lambda: ("explorer" in self._titles()) != bare, f"the layout {name}")
        wait_for(lambda: ("diff" in self._titles()) == (name == "review"), f"the layout {name}")
        self.ready()

    def _rename(self) -> None:
        self._names += 1
        name = f"name-{self._names}"
        self._act("rename-session", name)
        self.workspace.session = name
        self.ready()
        self.ask()
        self._up()

    def _crowd(self) -> None:
        """Twenty terminals at once, and one of them stays."""
        while len(self.clients) < MANY:
            self._up()
        self.ask()
        for terminal in self.clients[1:]:
            terminal.close()
        del self.clients[1:]

    def _twenty(self) -> None:
        """Twenty programs follow the conversation, and each hears of the question once and of the turn's end once."""
        place = Place(str(self.workspace.project), self.workspace.project.name)
        self._greeted = self.status()["pid"]
        heard = asyncio.run(_hear(place, self._name("question"), self._say))
        assert heard == [[self.said[-1], "end"]] * MANY, heard
        self._answered()

    # accidents

    def _kill_daemon(self) -> None:
        self.workspace.kill(psutil.Process(self.status()["pid"]))
        wait_for(lambda: self.workspace.run("picode", "daemon", "status").returncode == 0, "the next daemon")

    def _kill_assistant(self) -> None:
        [chat] = self.assistants()
        self.workspace.kill(chat)
        wait_for(lambda: self.workspace.pane("assistant")["exited"], "the end of the assistant's pane")
        self._press("assistant", "13")
        wait_for(self.assistants, "the assistant")
        self.ready()

    def _kill_zellij(self) -> None:
        self._end_zellij()
        self.ready()

    def _end_zellij(self) -> None:
        """Its server is killed, and somebody comes back."""
        self._act("save-session")
        self.workspace.kill(self.workspace.servers()[0])
        for terminal in self.clients:
            terminal.close()
        self.clients = []
        self._up()

    def _kill_zellij_in_an_answer(self) -> None:
        gate = f"in-the-middle-{len(self.said)}"
        number = len(self.said) + 1
        self._say(Script(Say("Answer "), Gate(gate), Say(f"{number}.")))
        self.server.reached(gate)
        self._end_zellij()
        self.server.open(gate)
        self._answered()
        self.ready()

    def _upgrade(self) -> None:
        """Another plugin under the path of the one that runs, and then what set-up makes of it."""
        [plugin] = (self.workspace.home / "p" / "data" / "plugin").glob("*.wasm")
        # an empty section of its own: another file, and as good a plugin
        plugin.write_bytes(plugin.read_bytes() + b"\x00\x02\x01x")
        if self.clients and "explorer" in self._titles():
            # where nobody is attached this ends Zellij's server
            self._act("start-or-reload-plugin", f"file:{plugin}")
            self.ready()
        self.workspace.set_up()

    def _revoke(self) -> None:
        """Zellij's permission file is emptied, somebody comes in and asks, and set-up grants again."""
        (self.workspace.home / ".cache" / "zellij" / "permissions.kdl").write_text("")
        if len(self.clients) < MOST_CLIENTS:
            # `picode up` would grant again
            self._is_in(self.workspace.attach())
        self.ask()
        self.workspace.set_up()

    # what the steps are made of

    def _up(self) -> None:
        self._is_in(self.workspace.open("picode", "up", "--yes"))

    def _is_in(self, terminal: Terminal) -> None:
        def bar(shown: str) -> bool:
            # a narrow layout has no bar below, and another terminal may be the smaller one
            return shown.startswith(" Zellij") or "Ctrl +" in shown

        terminal.wait_until(lambda shown: bar(shown) or "┌" in shown, "the session")
        # of twenty terminals Zellij 0.44.3 draws the bars of some only when something else happens there
        with contextlib.suppress(AssertionError):
            terminal.wait_until(bar, "the bars", 10)
        # Zellij may have saved a renamed session under its old name, and its bar shows that one for a moment anyway
        [self.workspace.session] = wait_for(
            lambda: living if len(living := self._living()) == 1 else [], "one living session"
        )
        self.clients.append(terminal)

    def _living(self) -> list[str]:
        """The names of the sessions that are not only saved."""
        listed = self.workspace.run(self.workspace.zellij, "list-sessions", "--no-formatting").stdout
        return [line.split(" ", 1)[0] for line in listed.splitlines() if "EXITED" not in line]

    def _say(self, answer: "Script | None" = None) -> None:
        """Type a question into the assistant's pane, and press Enter."""
        name = self._name("question")
        self._expect(name, answer)
        self._type("assistant", name)
        self._press("assistant", "13")

    def _name(self, kind: str) -> str:
        return f"{kind}-{len(self.said)}-{self._seed}"

    def _expect(self, name: str, answer: "Script | None" = None) -> None:
        self.said.append(name)
        self.server.enqueue(answer or say(f"Answer {len(self.said)}."))

    def _answered(self) -> None:
        wait_for(lambda: f"Answer {len(self.said)}." in self.written(), f"answer {len(self.said)}")

    def _id(self, title: str) -> str:
        return f"terminal_{self.workspace.pane(title)['id']}"

    def _titles(self) -> list[str]:
        return [str(pane["title"]).split(" ", 1)[0] for pane in self.workspace.panes()]

    def _shown(self, title: str) -> str:
        return self.workspace.action("dump-screen", "--full", "--pane-id", self._id(title))

    def _squeezed(self, title: str) -> str:
        """Without the breaks of a narrow pane."""
        return "".join(self._shown(title).split())

    def _type(self, title: str, text: str) -> None:
        self._act("write-chars", "--pane-id", self._id(title), text)
        wait_for(lambda: self._is_typed(title, "".join(text.split())), f"what was typed, {text}")

    def _is_typed(self, title: str, text: str) -> bool:
        """Of two or three rows the input line has one: then its end has to do."""
        if text in self._squeezed(title):
            return True
        pane = self.workspace.pane(title)
        shown = self.workspace.action("dump-screen", "--pane-id", self._id(title))
        return bool(pane["pane_content_rows"] <= 3) and text[-2:] in shown

    def _type_in_assistant(self, text: str) -> None:
        """As a person does, who looks where the letters come."""
        for key in ("", UP, f"{ESCAPE}{DOWN}", UP):
            self.clients[0].type(key)
            # letters that come along with the key that moves the focus may go astray
            with contextlib.suppress(AssertionError):
                wait_for(lambda: self.workspace.pane("assistant")["is_focused"], "the focus", 4)
            self.clients[0].type(text)
            with contextlib.suppress(AssertionError):
                wait_for(lambda: "".join(text.split()) in self._squeezed("assistant"), text, 6)
                return
            self.clients[0].type(CLEAR)
        raise AssertionError("The focus does not go to the assistant.")

    def _press(self, title: str, *codes: str) -> None:
        self._act("write", "--pane-id", self._id(title), *codes)

    def _act(self, *arguments: str) -> None:
        """Zellij misses a living session now and then, and says so: then nothing was done."""
        w = self.workspace

        def done() -> bool:
            return w.run(w.zellij, "--session", w.session, "action", *arguments, timeout=10).returncode == 0

        wait_for(done, f"zellij action {arguments[0]}")

    # what there is

    def status(self) -> dict[str, int]:
        """`picode daemon status`."""
        found: dict[str, int] = json.loads(self.workspace.run("picode", "daemon", "status", "--json").stdout)
        return found

    def assistants(self) -> list[psutil.Process]:
        return [p for p in self.workspace.processes() if "picode chat" in command_line(p)]

    def recorders(self) -> list[psutil.Process]:
        """They have the shell's name, and are Python."""
        return [
            p for p in self.workspace.processes() if command_line(p).strip() == "/bin/bash" and _is_python(p)
        ]

    def counted(self) -> int:
        """How many processes have said hello to the daemon; `picode daemon status` is one of them."""
        followers = [p for p in self.workspace.processes() if "diff --follow" in command_line(p)]
        own = self._greeted == self.status()["pid"]
        return len(self.assistants()) + len(self.recorders()) + len(followers) + own + 1

    def expected(self) -> list[str]:
        """The names of all that must have been said, in order."""
        return [name for number, said in enumerate(self.said, 1) for name in (said, f"Answer {number}.")]

    def written(self) -> str:
        """All session files together."""
        files = sorted((self.workspace.home / "p" / "data" / "sessions").rglob("*.jsonl"))
        return "\n".join(Path(file).read_text() for file in files)

    def told(self) -> str:
        """What the panes show, as far as Zellij still says it."""
        try:
            return f"{self._shown('terminal')}\n{self._shown('assistant')}"
        except AssertionError as error:
            return f"session {self.workspace.session}: {error}"


async def _hear(place: Place, name: str, act: Callable[[], None]) -> list[list[str]]:
    """What each of MANY clients hears of the conversation of `place` from before `act` until the turn's end."""
    streams = [await connect(paths.resolve(), "walk", start=False) for _ in range(MANY)]
    try:
        for each in streams:
            found = await each.ask_for(Snapshot, Open(0, place))
            await each.follow(found.conversation)
        heard = asyncio.gather(*(_one(each, name) for each in streams))
        await asyncio.to_thread(act)
        return await asyncio.wait_for(heard, 60)
    finally:
        for each in streams:
            await each.close()


async def _one(each: Stream, name: str) -> list[str]:
    found: list[str] = []
    events = each.events()
    async with aclosing(events):  # type: ignore[type-var]
        async for announced in events:
            if isinstance(announced.event, EntryAdded) and name in str(announced.event):
                found.append(name)
            if isinstance(announced.event, TurnEnded):
                return [*found, "end"]
    return found


def _is_python(process: psutil.Process) -> bool:
    try:
        return "python" in process.exe()
    except psutil.Error:
        return False
