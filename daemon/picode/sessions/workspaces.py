"""Which conversation each Zellij session has now, and which project a directory belongs to."""

from pathlib import Path


class Workspaces:
    """A small JSON file, written whole at each change; a broken one is set aside."""

    notices: list[str]

    def __init__(self, path: Path) -> None:
        raise NotImplementedError

    def current(self, zellij_session: str) -> str:
        """The conversation's id; empty when there is none."""
        raise NotImplementedError

    def choose(self, zellij_session: str, conversation: str) -> None:
        """Remember it, on disk when this returns."""
        raise NotImplementedError


def project_of(cwd: str) -> str:
    """The directory that names the project: Git's top level, else `cwd` itself, symbolic links resolved."""
    raise NotImplementedError
