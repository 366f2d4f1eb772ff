"""What the tools did: one JSON line for each step of each call, without secrets, in a file that is bounded."""

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

from picode.context.redact import redact

LARGEST = 8 * 1024 * 1024
"""Bytes; then the file becomes `audit.jsonl.1`, and the one before it goes."""
LONGEST = 2000
"""Characters of one value."""
log = logging.getLogger(__name__)


class Audit:
    """A failed write is told in the log and stops nothing."""

    def __init__(self, state: Path) -> None:
        self.path = state / "audit.jsonl"
        self.silent: set[str] = set()
        """Conversations of which nothing is written down."""

    def record(self, conversation: str, call: str, tool: str, step: str, outcome: str, **more: Any) -> None:
        """`step`: look up, validate, check, ask, run; `outcome`: a word; `more`: what else is known."""
        if conversation in self.silent:
            return
        told = {name: _safe(value) for name, value in more.items()}
        line = {
            "time": time.time_ns() // 1_000_000, "conversation": conversation, "call": call, "tool": tool[:100],
            "step": step, "outcome": outcome, **told,
        }  # fmt: skip
        try:
            self._append(json.dumps(line, ensure_ascii=True).encode() + b"\n")
        except OSError as error:
            log.warning("the audit file cannot be written: %s", error)

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size > LARGEST:
                os.replace(self.path, f"{self.path}.1")
                os.close(descriptor)
                descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


def _safe(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    clean, _ = redact(text)
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}… ({len(clean)} characters)"
