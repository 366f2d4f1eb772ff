"""A key or a header as it is written in models.json: `$NAME`, `${NAME}`, `!command`, or the value itself."""

import logging
import os
import re
from collections.abc import Mapping

from picode.credentials import command
from picode.errors import NotAllowed, Unavailable

LONGEST = 10.0
"""Seconds that a command may take."""
VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+)|([$!]))")
BARE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
log = logging.getLogger(__name__)
_told: dict[str, str] = {}
"""What commands said: kept until the process ends, and nowhere else."""


def is_command(written: str) -> bool:
    return written.startswith("!")


def known(written: str) -> bool:
    """Whether `value` answers without running anything."""
    return not is_command(written) or written in _told


def value(written: str, environ: Mapping[str, str] = os.environ) -> str:
    """Runs a command once, in at most ten seconds. Raises Unavailable when it fails or says nothing."""
    if is_command(written):
        if written not in _told:
            _told[written] = _said(written[1:])
        return _told[written]
    if BARE.fullmatch(written) and environ.get(written):
        # as pi took it until 0.76
        log.warning("models.json names the variable %s without a $; write $%s", written, written)
        return environ[written]
    return VARIABLE.sub(lambda found: found[3] or environ.get(found[1] or found[2], ""), written)


def _said(written: str) -> str:
    try:
        return command.run(written, LONGEST).reveal()
    except NotAllowed as error:
        end = "did not end" if "did not end" in error.message else "failed"
        raise Unavailable(
            f"The command in models.json that says a key {end}.", "Try it in a shell."
        ) from None
