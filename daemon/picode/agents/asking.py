"""The model of a conversation: which one it is, and one call to it with all that it gets to see."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from picode import credentials
from picode.agents import compaction
from picode.agents.answer import ABORTED, Answering, Retry
from picode.agents.brought import Brought
from picode.agents.effects import CallModel
from picode.agents.failover import Failover, note
from picode.agents.history import History
from picode.agents.inputs import AnswerFailed, AnswerFinished, ContextFull
from picode.agents.outgoing import Outgoing
from picode.agents.paying import Paying
from picode.agents.sending import Going, Sending
from picode.agents.system_prompt import system_prompt
from picode.agents.writing import Wanted, Writer
from picode.config.schema import Settings
from picode.context.redact import cleaner
from picode.errors import PicodeError, kind_of
from picode.messages import Assistant, Message, ModelRequest, StopReason, Usage
from picode.modelnames import with_level
from picode.protocol.events import AnswerBegun, AnyEvent, Noticed, Retrying
from picode.protocol.values import Entry, ModelInfo, Wishes
from picode.providers.exchange import Patch, patch
from picode.providers.registry import Providers
from picode.providers.roles import Roles
from picode.providers.routing import ROLES
from picode.providers.traffic import Traffic
from picode.tools.toolbox import Toolbox

log = logging.getLogger(__name__)


class Model:
    """`name`: `provider/model`; `window`: tokens that it takes, 0 when nobody knows."""

    def __init__(
        self,
        history: History,
        name: str,
        *,
        providers: Providers,
        tools: Toolbox,
        emit: Callable[[AnyEvent], None],
        now: Callable[[], int],
        settings: Settings,
        config: Path,
        shell: str,
        sending: Sending | None = None,
    ) -> None:
        self._sending = sending or Sending(
            Traffic(), Paying(providers), lambda text: emit(Noticed("info", text))
        )
        self._failover = Failover(
            providers, self._sending.traffic, lambda text: emit(Noticed("warning", text))
        )
        self._history, self._providers, self._tools = history, providers, tools
        self._emit, self._now, self._settings = emit, now, settings
        self._shell = shell
        self.brought = Brought(history.session.cwd, config, settings)
        self._answering: Answering | None = None
        self._outgoing = Outgoing(cleaner(settings.shell.redact, settings.redact.patterns), self._taken_out)
        self._stop = asyncio.Event()
        self.seen: Callable[[list[Message]], Awaitable[list[Message]]] | None = None
        """What extensions make of the messages of a request."""
        self.posted: Patch | None = None
        """What they make of its body."""
        self._system = ""
        self._in_workspace = False
        self._noticed: set[str] = set()
        self._wishes = Wishes()
        self._keys: dict[str, credentials.Secret] = {}
        self.name, self._level = with_level(name)
        self.window = self.longest = 0
        self._thinks, self._found = True, False
        with contextlib.suppress(PicodeError):  # told when something is asked
            self._take(providers.resolve(self.name)[1])

    @property
    def draft(self) -> Assistant | None:
        """What was announced of the answer that is being written."""
        return self._answering.draft if self._answering is not None else None

    def forget_draft(self) -> None:
        """The answer is saved, or given up."""
        self._answering = None

    def check(self, *, again: bool = True) -> None:
        """Raises ModelFailed when there is no such model; without `again` one that was found before is believed."""
        if again or not self._found:
            self._take(self._providers.resolve(self.name)[1])

    def choose(self, name: str) -> None:
        """Another model from now on, written to the session file; `:level` behind it says how hard it is to think.
        Raises PicodeError."""
        name, level = with_level(name)
        if name in ROLES:
            name = Roles(self._providers, self._sending.traffic).model(name, self._providers.default())
        _, info = self._providers.resolve(name)
        provider, _, model = info.name.partition("/")
        if info.name != self.name:
            self._history.session.append("model_change", {"provider": provider, "modelId": model})
        if level:
            self._history.set_thinking(level)
        self._take(info)
        self._failover.chosen = ""
        if not info.usable:
            self._emit(Noticed("warning", f"{info.name} cannot be used yet: {info.why}"))

    @property
    def thinking(self) -> str:
        """How hard the next call asks the model to think; empty: it cannot."""
        return self._chosen_level if self._thinks else ""

    @property
    def _chosen_level(self) -> str:
        return self._history.thinking or self._level or self._settings.models.thinking

    def wish(self, wishes: Wishes, settings: Settings) -> None:
        """What a client asks of the calls to come."""
        self._wishes, self._settings, self._system = wishes, settings, ""
        self.brought.wishes = wishes

    def lend(self, key: str) -> None:
        """A key for the provider of this model, kept in memory. Raises PicodeError."""
        provider = self._providers.resolve(self.name)[0].name
        self._keys[credentials.KEY_NAMES.get(provider, provider)] = credentials.Secret(credentials.check(key))

    def use(self, settings: Settings) -> None:
        """From the next call on."""
        self._settings = self.brought.settings = settings
        self._outgoing = Outgoing(cleaner(settings.shell.redact, settings.redact.patterns), self._taken_out)
        self._system = ""
        self._noticed.clear()

    def use_tools(self, tools: Toolbox) -> None:
        """These, from now on."""
        self._tools = tools

    def begin_turn(self, system: str = "") -> None:
        """The instructions of user and project are read again, unless `system` stands in for all of them."""
        self._system = system
        self._sending.paying.begin_turn()
        self._failover.begin_turn()

    def next_call(self) -> None:
        """A call is to come; `abort` ends it from now on."""
        self._answering = None
        self._stop = asyncio.Event()

    def abort(self) -> None:
        self._stop.set()

    async def ask(self, effect: CallModel) -> AnswerFinished | AnswerFailed | ContextFull:
        """Wait as the effect says, then ask once. Never raises."""
        credentials.lend(self._keys)
        patch(self.posted)
        stop = self._stop
        if effect.attempt:
            await self._wait(effect)
        try:
            provider, info = self._providers.resolve(self.name)
            self._take(info)
            request = await self._request(info)
        except PicodeError as error:
            failed = AnswerFailed(self._nothing("error", str(error)), str(error), kind_of(error))
            return self._elsewhere(replace(failed, failure=getattr(error, "kind", "")))
        except Exception as error:
            log.exception("the call of %s could not be prepared", self.name)
            text = f"PiCode itself failed before the model was asked ({type(error).__name__}). The log has the details."
            return AnswerFailed(self._nothing("error", text), text, "Crashed")
        if stop.is_set():
            return AnswerFailed(self._nothing("aborted", ABORTED), ABORTED, "")
        if effect.compacts and self._is_full(request):
            return ContextFull()
        self._answering = Answering(provider, request.model, self._emit, self._now, self._outgoing)
        answer = await self._sent(self._answering, request, effect, AnswerBegun(self.name))
        return self._elsewhere(answer) if isinstance(answer, AnswerFailed) else answer

    def _elsewhere(self, failed: AnswerFailed) -> AnswerFailed:
        """With the model that may answer in place of this one."""
        other = self._failover.after(self.name, failed.failure, self._settings.providers.fallback)
        again = None if other and failed.failure == "paused" else failed.again
        return replace(failed, elsewhere=other, again=again)

    async def _sent(
        self, answering: Answering, request: ModelRequest, effect: CallModel, begun: AnswerBegun | None = None
    ) -> AnswerFinished | AnswerFailed:
        """One request, and its answer; `begun`: what is announced when it goes."""
        retry = Retry(self._settings.models.retry_delay, effect.attempt)
        going = Going(
            request, self.name, "answer" if begun else "summary", self._stop, retry,
            lambda: self._emit(begun) if begun is not None else None,
            self.posted is None and not self._history.session.ephemeral,
        )  # fmt: skip
        return await self._sending.send(answering, going, self._settings)

    def fail_over(self, to: str, why: str) -> Entry:
        """From now on, until `come_back`, `to` answers; the note that tells it. Raises PicodeError."""
        failed, (_, info) = self.name, self._providers.resolve(to)
        entry = note(self._history.session, failed, info.name, why)
        self._failover.chosen = self._failover.chosen or failed
        self._take(info)
        return entry

    def come_back(self) -> None:
        """The turn ends: the model that was chosen answers from now on. Raises PicodeError."""
        chosen, self._failover.chosen = self._failover.chosen, ""
        if chosen:
            provider, _, model = chosen.partition("/")
            self._history.session.append("model_change", {"provider": provider, "modelId": model})
            self._take(self._providers.resolve(chosen)[1])

    def _is_full(self, request: ModelRequest) -> bool:
        settings = self._settings.compaction
        room = compaction.Room(self.window, settings.reserve_tokens, settings.keep_recent_tokens)
        return room.is_full(compaction.used(request.messages))

    async def _wait(self, effect: CallModel) -> None:
        count = self._settings.models.retries
        text = f"{effect.why} Trying again in {effect.delay:.2g} s ({effect.attempt} of {count})."
        self._emit(Noticed("warning", text))
        self._emit(Retrying(effect.attempt, count, effect.delay, effect.why))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), effect.delay)

    async def write(self, told: str, longest: int, purpose: str = "summary") -> str:
        """What is asked for at the end of `told`, of at most `longest` tokens, which nobody sees written. Raises
        PicodeError."""
        credentials.lend(self._keys)
        self._take(self._providers.resolve(self.name)[1])
        writer = Writer(
            self._providers, self._sending, self._history, self._outgoing, self._settings, self._stop, self._now,
            self._wait,
        )  # fmt: skip
        return await writer.write(Wanted(told, longest, purpose), self.name)

    async def _request(self, info: ModelInfo) -> ModelRequest:
        if not self._system:
            self._system = await self.prompt()
        longest = self._settings.models.max_tokens
        messages = self._history.messages()
        messages = await self.seen(messages) if self.seen is not None else messages
        return ModelRequest(
            model=info.name.partition("/")[2], system=self._system, messages=messages,
            tools=self._tools.specs(self._settings, self._in_workspace),
            max_tokens=min(longest, info.max_tokens) if info.max_tokens else longest,
            thinking=self._chosen_level, session_id=self._history.session.id,
        )  # fmt: skip

    async def prompt(self) -> str:
        """What is said to the model before all else, as it would be now."""
        cwd = self._history.session.cwd
        found, skills, notices = await asyncio.to_thread(self.brought.read)
        wishes = self._wishes
        found = replace(found, system=wishes.system or found.system, append=wishes.append or found.append)
        for notice in notices:
            if notice not in self._noticed:
                self._noticed.add(notice)
                self._emit(Noticed("warning", notice))
        # once told of panes, always: a list of tools that changes is a cache that is lost
        id_ = self._history.session.id
        self._in_workspace = self._in_workspace or await asyncio.to_thread(self._tools.has_panes, id_)
        await asyncio.to_thread(self._tools.settle)
        specs = self._tools.specs(self._settings, self._in_workspace)
        return system_prompt(found, tools=specs, cwd=cwd, shell=self._shell, now=self._now(), known=skills)

    def _taken_out(self, kinds: list[str]) -> None:
        told = ", ".join(sorted(set(kinds)))
        self._emit(Noticed("warning", f"This was taken out of what the model gets to see: {told}."))

    def _nothing(self, reason: StopReason, error: str) -> Assistant:
        provider, _, model = self.name.partition("/")
        return Assistant(
            content=[], api=provider, provider=provider, model=model, usage=Usage(), stop_reason=reason,
            timestamp=self._now(), error_message=error,
        )  # fmt: skip

    def _take(self, info: ModelInfo) -> None:
        self.name, self.window, self.longest = info.name, info.context_window, info.max_tokens
        self._thinks, self._found = info.thinks, True
