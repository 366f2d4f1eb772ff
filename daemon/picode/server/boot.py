"""The one file that knows every part of the daemon: it puts them together, and takes them apart at the end."""

import asyncio
import contextlib
import logging
import os
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from picode import __version__, config, tasks
from picode.config.schema import Away, Settings, Spend
from picode.context.choose.choose import Choice
from picode.credentials import Credentials, take_passphrase
from picode.errors import ConfigError
from picode.modelnames import with_level
from picode.paths import Paths, make_private, pi_directory, project_of
from picode.protocol.completing import Complete
from picode.protocol.events import AnyEvent, CommandSeen, DaemonStopping, EntryAdded, Noticed, StatusChanged
from picode.protocol.replies import Completed
from picode.protocol.routing import Role
from picode.protocol.values import CommandNote, ModelInfo
from picode.server import handlers, lifecycle, logs, older_terminals
from picode.server.attendance import Attendance
from picode.server.bus import EVERYBODY, Bus
from picode.server.conversations import Conversations
from picode.server.dispatch import Dispatch
from picode.server.explorers import Explorers
from picode.server.extended import extend
from picode.server.indexes import Indexes
from picode.server.panes import Panes
from picode.server.presses import Presses
from picode.server.projects import Projects
from picode.server.returns import Returns
from picode.server.sockets import Envelope, Sockets
from picode.server.state import Daemon
from picode.server.tallies import Tallies
from picode.server.terminals import Terminals
from picode.server.timeline import Timeline
from picode.server.watches import Watches
from picode.sessions.file import SessionFile
from picode.sessions.prompts import Prompts
from picode.sessions.stores import Stores
from picode.sessions.workspaces import Workspaces

if TYPE_CHECKING:
    from picode.agents.along import Choose
    from picode.agents.conversation import Conversation
    from picode.agents.sending import Sending
    from picode.openapi.library import Library
    from picode.providers.registry import Providers
    from picode.providers.spending.ledger import Ledger
    from picode.providers.traffic import Traffic
    from picode.tools.operations import Operations
    from picode.tools.toolbox import Toolbox

CONTEXT_WITHIN = 2.0
"""Seconds that a question waits for an index that is not there yet."""
log = logging.getLogger(__name__)
RoleList = list[Role]


def run(paths: Paths, answers: Callable[[], bool], ready_fd: int = -1) -> int:
    """Be this user's daemon until it is told to end; 0 at once when there is one already (`answers()`)."""
    return lifecycle.run(paths, lambda ready: serve(paths, ready), answers, ready_fd)


async def serve(paths: Paths, ready: Callable[[], None]) -> None:
    """Start every part, serve, end every part in order."""
    settings = config.load(paths).settings
    logs.open_log(paths, settings.log.level)
    make_private(paths.sessions)
    boot = secrets.token_hex(8)

    def received(envelope: Envelope, frame: bytes) -> None:
        dispatch.received(envelope, frame)

    sockets = Sockets(paths, received)
    bus = Bus(boot, sockets.publish)
    terminals = Terminals()
    workspaces = Workspaces(paths.workspaces)
    panes = Panes(paths, terminals, workspaces.current)
    watches = Watches()
    indexes = Indexes(paths.cache, watches)
    models = Models(paths, settings, panes, indexes)
    stores = Stores(paths, settings.sessions.directory, os.environ)
    conversations = Conversations(stores, workspaces, bus, boot, models.conversation)
    explorers = Explorers(paths, conversations, terminals, bus, watches)
    timeline = Timeline(paths.timeline, watches, lambda note: _counted(daemon, note))
    daemon = Daemon(
        paths=paths, boot=boot, started=time.time_ns() // 1_000_000, bus=bus, conversations=conversations,
        terminals=terminals, panes=panes, explorers=explorers, prompts=Prompts(paths.prompt_history),
        models=models.list, unlock=lambda passphrase: models.credentials().unlock(passphrase), ledger=models.ledger,
        roles=models.roles, complete=models.complete,
        presses=Presses(paths.presses), timeline=timeline, indexes=indexes,
        returns=_returns(paths, conversations, explorers, bus), projects=Projects(bus.announce, watches),
    )  # fmt: skip
    dispatch = Dispatch(handlers.table(daemon), sockets.reply, boot=boot, pid=os.getpid())
    daemon.clients = dispatch.peers.living
    _connect(daemon)
    lifecycle.watch_signals(daemon.ended.set)
    try:
        sockets.bind()
        log.info("picode %s, process %d, is ready", __version__, os.getpid())
        ready()
        handlers.begin(daemon)
        older = tasks.spawn(older_terminals.look(paths, terminals), "older terminals")
        lifecycle.settle_memory()
        lifecycle.watch_socket(paths, daemon.ended.set)
        await daemon.ended.wait()
        log.info("ending")
        bus.announce(EVERYBODY, DaemonStopping())
        _deafen(sockets, daemon)
        await tasks.stop(older)
        await explorers.close()
        await daemon.projects.close()
        await timeline.close()
        await daemon.returns.close()
        await conversations.close()
        await indexes.close()
        daemon.presses.close()
        await models.close()
        bus.close()
    finally:
        sockets.close()
    log.info("ended in order")


