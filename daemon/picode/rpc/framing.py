"""Lines of JSON on standard input and output: LF ends a line and nothing else does, a CR before it is dropped."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from typing import Any

LONGEST = 64 * 1024 * 1024
"""Bytes of a command; images are in it."""


async def lines(descriptor: int) -> AsyncIterator[bytes]:
    """Every line of this input that says something, until its end; one that is too long comes as it was cut."""
    buffer = bytearray()
    async for piece in _pieces(descriptor):
        start = len(buffer)
        buffer += piece
        while (end := buffer.find(b"\n", start)) >= 0:
            line = bytes(buffer[:end]).rstrip(b"\r")
            del buffer[: end + 1]
            start = 0
            if line.strip():
                yield line
        if len(buffer) > LONGEST:
            yield bytes(buffer[:100])
            buffer.clear()
    if buffer.strip():
        yield bytes(buffer)


async def _pieces(descriptor: int) -> AsyncIterator[bytes]:
    """As they come: a pipe or a terminal wakes the loop, a file is read at once."""
    while True:
        try:
            await _readable(descriptor)
        except (OSError, ValueError):  # a file is always ready
            pass
        piece = os.read(descriptor, 65536)
        if not piece:
            return
        yield piece


async def _readable(descriptor: int) -> None:
    """Watched only while it is waited for: a second sign for what was read already would block the next read."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        loop.remove_reader(descriptor)
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(descriptor, wake)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)


def encoded(told: dict[str, Any]) -> bytes:
    """One line. A lone surrogate of a model's broken JSON must not end the program."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"
