from picode.client.track import MOST_HELD, Track
from picode.protocol.events import Announced, AnswerBegun


def event(seq: int) -> Announced:
    return Announced(AnswerBegun("m"), seq)


def numbers(events: list[Announced]) -> list[int]:
    return [one.seq for one in events]


def known(seq: int) -> Track:
    track = Track()
    track.renewed(seq)
    return track


def test_events_in_order_pass() -> None:
    track = known(4)
    assert numbers(track.take(event(5)) + track.take(event(6))) == [5, 6]
    assert not track.behind


def test_what_is_known_does_not_come_twice() -> None:
    track = known(4)
    assert track.take(event(4)) == []
    assert not track.behind


def test_events_after_a_gap_wait_until_it_is_filled() -> None:
    track = known(0)
    assert track.take(event(3)) == []
    assert track.behind
    assert numbers(track.filled([event(1), event(2), event(3)])) == [1, 2, 3]
    assert not track.behind


def test_before_the_first_snapshot_everything_waits() -> None:
    track = Track()
    assert track.take(event(7)) == []
    assert track.take(event(8)) == []
    assert not track.behind
    assert numbers(track.renewed(7)) == [8]


def test_another_daemon_numbers_anew() -> None:
    track = known(500)
    track.unknown()
    assert track.take(event(2)) == []
    assert numbers(track.renewed(1)) == [2]
    assert track.last == 2


def test_a_snapshot_takes_the_place_of_a_gap() -> None:
    track = known(0)
    track.take(event(5))
    track.take(event(9))
    assert numbers(track.renewed(8)) == [9]


def test_what_waits_is_bounded_and_a_replay_still_heals() -> None:
    track = known(0)
    last = MOST_HELD * 2 + 5
    for seq in range(2, last):
        track.take(event(seq))
    assert numbers(track.filled([event(seq) for seq in range(1, last)])) == list(range(1, last))
