"""Server-sent events, cut at every place."""

import pytest

from picode.providers import sse
from picode.providers.sse import Events

STREAM = (
    b"\xef\xbb\xbf: a comment\n\n"
    b"event: first\ndata: one\n\n"
    b"data:two\r\ndata: lines\r\n\r\n"
    b"event: ping\rdata: {}\r\r"
    b"id: 7\nretry: 10\nunknown\ndata: gr\xc3\xbc\xc3\x9fe \xf0\x9f\x8c\x8d\n\n"
    b"event: without data\n\n"
    b"data\n\n"
    b"data: cut off"
)
EVENTS = [
    ("first", b"one"),
    ("", b"two\nlines"),
    ("ping", b"{}"),
    ("", "grüße 🌍".encode()),
    ("", b""),
]


def read(*pieces: bytes) -> list[tuple[str, bytes]]:
    events = Events()
    return [event for piece in pieces for event in events.feed(piece)]


def test_a_whole_stream_gives_its_events() -> None:
    assert read(STREAM) == EVENTS


def test_a_cut_at_any_byte_changes_nothing() -> None:
    for at in range(len(STREAM) + 1):
        assert read(STREAM[:at], STREAM[at:]) == EVENTS, at


def test_two_cuts_at_any_bytes_change_nothing() -> None:
    for first in range(0, len(STREAM), 3):
        for second in range(first, len(STREAM), 2):
            pieces = STREAM[:first], STREAM[first:second], STREAM[second:]
            assert read(*pieces) == EVENTS, (first, second)


def test_byte_by_byte_with_empty_pieces_changes_nothing() -> None:
    pieces = [piece for at in range(len(STREAM)) for piece in (STREAM[at : at + 1], b"")]
    assert read(*pieces) == EVENTS


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_ends_a_line(newline: bytes) -> None:
    whole = newline.join([b"data: a", b"data: b", b"", b"data: c", b"", b""])
    for at in range(len(whole) + 1):
        assert read(whole[:at], whole[at:]) == [("", b"a\nb"), ("", b"c")]


def test_an_event_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST", 1000)
    events = Events()
    with pytest.raises(sse.TooLong):
        for _ in range(300):
            events.feed(b"data: xx")
