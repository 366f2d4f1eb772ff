import os

from picode.server.peers import Peers


def test_who_said_hello_is_known() -> None:
    peers = Peers()
    peers.greet(b"a", "chat", 1)
    assert peers.knows(b"a")
    assert not peers.knows(b"b")


def test_the_one_that_was_silent_longest_is_forgotten() -> None:
    peers = Peers(most=2)
    for identity in (b"a", b"b"):
        peers.greet(identity, "x", 0)
    peers.knows(b"a")
    peers.greet(b"c", "x", 0)
    assert [peers.knows(identity) for identity in (b"a", b"b", b"c")] == [True, False, True]


def test_only_living_processes_count_and_each_once() -> None:
    peers = Peers()
    for identity, pid in (
        (b"a", os.getppid()),
        (b"b", os.getppid()),
        (b"c", 2**22 + 5),
        (b"d", 0),
        (b"e", os.getpid()),
    ):
        peers.greet(identity, "x", pid)
    assert peers.living() == 1
