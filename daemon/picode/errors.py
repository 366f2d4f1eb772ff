"""Every error that a person may see, as one tree.

    PicodeError            1   something went wrong; `message` says what, `hint` what to do next
    ├── UsageError         2   the command line, a key or a slash command was not understood
    ├── BadData           65   a file or a message is not what it should be
    ├── Missing           66   a file, a conversation or a command record is not there
    ├── Unavailable       69   a part that is needed is not there: Zellij, the daemon, a model, a network
    ├── Crashed           70   PiCode itself failed
    ├── DiskFailed        74   reading or writing failed: full disk, no permission on a file
    ├── TryLater          75   busy now; the same call may go through later
    ├── WrongProtocol     76   client and daemon do not speak the same protocol number
    ├── NotAllowed        77   a permission, a credential or the user said no
    └── ConfigError       78   a setting is broken; the message carries file and line

The number is the exit code (the names follow sysexits.h). A message is one whole sentence; a hint is another.
"""


class PicodeError(Exception):
    """What went wrong, in one sentence, and what to do next, in another."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class UsageError(PicodeError):
    """The command line, a key or a slash command was not understood."""

    exit_code = 2


class BadData(PicodeError):
    """A file or a message is not what it should be."""

    exit_code = 65


class Missing(PicodeError):
    """A file, a conversation or a command record is not there."""

    exit_code = 66


class Unavailable(PicodeError):
    """A part that is needed is not there: Zellij, the daemon, a model, a network."""

    exit_code = 69


class Crashed(PicodeError):
    """PiCode itself failed."""

    exit_code = 70


class DiskFailed(PicodeError):
    """Reading or writing failed: a full disk, no permission on a file."""

    exit_code = 74


class TryLater(PicodeError):
    """Busy now; the same call may go through later."""

    exit_code = 75


class WrongProtocol(PicodeError):
    """Client and daemon do not speak the same protocol number."""

    exit_code = 76


class NotAllowed(PicodeError):
    """A permission, a credential or the user said no."""

    exit_code = 77


class ConfigError(PicodeError):
    """A setting is broken; the message carries file and line."""

    exit_code = 78


BY_KIND: dict[str, type[PicodeError]] = {
    kind.__name__: kind
    for kind in (
        PicodeError, UsageError, BadData, Missing, Unavailable, Crashed,
        DiskFailed, TryLater, WrongProtocol, NotAllowed, ConfigError,
    )
}  # fmt: skip


def kind_of(error: PicodeError) -> str:
    """The name that an error has on the wire: its own, or its nearest relative's, or that of its exit code."""
    for kind in type(error).__mro__:
        if kind.__name__ in BY_KIND and kind is not PicodeError:
            return kind.__name__
    by_code = (name for name, kind in BY_KIND.items() if kind.exit_code == error.exit_code)
    return next(by_code, PicodeError.__name__)
