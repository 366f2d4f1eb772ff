"""The five steps of a tool call: look up, validate, check, ask, run; each leaves an audit record.

`prepare` takes the first three; who asks is the agent's loop; `run` takes the last one.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from picode.config.schema import Settings
from picode.context.redact import Clean, cleaner
from picode.errors import PicodeError, UsageError
from picode.messages import BashExecution, Text, ToolCall, ToolSpec, UserContent
from picode.protocol.values import Approval, Receipt, Wishes
from picode.tools import permissions
from picode.tools.audit import Audit
from picode.tools.base import Outcome, Place, Plan, Running, Tool, ToolFailed
from picode.tools.bash import execute
from picode.tools.panes import Panes
from picode.tools.permissions import Grants, Policy, Verdict
from picode.tools.processes import Commands
from picode.tools.registry import PANE_TOOLS, tools
from picode.tools.truncate import size_of
from picode.tools.validate import validated

if TYPE_CHECKING:
    from picode.tools.operations import Operations

READING = 5.0
"""Seconds that a question waits for documents that are still being read."""
LONGEST_DETAIL = 200_000
"""Characters of a command or a diff that a person is shown."""


@dataclass(frozen=True)
class Prepared:
    """A call that may run once it is allowed."""

    call: ToolCall
    plan: Plan
    check: permissions.Call
    verdict: Verdict

    @property
    def title(self) -> str:
        return _clean(self.plan.title)

    def approval(self) -> Approval:
        """What a person is asked."""
        return Approval(
            self.call.id, self.call.name, self.title, _short(_clean(self.plan.detail)), self.plan.kind,
            always=permissions.always_means(self.check),
        )  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What the model gets, and whether it is a failure."""

    content: list[UserContent]
    details: dict[str, Any]
    is_error: bool = False


