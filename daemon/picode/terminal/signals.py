"""What the recorder needs of `signal`, without the enumerations that the library's module builds: loading those takes
as long as all else that runs before the shell does.
"""

from _signal import (  # type: ignore[import-not-found, unused-ignore]
    SIG_DFL,
    SIGCHLD,
    SIGCONT,
    SIGHUP,
    SIGINT,
    SIGKILL,
    SIGPIPE,
    SIGQUIT,
    SIGSTOP,
    SIGTERM,
    SIGUSR1,
    SIGUSR2,
    SIGWINCH,
    SIGXFSZ,
    set_wakeup_fd,
    signal,
    sigtimedwait,
)

__all__ = [
    "SIGCHLD", "SIGCONT", "SIGHUP", "SIGINT", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTERM", "SIGUSR1",
    "SIGUSR2", "SIGWINCH", "SIGXFSZ", "SIG_DFL", "set_wakeup_fd", "signal", "sigtimedwait",
]  # fmt: skip
