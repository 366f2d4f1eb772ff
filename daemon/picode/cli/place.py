"""Where this command runs: the directory and, inside Zellij, its session and pane."""

import os
from collections.abc import Mapping

from picode.protocol.values import Place

ZELLIJ_NEEDS = (
    "ZELLIJ_SOCKET_DIR",
    "ZELLIJ_CONFIG_DIR",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "TMPDIR",
    "HOME",
    "PATH",
)


def here(environ: Mapping[str, str] = os.environ) -> Place:
    """The place of this process."""
    session = environ.get("ZELLIJ_SESSION_NAME", "") if environ.get("ZELLIJ") else ""
    needed = {name: environ[name] for name in ZELLIJ_NEEDS if name in environ} if session else {}
    return Place(
        cwd=_directory(environ),
        zellij_session=session,
        zellij_pane=environ.get("ZELLIJ_PANE_ID", "") if session else "",
        zellij_env=needed,
        tty=_terminal(),
    )


def _directory(environ: Mapping[str, str]) -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        # the directory was removed under us: the name that the shell knew, else home
        return environ.get("PWD") or os.path.expanduser("~")


def _terminal() -> str:
    try:
        return os.ttyname(0)
    except OSError:
        return ""
