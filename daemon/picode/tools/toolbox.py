"""The five steps of a tool call: look up, validate, check, ask, run; each leaves an audit record."""

from pathlib import Path

from picode.config.schema import Settings


class Toolbox:
    """One for the daemon. `cache`: where whole outputs go; `state`: where the audit file is."""

    def __init__(self, settings: Settings, *, cache: Path, state: Path) -> None:
        self.settings = settings

    async def close(self) -> None:
        """End every process that a tool started and that still lives."""
