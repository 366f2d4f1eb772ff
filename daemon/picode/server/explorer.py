"""The daemon's side of the explorer: one object for each Zellij session, between the plugin and the rest.

It holds the events pipe, sends snapshots when something has changed, and turns the plugin's lines into calls of
what boot gave it. A missing plugin is a state (`missing`), not an error; the next sign of life looks again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from picode.context import gitstate, tree
from picode.errors import BadData, PicodeError
from picode.paths import project_of
from picode.protocol import plugin
from picode.server import explorer_panes
from picode.server.explorer_callbacks import Callbacks, lives
from picode.server.explorer_view import Shown, View, groups, snapshot
from picode.server.project_watch import ProjectWatch
from picode.server.watches import Watching
from picode.tasks import spawn, stop
from picode.terminal import zellij

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
"""Seconds between snapshots while much changes; who scrolls or types is answered at once."""
LISTED = 3.0
"""Seconds between two looks at the list of conversations."""
AGAIN = 0.5
"""Seconds until a snapshot is sent again that was not answered; twice as long each time, up to BEAT."""
TWICE = 0.15
"""Seconds within which the same event of two instances is one."""
SILENT = 3
"""Snapshots without an answer, after which an instance counts as gone; Zellij 0.44 loses one now and then."""


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
        self._watch = watch(self.project, self._replant)
        self._views: dict[tuple[int, int], View] = {}
        self._missed: dict[tuple[int, int], int] = {}
        self._pipe: zellij.HeldPipe | None = None
        self._pipe_id = ""
        self._server = 0
        self._last: tuple[plugin.AnyLine, float] | None = None
        self._sent: list[str] = []
        self._lost = 0
        self._again: asyncio.TimerHandle | None = None
        self._due = asyncio.Event()
        self._asked = asyncio.Event()
        self._stale, self._listed = True, 0.0
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Look for the plugin, unless it is here or looked for already. Call it only for a session that lives."""
        self._run("hold", self._hold)
        self._due.set()

    def changed(self) -> None:
        """Status, commands or conversations have changed; the plugin hears of it soon."""
        self._stale = True
        self._due.set()
        self._watch.nudge()

    def look_around(self) -> None:
        """Let each instance see whether it still has a client: one that has none tells of it when one is back."""

        async def beat() -> None:
            await self._push(beat=True)

        self._run("look", beat)

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

    async def _glance(self) -> None:
        """The top of the project, while Git still reads all of a large one."""
        names = await asyncio.to_thread(tree.first_look, self.project)
        if names is not None and not self._shown.planted:
            self._shown.replant(tree.Tree(names), gitstate.GitState())
            self._due.set()

    # the events pipe

    async def _hold(self) -> None:
        # the pipe goes with the instance that was closed, and the other tabs' instances need a new one
        while await self._look():
            pass

    async def _look(self) -> bool:
        """Look for the plugin and follow it to its pipe's end; whether instances were left behind then."""
        self.state = "looking"
        for last, delay in enumerate(OPENINGS, 1 - len(OPENINGS)):
            await asyncio.sleep(delay)
            try:
                # a pipe opened while nobody is attached would take the client's number from who comes next
                if not await zellij.count_clients(self.session, self.env):
                    if last + len(OPENINGS) <= UNSURE:
                        continue
                    self.state = "asleep"
                    return False
                # who is still asked for its permission answers later: the last try waits for that
                heard, bereft = await self._listen(None if last == 0 else PATIENCE)
            except PicodeError as error:
                log.info("explorer of %s: %s", self.session, error)
                heard = False
            if heard:
                # the plugin was here and its pipe has ended: it was closed, or Zellij was
                self.state = "asleep"
                return bereft
        self.state = "missing"
        return False

    async def _listen(self, patience: float | None) -> tuple[bool, bool]:
        """Read the plugin's lines until its pipe ends; whether there was any, and whether other instances live on.
        The first line must come in time."""
        opening = f'{{"type":"open","v":{plugin.VERSION}}}'
        pipe = self._pipe = await zellij.HeldPipe.open(self.session, self.env, plugin.EVENTS, opening)
        limit = asyncio.get_running_loop().call_later(patience, pipe.end) if patience else None
        self._run("beat", self._beats)
        heard = bereft = False
        try:
            async for line in pipe:
                heard = True
                if limit:
                    limit.cancel()
                await self._take(line)
        finally:
            if limit:
                limit.cancel()
            bereft = bool(self._views) and lives(self._server)
            await self._drop()
        return heard, bereft

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
            log.warning("explorer of %s: %s %s", self.session, error, repr(raw[:200]))
            return
        if line is None:
            log.debug("explorer of %s: %r is not for us", self.session, raw[:200])
            return
        who = (line.plugin, line.client)
        self._missed[who] = 0
        self._do.seen()
        if isinstance(line, plugin.Hello):
            self._greet(line, unasked)
        elif isinstance(line, plugin.Gone):
            self._views.pop(who, None)
        elif isinstance(line, plugin.View):
            self._views[who] = self._seen(line)
        elif isinstance(line, plugin.Filter):
            await self._filter(who, line)
        elif not self._is_twin(line):
            self._views.setdefault(who, View())
            await self._obey(line)
        if unasked:
            self._asked.set()
            self._due.set()

    def _seen(self, line: plugin.Hello | plugin.View) -> View:
        """What it draws; what it looks for stays."""
        before = self._views.get((line.plugin, line.client), View())
        return replace(
            before, first=line.first, rows=line.rows, conversations=line.conversations, commands=line.commands
        )

    async def _filter(self, who: tuple[int, int], line: plugin.Filter) -> None:
        self._views[who] = replace(
            self._views.get(who, View()), section=line.section, query=line.query, first=0
        )
        if line.section == "files" and line.query:
            await asyncio.to_thread(self._shown.find, line.query)
        elif not any(view.query for view in self._views.values()):
            self._shown.rest()

    def _greet(self, hello: plugin.Hello, unasked: bool) -> None:
        """Unasked, it comes from an instance that knows nothing yet, perhaps under the ids of one before it."""
        who = (hello.plugin, hello.client)
        if hello.pipe:
            self._pipe_id = hello.pipe
        self._server = hello.server or self._server
        if self._pipe is not None and hello.server:
            self._pipe.follow(hello.server)
        view = self._seen(hello)
        if unasked or self._views.get(who) != view:
            # unasked, it knows of no filter either
            self._views[who] = replace(view, section="", query="") if unasked else view
            self._sent.clear()
            self._due.set()
        self.state = "here"
        self._run("push", self._pushes)
        self._run("beat", self._beats)
        if not self._shown.planted:
            self._run("glance", self._glance)
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
                    file, at, column = self._shown.place(path)
                    await explorer_panes.edit(self.session, self.env, self.project / file, at, column)
                case plugin.Diff(path=path):
                    await self._show_changes(self._shown.real(path))
                case plugin.Resume(conversation=conversation):
                    await self._do.resume(conversation)
                case plugin.Insert(path=path):
                    referred = self._shown.place(path)[1]
                    await self._do.insert(mention(self._shown.real(path) if referred else path))
                case plugin.SendCommand(terminal=terminal, number=number):
                    await self._do.send_command(terminal, number)
                case plugin.SendPane(pane=pane):
                    await self._do.send_pane(str(pane))
        except PicodeError as error:
            self._shown.notice = error.message
        except Exception:
            log.exception("explorer of %s: %s", self.session, type(line).__name__)
            self._shown.notice = "That failed; see `picode daemon logs`."

    async def _show_changes(self, path: str) -> None:
        if path not in self._do.touched(self.project) and self._shown.git.mark(path) == " ":
            self._shown.notice = f"{path} is as committed, and the assistant has not changed it."
            return
        await explorer_panes.show_changes(self.session, self.env, self.project, path, self._do.current())

    # snapshots

    async def _pushes(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            self._asked.clear()
            if self._stale and self._views:
                self._run("list", self._list)
            await self._push()
            with contextlib.suppress(TimeoutError):
                # wait_for would lose a cancellation that comes with the answer, in Python 3.11
                async with asyncio.timeout(PACE):
                    await self._asked.wait()

    async def _list(self) -> None:
        """The conversations, when anything may have changed; not again and again while one is written."""
        loop = asyncio.get_running_loop()
        if self._listed:
            await asyncio.sleep(max(0.0, self._listed + LISTED - loop.time()))
        self._stale, self._listed = False, loop.time()
        try:
            self._shown.conversations = await self._do.conversations()
        except Exception as error:
            log.warning("explorer of %s: the conversations cannot be listed: %s", self.session, error)
        self._due.set()

    async def _push(self, beat: bool = False) -> None:
        if not self._views:
            return
        shown = self._shown
        shown.status, shown.commands, shown.current = (
            self._do.status(),
            self._do.commands(),
            self._do.current(),
        )
        shown.touched = self._do.touched(self.project)
        shown.referred = self._do.referred(self.project)
        shown.paused, shown.terminals = self._do.paused()
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
            await self._let_go()
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

    async def _let_go(self) -> None:
        """Instances without an answer have no client any more; they say hello again when it is back. But one that has
        the focus may be told by Zellij that it has none, so the last one stays while somebody is attached."""
        silent = [who for who in self._views if self._missed[who] >= SILENT]
        if silent and len(silent) == len(self._views) and await self._attached():
            silent = silent[:-1]
        for who in silent:
            del self._views[who]

    async def _attached(self) -> bool:
        try:
            return bool(await zellij.count_clients(self.session, self.env))
        except PicodeError:
            return True  # not known; a session that is gone ends the pipe

    async def _answered(self, answer: str) -> tuple[int, int]:
        await self._take(answer, unasked=False)
        try:
            line = plugin.decode_line(answer)
        except BadData:
            return (-1, -1)
        return (line.plugin, line.client) if line is not None else (-1, -1)

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