def _deafen(sockets: Sockets, daemon: Daemon) -> None:
    """Who asks from now on sees that nobody listens, and waits for the next daemon; what was accepted is taken."""
    sockets.deafen()
    daemon.presses.work_now()


def _connect(daemon: Daemon) -> None:
    """Who hears of what: explorers show a conversation's status and the commands of their session."""

    def event(conversation: str, event: AnyEvent) -> None:
        daemon.returns.heard(conversation, event)
        if isinstance(event, EntryAdded) and event.entry.receipt and event.entry.receipt.once:
            daemon.presses.done(event.entry.receipt.once)
        elif isinstance(event, StatusChanged):
            receipts = [preview.receipt for preview in event.status.previews]
            daemon.presses.held.update(receipt.once for receipt in receipts if receipt and receipt.once)
            for session in daemon.conversations.workspaces_of(conversation):
                daemon.explorers.changed(session)

    def command(session: str, note: CommandNote) -> None:
        if session:
            daemon.bus.announce(f"workspace/{session}", CommandSeen(note))
            somebody(session, person=True)
            daemon.explorers.changed(session)

    def somebody(session: str, *, person: bool = False) -> None:
        if conversation := daemon.conversations.current_of(session):
            daemon.returns.sign(conversation, person=person)

    daemon.explorers.somebody = somebody
    daemon.conversations.changed = event
    daemon.terminals.seen = command


def _returns(paths: Paths, conversations: Conversations, explorers: Explorers, bus: Bus) -> Returns:
    """Who is there, and what becomes of questions when nobody is."""

    def sessions(conversation: str) -> dict[str, dict[str, str]]:
        found = {name: explorers.environment(name) for name in conversations.workspaces_of(conversation)}
        return {name: env for name, env in found.items() if env}

    def settings(conversation: str) -> Away:
        project = project_of(conversations.get(conversation).session.cwd)
        return config.load(paths, os.environ, project).settings.away

    def left(conversation: str) -> None:
        for session in conversations.workspaces_of(conversation):
            explorers.look_around(session)

    return Returns(conversations, Attendance(sessions), bus.emit, settings, left, tallies=Tallies(paths.away))


def _counted(daemon: Daemon, note: CommandNote) -> None:
    """It is known what a command changed: the explorer shows how many files."""
    for terminal in daemon.terminals.all():
        if terminal.socket == note.terminal:
            daemon.explorers.changed(terminal.place.zellij_session)


