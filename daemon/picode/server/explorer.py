"""The daemon's side of the explorer: one object for each Zellij session, between the plugin and the rest.

It holds the events pipe, sends snapshots when something has changed, and turns the plugin's lines into calls of
what boot gave it. A missing plugin is a state (`missing`), not an error; the next sign of life looks again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from picode.errors import BadData, PicodeError
from picode.paths import project_of
from picode.protocol import plugin
from picode.protocol.values import CommandNote, Status
from picode.server.explorer_view import Shown, View, groups, snapshot
from picode.server.project_watch import ProjectWatch
from picode.tasks import spawn, stop
from picode.terminal import zellij

from picode.server.watches import Watching
log = logging.getLogger(__name__)

OPENINGS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each try to find the plugin, which may still be loading."""
UNSURE = 3
"""Tries in which nobody being attached is not believed: Zellij's list is empty now and then."""
PATIENCE = 3.0
"""Seconds for the plugin's first line, but for the last try: a message to it is lost now and then."""
BEAT = 20.0
"""Seconds between snapshots while nothing changes."""
PACE = 0.25
"""Seconds between snapshots while much changes."""
AGAIN = 0.5
"""Seconds until a snapshot is sent again that was not answered; twice as long each time, up to BEAT."""
TWICE = 0.15
"""Seconds within which the same event of two instances is one."""


SILENT = 3
"""Snapshots without an answer, after which an instance counts as gone; Zellij 0.44 loses one now and then."""


@dataclass(frozen=True)
class Callbacks:
    """What the explorer asks of the daemon."""

    insert: Callable[[str], Awaitable[None]]
    """Text for the assistant pane's input."""
    send_command: Callable[[str, int], Awaitable[None]]
    """A recorder's socket name and a command's number: send its output to the conversation."""
    send_pane: Callable[[str], Awaitable[None]]
    """The bare number of a terminal pane: send what its command has printed so far."""
    status: Callable[[], Status]
    commands: Callable[[], Sequence[CommandNote]]
    """Of all the session's terminals, latest last."""