class Toolbox:
    """One for the daemon. `cache`: where whole outputs go; `state`: where the audit file is; `environ`: what commands
    get, without it the daemon's own environment; `panes`: the workspaces'; without it there are no tools for them."""

    def __init__(
        self,
        settings: Settings,
        *,
        cache: Path,
        state: Path,
        environ: Mapping[str, str] | None = None,
        panes: Panes | None = None,
    ) -> None:
        self.settings = settings
        self.cache = cache
        self.commands = Commands(environ)
        self.audit = Audit(state)
        self._panes = panes
        self._own = tools(self.commands, panes, state)
        self.operations: Operations | None = None
        """What the documents of custom_providers offer; None: nothing."""

    @property
    def _tools(self) -> dict[str, Tool]:
        return self._own | self.operations.tools() if self.operations is not None else self._own

    def settle(self) -> None:
        """Wait for a while until it is known which tools there are; blocks."""
        if self.operations is not None:
            self.operations.library.look(READING)

    def specs(self, settings: Settings | None = None, panes: bool = True) -> list[ToolSpec]:
        """What a model is told of, without what the settings (of the conversation) deny; `panes`: it has some."""
        denied = set((settings or self.settings).tools.deny)
        return [
            tool.spec
            for name, tool in self._tools.items()
            if not denied & {name, permissions.EVERYTHING} and (panes or name not in PANE_TOOLS)
        ]

    def has_panes(self, conversation: str) -> bool:
        """Whether it is in a workspace, where panes can be opened. May block for a moment."""
        try:
            if self._panes is not None:
                self._panes.check(conversation)
        except PicodeError:
            return False
        return self._panes is not None

    def policy(self, allow: frozenset[str], unattended: bool, settings: Settings | None = None) -> Policy:
        """A turn's grants together with the settings' (of the conversation)."""
        tools = (settings or self.settings).tools
        return Policy(allow | set(tools.allow), frozenset(tools.deny), unattended)

    def check_grants(self, allow: Iterable[str]) -> None:
        """Raises UsageError for a tool that is not there: a slip of the pen would grant nothing, and say nothing."""
        # what a document offers that is still being read is not known yet
        unread = self.operations.unread() if self.operations is not None else ()
        unknown = sorted(set(allow) - {*self._tools, permissions.EVERYTHING})
        if unknown := [name for name in unknown if not name.startswith(unread)]:
            raise UsageError(
                f"There is no tool {', '.join(unknown)} that could be allowed.",
                f"There are {', '.join(self._tools)}; `{permissions.EVERYTHING}` means each of them.",
            )

    @property
    def names(self) -> list[str]:
        return list(self._tools)

    def abort(self) -> None:
        """What is looked at is not to be waited for any longer."""

    def names_for(self, wishes: Wishes) -> list[str]:
        """All that a client may name."""
        return self.names

    def reads(self, name: str) -> bool:
        """Whether calls of this tool may run beside others; a tool that is not there does nothing at all."""
        known = self._tools
        return name not in known or known[name].reads

    async def prepare(
        self, call: ToolCall, cwd: str, conversation: str, policy: Policy, grants: Grants
    ) -> "Prepared | Result":
        """Look up, validate, look at what would happen, check. A `Result` when the call cannot be run."""
        step = "look up"
        try:
            tool = self._tools.get(call.name)
            if tool is None:
                raise ToolFailed(f"Tool {call.name} not found")
            step = "validate"
            arguments = _validated(tool, call.arguments)
            step = "look at"
            if (changed := await self._looked_at(call, arguments)) != arguments:
                arguments = _validated(tool, changed)
            place = Place(Path(cwd), self.cache, conversation)
            plan = await asyncio.to_thread(tool.plan, arguments, place)
        except (ToolFailed, OSError, ValueError) as error:
            self._record(conversation, call, step, "failed", reason=str(error), arguments=call.arguments)
            return self._failure(error)
        check = permissions.call_of(call.name, tool.reads, plan, cwd)
        verdict = permissions.decide(check, policy, grants)
        self._record(
            conversation, call, "check", verdict.decision, reason=verdict.reason, arguments=arguments
        )
        if verdict.decision == "deny":
            return Result([Text(text=verdict.reason)], {}, True)
        return Prepared(call, plan, check, verdict)

    async def _looked_at(self, call: ToolCall, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments that count, when something else may change or refuse the call. Raises ToolFailed."""
        return arguments

    def asked(self, conversation: str, call: ToolCall, decision: str, reason: str) -> None:
        """A person answered."""
        self._record(conversation, call, "ask", decision, reason=reason)

    async def run(self, prepared: Prepared, conversation: str, running: Running) -> Result:
        """Do it; a failure is a result too."""
        try:
            outcome = await prepared.plan.run(running)
        except (ToolFailed, OSError, ValueError) as error:
            self._record(conversation, prepared.call, "run", "failed", reason=str(error))
            return self._failure(error)
        self._record(conversation, prepared.call, "run", "done")
        return self._result(outcome, False)

    async def shell(
        self, command: str, cwd: str, running: Running, clean: bool
    ) -> tuple[BashExecution, Receipt | None]:
        """What a person runs with `!`; `clean`: a model will see it, so secrets are taken out, and there is a receipt.
        Raises OSError."""
        began = time.monotonic()
        ended, cut, output = await execute(self.commands, command, Place(Path(cwd), self.cache), running)
        text, receipt = _clean(cut.text), None
        if clean:
            text, kinds = self._redact(text)
            command, more = self._redact(command)
            receipt = Receipt(
                command=command, status=ended.code, cwd=cwd, duration=int((time.monotonic() - began) * 1000),
                size=output.size, sent=len(text), redacted=more + kinds, bytes=len(text.encode()),
                cut=max(0, cut.total_bytes - size_of(cut.text)) if cut.by else 0,
            )  # fmt: skip
        return BashExecution(
            command=command, output=text, exit_code=ended.code, cancelled=ended.cancelled, truncated=bool(cut.by),
            full_output_path=str(output.path) if output.path is not None else None,
        ), receipt  # fmt: skip

    async def sweep(self) -> None:
        """End the commands of a daemon that was killed; to be called once, some time after the start."""
        await self.commands.sweep()

    async def close(self) -> None:
        """End every process that a tool started and that still lives."""
        await self.commands.close()
        if self.operations is not None:
            await self.operations.close()

    def _failure(self, error: Exception) -> Result:
        details = error.details if isinstance(error, ToolFailed) else {}
        text = str(error) or f"The tool failed: {type(error).__name__}."
        return self._result(Outcome([Text(text=text)], details), True)

    def _result(self, outcome: Outcome, is_error: bool) -> Result:
        """Without secrets, and without what is no Unicode."""
        content: list[UserContent] = []
        kinds: list[str] = []
        for block in outcome.content:
            if isinstance(block, Text):
                text = _clean(block.text)
                text, found = self._redact(text)
                kinds += found
                content.append(Text(text=text))
            else:
                content.append(block)
        details = {**outcome.details, "redacted": kinds} if kinds else outcome.details
        return Result(content, _cleaned(details, self._redact), is_error)

    def printed(self, text: str) -> str:
        """What a tool prints while it runs, as it may be told."""
        return self._redact(text)[0]

    @property
    def _redact(self) -> Clean:
        return cleaner(self.settings.shell.redact, self.settings.redact.patterns)

    def _record(self, conversation: str, call: ToolCall, step: str, outcome: str, **more: Any) -> None:
        self.audit.record(conversation, call.id, call.name, step, outcome, **more)


def _validated(tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
    adapt = getattr(tool, "adapt", None)
    return validated(tool.spec.name, tool.spec.parameters, adapt(arguments) if adapt else arguments)


def _short(detail: str) -> str:
    """It goes to every client, several times."""
    if len(detail) <= LONGEST_DETAIL:
        return detail
    return (
        f"{detail[:LONGEST_DETAIL]}\n… {len(detail) - LONGEST_DETAIL:,} more characters are not shown here."
    )


def _clean(text: str) -> str:
    """File names and arguments may hold what no encoder takes."""
    return text.encode("utf-8", "replace").decode()


def _cleaned(value: Any, clean: Clean) -> Any:
    """A diff shows the lines around a change too."""
    match value:
        case str():
            return clean(_clean(value))[0]
        case dict():
            return {name: _cleaned(part, clean) for name, part in value.items()}
        case list():
            return [_cleaned(part, clean) for part in value]
    return value
