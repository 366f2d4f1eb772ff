"""The daemon's log: a file that rotates, that only its user can read, and that holds no secret."""

import logging
import os
import re
from collections.abc import Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler

from picode.errors import DiskFailed
from picode.paths import Paths, make_private

LARGEST = 1_000_000
KEPT = 3
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_KEY = re.compile(r"_(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE)$")


class _Private(RotatingFileHandler):
    """Every file that it makes has mode 0600."""

    def _open(self) -> TextIOWrapper:
        descriptor = _private(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


def _private(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


class WithoutSecrets(logging.Formatter):
    """Takes the keys that are known, and whatever has the shape of one, out of the finished line."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(FORMAT)
        self._environ = dict(environ)
        self._secrets = [value for name, value in environ.items() if _KEY.search(name) and len(value) >= 8]

    def format(self, record: logging.LogRecord) -> str:
        from picode.context.redact import redact
        from picode.credentials import known

        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "[redacted: environment]")
        for secret in known(self._environ):
            line = line.replace(secret, "[redacted: key]")
        return redact(line)[0]


def open_log(paths: Paths, level: str, environ: Mapping[str, str] = os.environ) -> logging.Handler:
    """Write everything from `level` on to `paths.log`. Raises DiskFailed."""
    make_private(paths.state)
    try:
        handler = _Private(paths.log, maxBytes=LARGEST, backupCount=KEPT)
    except OSError as error:
        raise DiskFailed(
            f"The log {paths.log} cannot be written: {error.strerror}.", "Mend its permissions."
        ) from error
    handler.setFormatter(WithoutSecrets(environ))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    # a full disk must not print tracebacks to a standard error that is this same file
    logging.raiseExceptions = False
    for chatty in ("asyncio", "httpx", "httpcore", "watchdog", "git"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return handler
