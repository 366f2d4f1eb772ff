"""What was typed to the assistant, across conversations."""

from pathlib import Path


class Prompts:
    """The last 2,000 prompts, one JSON line each."""

    def __init__(self, path: Path) -> None:
        raise NotImplementedError

    def add(self, text: str) -> None:
        """Remember `text`, unless it is empty or the same as the last one; a full disk is not fatal."""
        raise NotImplementedError

    def last(self, limit: int = 500) -> list[str]:
        """Oldest first."""
        raise NotImplementedError
