"""Paths for `@file` completion."""


def complete(directory: str, query: str, limit: int = 20) -> list[str]:
    """Paths below `directory` that fit `query`, best first; directories end in `/`. Blocks: call it in a thread."""
    raise NotImplementedError
