"""Where this command runs: the directory and, inside Zellij, its session and pane."""

import os
from collections.abc import Mapping

from picode.paths import working_directory
from picode.protocol.values import Place
from picode.terminal import session_names

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
    session = session_names.first(session, environ) if session else ""
    needed = {name: environ[name] for name in ZELLIJ_NEEDS if name in environ} if session else {}
    return Place(
        cwd=str(working_directory(environ)),
        zellij_session=session,
        zellij_pane=environ.get("ZELLIJ_PANE_ID", "") if session else "",
        zellij_env=needed,
        tty=_terminal(),
    )


def _terminal() -> str:
    try:
        return os.ttyname(0)
    except OSError:
        return ""