class Models:
    """The parts that talk to models and run tools, made when the first conversation needs them: they are heavy."""

    def __init__(
        self, paths: Paths, settings: Settings, panes: Panes, indexes: Indexes | None = None
    ) -> None:
        self._paths, self._settings, self._panes, self._indexes = paths, settings, panes, indexes
        self._providers: Providers | None = None
        self._tools: Toolbox | None = None
        self._library: Library | None = None
        self._document(settings)
        self._credentials: Credentials | None = None
        self._passphrase = take_passphrase(os.environ)
        self._traffic: Traffic | None = None

    def providers(self) -> "Providers":
        if self._providers is None:
            from picode.providers.registry import Providers

            credentials = self.credentials()
            file = self._paths.config / "models.json"
            pi = pi_directory() / "models.json" if self._settings.pi.read else None
            self._providers = Providers(self._settings.models, credentials, os.environ, file, pi_models=pi)
        return self._providers

    def credentials(self) -> Credentials:
        if self._credentials is None:
            of_pi = self._settings.pi.read
            self._credentials = Credentials.at(self._paths, os.environ, pi_too=of_pi)
            if self._passphrase is not None:
                self._credentials.master.give(self._passphrase)
        return self._credentials

    def tools(self) -> "Toolbox":
        if self._tools is None:
            from picode.tools.toolbox import Toolbox

            self._tools = Toolbox(
                self._settings, cache=self._paths.cache, state=self._paths.state, panes=self._panes
            )
            tasks.spawn(self._tools.sweep(), "sweep of orphaned commands")
        return self._tools

    def _document(self, settings: Settings) -> None:
        """What custom_providers says counts from now on; documents are read in threads."""
        if not settings.custom_providers and self._library is None:
            return
        if self._library is None:
            from picode.openapi.library import Library

            self._library = Library(self._paths.cache)
        self._library.configure(settings.custom_providers)
        if self._providers is not None:
            self._providers.library = self._library
        if self._tools is not None and self._tools.operations is None:
            self._tools.operations = self._operations(self._library)

    def _operations(self, library: "Library") -> "Operations":
        from picode.tools.operations import Operations

        return Operations(library, self.credentials(), os.environ)

    def list(self) -> list[ModelInfo]:
        settings = config.load(self._paths).settings
        providers = self.providers()
        self._document(settings)
        providers.settings = settings.models
        found = providers.models()
        for info in found:
            if why := self.traffic().why(info.name.partition("/")[0]):
                info.why = f"{info.why}; left alone for a while: {why}".lstrip("; ")
        return found

    def conversation(
        self, session: SessionFile, model: str, emit: Callable[[AnyEvent], None]
    ) -> "Conversation":
        """A living conversation; a model that was named must exist. Raises ModelFailed, ConfigError."""
        from picode.agents.conversation import Conversation
        from picode.sessions.messages import context_of

        # read anew: a setting that was changed counts from the next conversation on
        settings = config.load(self._paths, os.environ, project_of(session.cwd)).settings
        providers, _ = self.providers(), self.tools()
        self._document(settings)
        providers.settings = settings.models
        if session.ephemeral:
            self.tools().audit.silent.add(session.id)
        if model:
            name, level = with_level(model)
            name = next((one.model for one in self.roles() if one.role == name), name)
            model = ":".join(filter(None, (providers.resolve(name)[1].name, level)))
        conversation = Conversation(
            session,
            model=model or context_of(session).model or providers.default(),
            providers=providers,
            tools=self.tools(),
            emit=emit,
            config=self._paths.config,
            settings=settings,
            shell=os.environ.get("SHELL", ""),
            sending=self._sending(
                session.id,
                session.cwd,
                settings.limits.spend,
                lambda text: emit(Noticed("info", text)),
                lambda text: emit(Noticed("warning", text)),
            ),
            choose=self._choice(session.cwd),
            extend=extend,
        )
        providers.expect(conversation.status.model)
        return conversation

    def _choice(self, cwd: str) -> "Choose | None":
        """What of the project of `cwd` a question is about."""
        project, indexes = project_of(cwd), self._indexes
        if indexes is None:
            return None

        async def choose(question: str, budget: int, known: Callable[[str, str], bool]) -> Choice:
            return await indexes.choose(project, question, budget, CONTEXT_WITHIN, known=known)

        return choose

    async def complete(self, asked: Complete) -> Completed:
        """One question without a conversation, counted in the project of its directory."""
        from picode.agents.completing import Completing
        from picode.agents.outgoing import Outgoing
        from picode.context.redact import cleaner

        settings = await asyncio.to_thread(lambda: config.load(self._paths).settings)
        providers = self.providers()
        spend = settings.limits.spend
        sending = self._sending(asked.batch, asked.cwd or "/", spend, log.info)
        outgoing = Outgoing(cleaner(settings.shell.redact, settings.redact.patterns), lambda kinds: None)
        return await Completing(providers, sending, outgoing, settings).complete(asked)

    def _sending(
        self,
        counted: str,
        cwd: str,
        spend: Spend,
        tell: Callable[[str], None],
        warn: Callable[[str], None] = log.warning,
    ) -> "Sending":
        """`counted`: the conversation, or what is counted in its place."""
        from picode.agents.paying import Paying
        from picode.agents.sending import Sending

        project, known = project_of(cwd), [spend]

        def limits() -> Spend:
            """As the files say now; as they said last while one of them is broken."""
            with contextlib.suppress(ConfigError):
                known[0] = config.load(self._paths, os.environ, project).settings.limits.spend
            return known[0]

        traffic = self.traffic()
        paying = Paying(
            self.providers(),
            traffic.ledger,
            conversation=counted,
            workspace=str(project),
            limits=limits,
            warn=warn,
        )
        return Sending(traffic, paying, tell)

    def roles(self) -> RoleList:
        """What each role comes to for a new conversation."""
        from picode.providers.roles import Roles
        from picode.providers.routing import ROLES

        providers = self.providers()
        found = Roles(providers, self.traffic())
        return [found.told(role, providers.default()) for role in ROLES]

    def ledger(self) -> "Ledger":
        ledger = self.traffic().ledger
        assert ledger is not None
        return ledger

    def traffic(self) -> "Traffic":
        if self._traffic is None:
            from picode.providers.answers import Answers
            from picode.providers.spending.ledger import Ledger
            from picode.providers.traffic import Traffic

            self._traffic = Traffic(Ledger(self._paths.spending), Answers(self._paths.cache / "answers.db"))
        return self._traffic

    async def close(self) -> None:
        if self._tools is not None:
            await self._tools.close()
        if self._providers is not None:
            await self._providers.close()
        if self._traffic is not None:
            self._traffic.close()
