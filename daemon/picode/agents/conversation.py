"""A living conversation: what the daemon holds of a session file that somebody uses now.

Every method returns at once; what follows comes through `emit`, in order, and is on disk before it is announced.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from picode.config.schema import Settings
from picode.messages import Assistant, Image
from picode.protocol.events import AnyEvent
from picode.protocol.values import CommandRecord, Decision, Delivery, Queued, Status, ToolRun
from picode.providers.registry import Providers
from picode.sessions.file import SessionFile, milliseconds_now
from picode.tools.toolbox import Toolbox


class Conversation:
    """`model`: `provider/model`; `config`: the user's configuration directory, for AGENTS.md; `emit` must not raise.

    `shell`: the user's shell, for the system prompt. Needs a running event loop once something is asked.
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
    ) -> None:
        self.session = session
        self.id = session.id

    @property
    def status(self) -> Status:
        """As it was announced last."""
        raise NotImplementedError

    @property
    def draft(self) -> Assistant | None:
        """The answer that is being written, as far as it was announced."""
        raise NotImplementedError

    @property
    def running(self) -> list[ToolRun]:
        """Tool calls and `!commands` that run now, with the end of what they printed."""
        raise NotImplementedError

    @property
    def suggestion(self) -> str:
        """The command that the assistant suggested last; empty: none."""
        raise NotImplementedError

    @property
    def busy(self) -> bool:
        """A turn or a `!command` runs."""
        raise NotImplementedError

    def ask(
        self,
        text: str,
        *,
        images: Sequence[Image] = (),
        command: CommandRecord | None = None,
        piped: str | None = None,
        delivery: Delivery = "steer",
        allow: Sequence[str] = (),
        unattended: bool = False,
    ) -> None:
        """Start a turn, or queue for the one that runs. Raises PicodeError when it is refused."""
        raise NotImplementedError

    def cancel(self) -> list[Queued]:
        """End the turn and every `!command`, and keep what there is; what was queued is given back."""
        raise NotImplementedError

    def answer(self, call_id: str, decision: Decision, reason: str = "") -> None:
        """A person's answer to an approval. Raises Missing when nothing waits under that id."""
        raise NotImplementedError

    def run_command(self, command: str, share: bool) -> None:
        """`!command`: run it in the conversation's directory; `share`: the model sees it with the next question."""
        raise NotImplementedError

    def set_model(self, name: str) -> None:
        """From the next model call on. Raises ModelFailed (unknown) with the nearest names, DiskFailed."""
        raise NotImplementedError

    async def close(self) -> None:
        """End the turn in order: partial answer saved, children ended, file synced and closed."""
        raise NotImplementedError
