"""What an exit status means."""

import signal

STATUSES = {
    0: "it finished without an error",
    1: "it says that something went wrong, and its output says what",
    2: "most programs say so when they were called in a wrong way",
    124: "`timeout` ended it because it took too long",
    126: "the file was found but could not be run: it may lack the permission, or not be a program",
    127: "the shell found no command of that name",
    128: "it tried to exit with something that is not a number",
    255: "it failed with a status out of range; ssh says so when the connection failed",
}  # fmt: skip

SIGNALS = {
    signal.SIGHUP: "its terminal went away",
    signal.SIGINT: "Ctrl-C interrupted it",
    signal.SIGQUIT: "Ctrl-\\ ended it",
    signal.SIGILL: "it ran an instruction that this processor does not have",
    signal.SIGABRT: "it gave up by itself (abort): an assertion failed, or memory was corrupted",
    signal.SIGBUS: "it touched memory that is not there (bus error): often a file that shrank, or a full disk",
    signal.SIGFPE: "it divided by zero",
    signal.SIGKILL: "it was killed: by hand, or by the system because memory ran out (`dmesg` tells)",
    signal.SIGSEGV: "it touched memory that is not its own (segmentation fault): a bug in the program",
    signal.SIGPIPE: "whoever read its output stopped reading; in a pipe that is normal",
    signal.SIGALRM: "its own alarm clock went off",
    signal.SIGTERM: "it was asked to end",
    signal.SIGXCPU: "it used up its processor time",
}  # fmt: skip


def meaning(status: int) -> str:
    """Half a sentence: what this status says."""
    if status in STATUSES:
        return STATUSES[status]
    number = status - 128 if status > 128 else -status
    try:
        name = signal.Signals(number)
    except ValueError:
        return "what that means is in its manual"
    return f"{name.name}: {SIGNALS.get(name, 'a signal ended it')}"
