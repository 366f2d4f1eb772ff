"""Whom a client believes to be the daemon."""

import os
import socket

import pytest

from picode.client import start
from picode.errors import NotAllowed
from picode.paths import Paths, make_private


def listening(where: Paths) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(where.requests_socket))
    server.listen()
    return server


def test_somebody_who_listens_in_our_directory_is_the_daemon(where: Paths) -> None:
    make_private(where.runtime)
    assert not start.answers(where)
    with listening(where):
        assert start.answers(where)
        assert not start.ensure_daemon(where)
    assert not start.answers(where)


@pytest.mark.skipif(os.getuid() != 0, reason="giving a directory away takes root")
def test_a_socket_in_somebody_elses_directory_is_never_talked_to(where: Paths) -> None:
    make_private(where.runtime)
    with listening(where):
        os.chown(where.runtime, 12345, 12345)
        assert not start.answers(where)
        with pytest.raises(NotAllowed, match="belongs to somebody else"):
            start.ensure_daemon(where)
