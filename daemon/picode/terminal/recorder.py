"""The recorder's life: a shell on a PTY, bytes relayed at once, everything else when there is time for it."""

import os
import sys

from picode.terminal import doorstep, tty
from picode.terminal import signals as signal


def main(kind: str, program: str, argv: list[str]) -> None:
    """Record the shell until it ends; whatever is raised leaves the terminal as it was."""
    if told := above():
        os.execve(program, argv, {**os.environ, **told})
    shell = begin(program, argv)
    try:
        go_on(shell, kind, program)
    except BaseException:
        # a file of ours is broken: the shell that was started goes, another comes
        os.close(shell.master)
        raise


def begin(program: str, argv: list[str]) -> tty.Shell:
    """Start the shell; whatever fails here leaves the terminal as it was."""
    if not os.access(program, os.X_OK):
        raise OSError(f"{program} is no program")
    environ = {**os.environ, "PICODE_TERMINAL": own_socket()}
    # before there is a shell that could look for it
    early = doorstep.open_socket(own_socket())
    try:
        shell = tty.spawn(program, argv, environ, os.urandom(16).hex().encode())
    except BaseException:
        doorstep.remove(own_socket())
        raise
    shell.early = early
    return shell


def above() -> dict[str, str] | None:
    """What the recorder that this terminal has already tells its shells, where the environment was lost on the way
    here (`env -i bash`). Only Linux shows it."""
    found, pid = None, os.getppid()
    try:
        if _owns_terminal():
            return None
        name = os.ttyname(0)
        while pid > 1 and not found:
            with open(f"/proc/{pid}/environ", "rb") as file:
                pairs = (os.fsdecode(pair).partition("=") for pair in file.read().split(b"\0"))
            told = {key: value for key, _, value in pairs if key in ("PICODE_TTY", "PICODE_TERMINAL")}
            found = told if told.get("PICODE_TTY") == name and len(told) == 2 else None
            with open(f"/proc/{pid}/stat", "rb") as stat:
                pid = int(stat.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return found


def _owns_terminal() -> bool:
    """Whether this is the terminal's first process, as in a new pane: of a terminal that a recorder gave, the shell
    that it started is that. Spares a look at everything above."""
    try:
        return os.getsid(0) == os.getpid() and os.tcgetpgrp(0) > 0
    except OSError:
        return False


def own_socket() -> str:
    return os.path.join(runtime_directory(), "terminals", f"{os.getpid()}.sock")


def runtime_directory() -> str:
    """As picode.paths has it, without its imports where a variable says it."""
    if home := os.environ.get("PICODE_HOME"):
        return os.path.join(os.path.abspath(os.path.expanduser(home)), "run")
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        return os.path.join(runtime, "picode")
    use_site_packages()
    from picode import paths

    return str(paths.resolve().runtime)


def use_site_packages() -> None:
    """The interpreter was started without them (-S), for a quicker first prompt."""
    if "site" not in sys.modules:
        import site

        site.main()


def go_on(shell: tty.Shell, kind: str, program: str) -> None:
    """Relay until the shell ends, then end as it did."""
    from picode.terminal.recording import Recording

    modes = tty.make_raw(0)
    try:
        status = Recording(shell, kind, program, modes).run()
    finally:
        tty.restore(0, modes)
    end_as(status)


def end_as(status: int) -> None:
    """Exit with the shell's code, or die of its signal."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def take_title(kind: str, program: str) -> None:
    """Zellij saves a pane whose process is called exactly `$SHELL` as a plain shell."""
    import setproctitle

    shell = os.environ.get("SHELL", "")
    setproctitle.setproctitle(shell if os.path.basename(shell) == kind else program)