class Explorer:
    """`start` at each sign of life, `changed` when status or commands have changed, `close` at the end."""

    def __init__(
        self,
        session: str,
        env: Mapping[str, str],
        cwd: Path,
        callbacks: Callbacks,
        watch: Watching = ProjectWatch,
    ) -> None:
        self.session = session
        self.env = dict(env)
        self.project = project_of(cwd)
        self.state: Literal["asleep", "looking", "here", "missing"] = "asleep"
        self._do = callbacks
        self._shown = Shown(project=self.project.name or str(self.project))
        self._watch = ProjectWatch(self.project, self._replant)
        self._views: dict[tuple[int, int], View] = {}
        self._missed: dict[tuple[int, int], int] = {}
        self._pipe: zellij.HeldPipe | None = None
        self._pipe_id = ""
        self._last: tuple[plugin.AnyLine, float] | None = None
        self._sent: list[str] = []
        self._lost = 0
        self._again: asyncio.TimerHandle | None = None
        self._due = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Look for the plugin, unless it is here or looked for already. Call it only for a session that lives."""
        self._run("hold", self._hold)
        self._due.set()

    def changed(self) -> None:
        """Status or commands have changed; the plugin hears of it soon."""
        self._due.set()
        self._watch.nudge()

    async def close(self) -> None:
        await stop(*self._tasks.values())
        await self._drop()
        await self._watch.close()

    def _run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await work()

        if name not in self._tasks or self._tasks[name].done():
            self._tasks[name] = spawn(run(), f"explorer {name} {self.session}")

    def _replant(self) -> None:
        self._shown.replant(self._watch.tree, self._watch.git)
        self._due.set()

    # the events pipe

    async def _hold(self) -> None:
        self.state = "looking"
        for last, delay in enumerate(OPENINGS, 1 - len(OPENINGS)):
            await asyncio.sleep(delay)
            try:
                # a pipe opened while nobody is attached would take the client's number from who comes next
                if not await zellij.count_clients(self.session, self.env):
                    if last + len(OPENINGS) <= UNSURE:
                        continue
                    self.state = "asleep"
                    return
                # who is still asked for its permission answers later: the last try waits for that
                heard = await self._listen(None if last == 0 else PATIENCE)
            except PicodeError as error:
                log.info("explorer of %s: %s", self.session, error)
                heard = False
            if heard:
                # the plugin was here and its pipe has ended: it was closed, or Zellij was
                self.state = "asleep"
                return
        self.state = "missing"

    async def _listen(self, patience: float | None) -> bool:
        """Read the plugin's lines until its pipe ends; whether there was any. The first one must come in time."""
        opening = f'{{"type":"open","v":{plugin.VERSION}}}'
        pipe = self._pipe = await zellij.HeldPipe.open(self.session, self.env, plugin.EVENTS, opening)
        limit = asyncio.get_running_loop().call_later(patience, pipe.end) if patience else None
        self._run("beat", self._beats)
        heard = False
        try:
            async for line in pipe:
                heard = True
                if limit:
                    limit.cancel()
                await self._take(line)
        finally:
            if limit:
                limit.cancel()
            await self._drop()
        return heard

    async def _drop(self) -> None:
        self._views.clear()
        self._missed.clear()
        self._pipe_id = ""
        if self._pipe is not None:
            pipe, self._pipe = self._pipe, None
            await pipe.close()

    async def _take(self, raw: bytes | str, unasked: bool = True) -> None:
        try:
            line = plugin.decode_line(raw)
        except BadData as error:
            log.warning("explorer of %s: %s", self.session, error)
            return
        who = (line.plugin, line.client)
        self._missed[who] = 0
        if isinstance(line, plugin.Hello):
            self._greet(line, unasked)
        elif isinstance(line, plugin.Gone):
            self._views.pop(who, None)
        elif isinstance(line, plugin.View):
            self._views[who] = View(line.first, line.rows)
            self._due.set()
        elif not self._is_twin(line):
            self._views.setdefault(who, View())
            await self._obey(line)

    def _greet(self, hello: plugin.Hello, unasked: bool) -> None:
        """Unasked, it comes from an instance that knows nothing yet, perhaps under the ids of one before it."""
        who = (hello.plugin, hello.client)
        if hello.pipe:
            self._pipe_id = hello.pipe
        if self._pipe is not None and hello.server:
            self._pipe.follow(hello.server)
        if unasked or self._views.get(who) != View(hello.first, hello.rows):
            self._views[who] = View(hello.first, hello.rows)
            self._sent.clear()
            self._due.set()
        self.state = "here"
        self._run("push", self._pushes)
        self._run("beat", self._beats)
        self._watch.start()

    def _is_twin(self, line: plugin.AnyLine) -> bool:
        """Whether another instance has just told the same."""
        now = asyncio.get_running_loop().time()
        last, self._last = self._last, (line, now)
        if last is None or now - last[1] > TWICE or type(last[0]) is not type(line):
            return False
        other = last[0]
        if (other.plugin, other.client) == (line.plugin, line.client):
            return False
        common = {"v", "plugin", "client", "seq"}
        return all(
            getattr(other, name) == getattr(line, name)
            for name in line.__struct_fields__
            if name not in common
        )

    async def _obey(self, line: plugin.AnyLine) -> None:
        self._shown.notice = ""
        try:
            match line:
                case plugin.Fold(path=path, open=opened):
                    self._shown.unfold(self._shown.real(path), opened)
                case plugin.OpenFile(path=path):
                    file = self.project / self._shown.real(path)
                    await zellij.action(self.session, self.env, "edit", str(file))
                case plugin.Insert(path=path):
                    await self._do.insert(mention(path))
                case plugin.SendCommand(terminal=terminal, number=number):
                    await self._do.send_command(terminal, number)
                case plugin.SendPane(pane=pane):
                    await self._do.send_pane(str(pane))
        except PicodeError as error:
            self._shown.notice = error.message
        except Exception:
            log.exception("explorer of %s: %s", self.session, type(line).__name__)
            self._shown.notice = "That failed; see `picode daemon logs`."
        self._due.set()

    # snapshots

    async def _pushes(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            await self._push()
            await asyncio.sleep(PACE)

    async def _push(self, beat: bool = False) -> None:
        if not self._views:
            return
        self._shown.status, self._shown.commands = self._do.status(), self._do.commands()
        lines = [snapshot(self._shown, view, self._pipe_id, who) for view, who in groups(self._views)]
        if lines == self._sent and not beat:
            return
        self._sent = lines
        answered: set[tuple[int, int]] = set()
        try:
            for view, who in groups(self._views):
                line = snapshot(self._shown, view, self._pipe_id, who, beat)
                for answer in (
                    await zellij.pipe_once(self.session, self.env, plugin.SNAPSHOTS, line)
                ).splitlines():
                    answered.add(await self._answered(answer))
        except PicodeError as error:
            log.info("explorer of %s: %s", self.session, error)
        else:
            for who in list(self._views):
                self._missed[who] = 0 if who in answered else self._missed.get(who, 0) + 1
                if self._missed[who] >= SILENT:
                    # its client has gone; it says hello again when the client is back
                    del self._views[who]
        self._send_again(lost=not answered.issuperset(self._views))

    def _send_again(self, lost: bool) -> None:
        """A message to the plugin is lost now and then, and what was in it would be missing until the next beat."""
        if self._again is not None:
            self._again.cancel()
        if lost:
            self._sent.clear()
            wait = min(AGAIN * 2**self._lost, BEAT)
            self._again = asyncio.get_running_loop().call_later(wait, self._due.set)
        self._lost = min(self._lost + 1, 8) if lost else 0

    async def _answered(self, answer: str) -> tuple[int, int]:
        await self._take(answer, unasked=False)
        try:
            line = plugin.decode_line(answer)
        except BadData:
            return (-1, -1)
        return (line.plugin, line.client)

    async def _beats(self) -> None:
        """Ends when nothing is left to be looked after: an instance's next hello starts it again."""
        while self._pipe is not None and (self._views or not self._pipe.follows):
            await asyncio.sleep(BEAT)
            if self._pipe is not None and self._pipe.spins():
                await self._drop()
            elif self._views:
                await self._push(beat=True)


def mention(path: str) -> str:
    """`@path` for the assistant's input, in quotes where a blank would end it."""
    return f'@"{path}" ' if any(c.isspace() for c in path) else f"@{path} "


async def resume_assistant(session: str, env: Mapping[str, str]) -> bool:
    """After a resurrection, start the assistant's pane, which Zellij brings back held; whether there was one.

    A pane whose program has ended is held, too: that one waits for its user.
    """
    for pane in await zellij.list_panes(session, env):
        if (
            pane.get("is_held")
            and not pane.get("exited")
            and is_assistant(str(pane.get("pane_command") or pane.get("terminal_command") or ""))
        ):
            await zellij.action(session, env, "write", "--pane-id", f"terminal_{pane['id']}", "13")
            return True
    return False


def is_assistant(command: str) -> bool:
    """Whether Zellij means `picode chat` by this command: with a path, or behind the interpreter that runs it."""
    words = command.split()
    return "chat" in words and "picode" in {Path(word).name for word in words}
