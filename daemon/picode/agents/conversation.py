"""A living conversation: what the daemon holds of a session file that somebody uses now.

Every method returns at once; what follows comes through `emit`, in order, and is on disk before it is announced.
What is to be done is decided in `loop.py`; here it is done.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from picode import tasks
from picode.agents import effects as do
from picode.agents import inputs as told
from picode.agents import tuning
from picode.agents.along import Along, Choose
from picode.agents.asking import Model
from picode.agents.brought import Brought
from picode.agents.calls import Calls
from picode.agents.compacting import branch_summary, compact, ended
from picode.agents.compose import Composer, Words
from picode.agents.history import History
from picode.agents.loop import Turn, step
from picode.agents.sending import Sending
from picode.agents.titles import Titles
from picode.agents.typed_commands import Ran, TypedCommands
from picode.config.schema import Settings
from picode.context.redact import cleaner
from picode.errors import DiskFailed, Missing, PicodeError, TryLater
from picode.messages import Assistant, Image, Level, Message
from picode.protocol import events, values
from picode.protocol.events import AnyEvent
from picode.protocol.replies import Tuned
from picode.protocol.requests import Tune
from picode.protocol.values import Entry, Queued, Status, ToolRun, Wishes
from picode.providers.registry import Providers
from picode.sessions.file import SessionFile, milliseconds_now
from picode.sessions.typed import message_in
from picode.tools.toolbox import Toolbox

if TYPE_CHECKING:
    from picode.agents.extending.joined import Joined

MOST_QUEUED = 100
BOUND = 10.0
"""Seconds in which a turn that is cancelled comes to its end."""
log = logging.getLogger(__name__)


class Conversation:
    """`model`: `provider/model`; `config`: the user's configuration directory, for AGENTS.md; `emit` must not raise.

    `shell`: the user's shell, for the system prompt; `sending`: the way to the model, with costs and limits;
    `choose`: what of the project a question is about; `extend`: makes its extensions. Needs a running event loop
    once something is asked.
    """

    def __init__(
        self,
        session: SessionFile,
        *,
        model: str,
        providers: Providers,
        tools: Toolbox,
        emit: Callable[[AnyEvent], None],
        config: Path,
        settings: Settings | None = None,
        now: Callable[[], int] = milliseconds_now,
        shell: str = "",
        sending: Sending | None = None,
        choose: Choose | None = None,
        extend: Callable[["Conversation"], "Joined | None"] = lambda conversation: None,
    ) -> None:
        self.session = session
        self.id = session.id
        self._announced, emit = emit, self._tell_all
        self.joined: Joined | None = None
        """Its extensions; None: there are none."""
        self._extend = extend
        self._settings = self._given = settings or Settings()
        self._clean = cleaner(self._settings.shell.redact, self._settings.redact.patterns)
        self._tools, self._emit, self._now = tools, emit, now
        self._history = History(session)
        self._model = Model(
            self._history, model, providers=providers, tools=tools, emit=emit, now=now, settings=self._settings,
            config=config, shell=shell, sending=sending,
        )  # fmt: skip
        self._titles = Titles(session, self._model.write, emit)
        self._calls = Calls(tools, session.id, session.cwd, emit=emit, told=self._feed, now=now)
        self._turn = Turn(tuning.limits(self._settings))
        self.composer = Composer(
            lambda question: self._feed(told.Asked(question)), emit, self._spawn, self.refresh,
            self._model.brought.expand,
        )  # fmt: skip
        if choose is not None:
            self.composer.along = Along(
                choose, lambda: self._settings.context.budget if self._turn.phase == "idle" else 0,
                self._history.messages, self._clean,
            )  # fmt: skip
        self._inputs: deque[told.Input] = deque()
        self._feeding = False
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Ran] = []
        self._typed = TypedCommands(
            self._run_command, self._spawn, self._held.append,
            lambda text: self._emit(events.Noticed("error", text)), self._command_ended,
        )  # fmt: skip
        self._summarising = False
        self._status = Status()
        self._status = self._status_now()
        self.join()

    def join(self) -> None:
        """Take its extensions in, where there are some now."""
        if self.joined is not None or (found := self._extend(self)) is None:
            return
        self.joined, self._tools = found, found.toolbox(self._tools)
        self._model.use_tools(self._tools)
        self._calls.use_tools(self._tools)
        self._model.seen, self._model.posted = found.context, found.payload
        self.composer.before, self.composer.starting = found.before, found.starting

    @property
    def status(self) -> Status:
        """As it was announced last."""
        return self._status

    @property
    def draft(self) -> Assistant | None:
        """The answer that is being written, as far as it was announced."""
        return self._model.draft

    @property
    def running(self) -> list[ToolRun]:
        """Tool calls and `!commands` that run now, with the end of what they printed."""
        return list(self._calls.running.values())

    @property
    def suggestion(self) -> str:
        """The command that the assistant suggested last; empty: none."""
        return self._history.suggestion

    @property
    def busy(self) -> bool:
        """A turn, a `!command` or a branch's summary is under way."""
        waiting = len(self._typed) or self.composer.waiting or self._summarising or self.composer.previews
        return self._turn.phase != "idle" or bool(waiting)

    def ask(
        self,
        text: str,
        *,
        images: Sequence[Image] = (),
        command: values.CommandRecord | None = None,
        piped: str | None = None,
        delivery: values.Delivery = "steer",
        allow: Sequence[str] = (),
        unattended: bool = False,
        once: str = "",
        preview: bool = False,
        source: Literal["interactive", "rpc", "extension"] = "interactive",
    ) -> None:
        """Start a turn, or queue for the one that runs; `preview`: first show it, where `shell.preview` asks for it.
        Raises PicodeError when it is refused."""
        self.check()
        self._tools.check_grants(allow)
        limits = self._settings.shell
        words = Words(
            text, self._now(), tuple(images), command, piped, self.session.cwd, limits.output_limit, self._clean,
            delivery, frozenset(allow), unattended, once, limits if preview else None, source,
        )  # fmt: skip
        self.composer.add(words)

    def check(self, *, again: bool = True) -> None:
        """Whether a question would be taken now; without `again` its model is not looked up. Raises PicodeError."""
        self._check_open()
        if self._summarising:
            raise TryLater("A branch is being summarised.", "Wait for it, or cancel it.")
        if len(self._turn.queue) + len(self.composer.waiting) >= MOST_QUEUED:
            raise TryLater(f"{MOST_QUEUED} messages are queued already.", "Wait for the turn, or cancel it.")
        self._model.check(again=again)

    def cancel(self) -> list[Queued]:
        """End the turn and every `!command`, and keep what there is; what was queued is given back."""
        queue = self.clear_queue()
        self.cancel_commands()
        if self.joined is not None:
            self.joined.dialogs.cancel()
        if self._summarising:
            self._model.abort()
        self._feed(told.CancelPressed())
        return queue

    def cancel_turn(self) -> None:
        """End the turn alone; what is queued begins the next one."""
        self._feed(told.CancelPressed(keeps=True))

    def answer(self, call_id: str, decision: values.Decision, reason: str = "") -> None:
        """A person's answer to an approval. Raises Missing when nothing waits under that id."""
        if all(approval.call_id != call_id for approval in self._turn.approvals()):
            raise Missing("Nothing waits for this answer any more.", "Somebody else may have answered.")
        self._feed(told.Answered(call_id, decision, reason))

    def run_command(self, command: str, share: bool) -> None:
        """`!command`: run it in the conversation's directory; `share`: the model sees it with the next question."""
        self._check_open()
        self._typed.begin(command, share)
        self.refresh()

    def set_model(self, name: str) -> None:
        """From the next model call on. Raises ModelFailed (unknown) with the nearest names, DiskFailed."""
        self._check_open()
        self._model.choose(name)
        self.refresh()

    @property
    def brought(self) -> Brought:
        """Its skills, templates and instructions."""
        return self._model.brought

    def use(self, settings: Settings) -> None:
        """These settings from the next call on; what a client wishes or has tuned stays."""
        if (limits := tuning.limits(settings)) != tuning.limits(self._given):
            self._turn = replace(self._turn, limits=limits)
        self._given, self._clean = settings, cleaner(settings.shell.redact, settings.redact.patterns)
        wishes = self.brought.wishes
        self._settings = tuning.wished(settings, wishes, self._tools.names_for(wishes))
        self._model.use(self._settings)

    def set_thinking(self, level: Level) -> None:
        """From the next model call on. Raises DiskFailed."""
        self._check_open()
        self._history.set_thinking(level)
        self.refresh()

    def tune(self, asked: Tune) -> Tuned:
        """How this conversation's turns go, in this life of the daemon; what is not given stays."""
        self._turn = replace(self._turn, limits=tuning.tuned(self._turn.limits, asked, self._settings))
        return tuning.told(self._turn.limits, len(self._history.messages()))

    def wish(self, wishes: Wishes) -> None:
        """What a client asks of the turns to come. Raises UsageError (no such tool), DiskFailed."""
        self._settings = tuning.wished(self._given, wishes, self._tools.names_for(wishes))
        self._model.wish(wishes, self._settings)
        if wishes.thinking:
            self.set_thinking(wishes.thinking)
        self.join()
        if self.joined is not None:
            self.joined.wished(wishes)

    def lend_key(self, key: str) -> None:
        """For the provider of the model that is chosen now, in memory only. Raises UsageError."""
        self._model.lend(key)

    def clear_queue(self) -> list[Queued]:
        """What was queued is given back; what runs goes on."""
        queue = [*self._turn.queued(), *self.composer.waiting]
        self.composer.clear()
        self._turn = replace(self._turn, queue=(), late=())
        self.refresh()
        return queue

    def cancel_commands(self) -> None:
        """End every `!command`; a turn goes on."""
        self._typed.cancel()

    def compact(self, instructions: str = "") -> None:
        """Summarise what is old. Raises TryLater while a turn runs."""
        self._check_open()
        if self.busy:
            raise TryLater("The conversation is at work.", "Wait for the turn to end, or cancel it.")
        self._model.check()
        self._feed(told.CompactAsked(instructions))

    async def summarise_branch(self, messages: list[Message], instructions: str = "") -> Callable[[str], str]:
        """A summary of a branch that is to be left; the function writes it, given the branch's end, at the place where
        the conversation then is, and gives the entry's id. Raises PicodeError."""
        self._check_open()
        self._model.check()
        self._summarising = True
        try:
            text, reads, changes = await branch_summary(
                self._model, self._settings.compaction, messages, instructions
            )
        finally:
            self._summarising = False
        return lambda old: self._announce(self._history.leave_branch(text, old, reads, changes))

    async def close(self) -> None:
        """End the turn in order: partial answer saved, children ended, file synced and closed."""
        if self._closed:
            return
        self._closed = True
        self.cancel()
        await self._titles.close()
        if self.joined is not None:
            await self.joined.close()
        loop = asyncio.get_running_loop()
        until = loop.time() + BOUND
        while self._tasks and loop.time() < until:
            await asyncio.wait(
                set(self._tasks), timeout=until - loop.time(), return_when=asyncio.FIRST_COMPLETED
            )
        await self._calls.ended(1.0)
        await tasks.stop(*self._tasks)
        try:
            await asyncio.to_thread(self.session.sync)
        except PicodeError as error:
            log.error("%s", error)
        self.session.close()

    # --- what the loop decides

    def _feed(self, event: told.Input) -> None:
        """One input after the other: what an effect brings in at once waits for the effects before it."""
        self._inputs.append(event)
        if self._feeding:
            return
        self._feeding = True
        try:
            while self._inputs:
                self._turn, effects = step(self._turn, self._inputs.popleft(), self._tools.reads)
                self._perform_all(effects)
                self.refresh()
        finally:
            self._feeding = False
        self._save_held()

    def _perform_all(self, effects: list[do.Effect]) -> None:
        """In order; what follows a message that could not be saved is not done."""
        for effect in effects:
            try:
                self._perform(effect)
            except PicodeError as error:
                self._inputs.appendleft(told.SaveFailed(str(error), type(error).__name__))
                return

    def _perform(self, effect: do.Effect) -> None:
        match effect:
            case do.BeginTurn(system):
                self._model.begin_turn(system)
                self._emit(events.TurnStarted())
            case do.Save(message, receipt):
                self._save(message, receipt)
            case do.CallModel():
                self._save_held()
                self._model.next_call()
                self._spawn(self._call_model(effect), "model call")
            case do.Compact():
                self._save_held()
                self._model.next_call()
                self._spawn(self._compact(effect), "summary")
            case do.Warn(text):
                self._emit(events.Noticed("warning", text))
            case do.FailOver(model, why):
                self._emit(events.EntryAdded(self._model.fail_over(model, why)))
            case do.Sync():
                self._model.come_back()
                self._spawn(self._sync(), "sync")
            case do.EndTurn(outcome, error, kind):
                self._model.forget_draft()
                self.refresh()
                self._emit(events.TurnEnded(outcome, error, kind))
                if outcome == "done":
                    self._titles.after(self._settings, self._history.messages)
            case do.Abort():
                self._model.abort()
                self._calls.abort()
            case _:
                self._perform_call(effect)

    def _perform_call(self, effect: do.Effect) -> None:
        match effect:
            case do.Prepare(call):
                policy = self._tools.policy(self._turn.allow, self._turn.unattended, self._settings)
                if self.joined is not None:
                    self.joined.begun(call)
                self._calls.prepare(call, policy)
            case do.AskPerson(approval):
                self._emit(events.ApprovalNeeded(approval))
            case do.Settle(call_id, decision, reason):
                self._calls.settle(call_id, decision, reason)
                self._emit(events.ApprovalSettled(call_id, decision))
            case do.RunTool(call_id):
                self._calls.run(call_id)
            case do.Refuse(call, text):
                self._calls.refuse(call, text)

    async def _call_model(self, effect: do.CallModel) -> None:
        self._feed(await self._model.ask(effect))

    async def _compact(self, effect: do.Compact) -> None:
        self._emit(events.CompactionStarted(effect.reason))
        instead = self.joined.summary if self.joined is not None else None
        id_, done = await compact(self._history, self._model, self._settings.compaction, effect, instead)
        if id_:
            self._announce(id_)
        self._emit(ended(self._history, effect, id_, done))
        self._feed(done)

    def _announce(self, id_: str) -> str:
        """An entry that was written, and is no message of the turn."""
        session = self.session
        message = message_in(session.line(session.tree.by_id[id_]))
        if message is not None:
            self._emit(events.EntryAdded(Entry(id_, message)))
        return id_

    async def _sync(self) -> None:
        try:
            await asyncio.to_thread(self.session.sync)
        except PicodeError as error:
            self._feed(told.Synced(str(error), type(error).__name__))
        else:
            self._feed(told.Synced())

    # --- the session file

    def _save(self, message: Message, receipt: values.Receipt | None = None) -> None:
        """Into the file, then to everybody."""
        before = self.suggestion if isinstance(message, Assistant) else ""
        id_ = self._history.add(message, receipt)
        while self.session.fresh:
            self._emit(events.Noticed("warning", self.session.fresh.pop(0)))
        if isinstance(message, Assistant):
            self._model.forget_draft()
        self._emit(events.EntryAdded(Entry(id_, message, receipt)))
        if isinstance(message, Assistant) and self.suggestion != before:
            self._emit(events.Suggested(self.suggestion))

    def _save_held(self) -> None:
        """Commands that ended while tools ran: a call and its result stay side by side."""
        while self._held and self._turn.phase != "tools":
            try:
                self._save(*self._held.pop(0))
            except PicodeError as error:
                self._emit(events.Noticed("error", str(error)))

    async def _run_command(self, id_: str, command: str, share: bool, stop: asyncio.Event) -> Ran:
        ran = await self.joined.command(command, share) if self.joined is not None else None
        return ran or await self._calls.command(id_, command, share, stop)

    async def _command_ended(self) -> None:
        self._save_held()
        self.refresh()
        if self._turn.phase == "idle":
            try:
                await asyncio.to_thread(self.session.sync)
            except PicodeError as error:
                self._emit(events.Noticed("error", str(error)))

    # --- the rest

    def _status_now(self) -> Status:
        state: values.State = self._turn.doing()
        if state == "idle" and len(self._typed):
            state = "tool"
        if state == "idle" and self.composer.previews:
            state = "waiting"
        since = self._status.since if state == self._status.state and self._status.since else self._now()
        return Status(
            state=state, model=self._model.name, thinking=self._model.thinking, cost=self._history.cost,
            context_used=self._history.used, context_window=self._model.window, max_tokens=self._model.longest,
            queue=self._turn.queued(), approvals=self._turn.approvals(), since=since, previews=self.composer.previews,
            **(self.joined.shown() if self.joined is not None else {}),
        )  # fmt: skip

    def refresh(self) -> None:
        """Tell everybody of the status, if it is another one."""
        status = self._status_now()
        if status != self._status:
            self._status = status
            self._emit(events.StatusChanged(status))

    def _tell_all(self, event: AnyEvent) -> None:
        if self.joined is not None:
            self.joined.dress(event)
        self._announced(event)
        if self.joined is not None:
            self.joined.heard(event)

    def _check_open(self) -> None:
        if self._closed:
            raise TryLater("This conversation is being closed.", "Try again in a moment.")
        if self.session.closed:
            raise DiskFailed(f"{self.session.path} is closed.", "Open the conversation again.")

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = tasks.spawn(work, f"{name} of {self.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
