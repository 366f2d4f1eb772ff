"""The end of a daemon that nobody can reach any more."""

import asyncio

import pytest

from picode.paths import Paths, make_private
from picode.server.lifecycle import watch_socket


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_daemon_whose_socket_is_gone_ends(where: Paths, replaced: bool) -> None:
    make_private(where.runtime)
    where.requests_socket.write_text("")
    ended = asyncio.Event()
    watch_socket(where, ended.set, every=0.001)
    await asyncio.sleep(0.01)
    assert not ended.is_set()
    where.requests_socket.rename(where.runtime / "old")
    if replaced:
        where.requests_socket.write_text("")
    await asyncio.wait_for(ended.wait(), 5)
