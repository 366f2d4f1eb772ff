"""AWS's binary event stream: published messages, every cut, and what is damaged."""

import json

import pytest

from picode.providers.eventstream import Damaged, EventStream
from support.model_wire_bedrock import event, exception, message

EMPTY = b"\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2H\xeb}\x98\xc8\xff"
NUMBER = (
    b"\x00\x00\x00+\x00\x00\x00\x0e4\x8b\xec{\x08event-id\x04\x00\x00\xa0\x0c{'foo':'bar'}\xd3\x89\x02\x85"
)
"""As AWS publishes them: nothing at all, and a number among the headers."""


def test_published_messages_are_read() -> None:
    assert EventStream().feed(EMPTY) == [("", b'{"":{}}')]
    assert EventStream().feed(NUMBER) == [("", b"{\"\":{'foo':'bar'}}")]


def test_events_keep_their_names_chunks_are_unwrapped_and_exceptions_become_errors() -> None:
    stream = (
        event("messageStart", b'{"role":"assistant"}')
        + event("chunk", b'{"bytes":"eyJhIjoxfQ=="}')
        + exception("throttlingException", "Too many requests")
        + message(b"", message_type="error", error_code="InternalError", error_message="It broke")
    )
    found = EventStream().feed(stream)
    assert found[0] == ("messageStart", b'{"messageStart":{"role":"assistant"}}')
    assert found[1] == ("chunk", b'{"a":1}')
    told = [json.loads(data)["error"] for _, data in found[2:]]
    assert told == [
        {"type": "throttlingException", "message": "Too many requests"},
        {"type": "InternalError", "message": "It broke"},
    ]


def test_headers_of_every_type_are_passed_over() -> None:
    values = [(0, b""), (1, b""), (2, b"a"), (3, b"ab"), (4, b"abcd"), (5, b"a" * 8), (6, b"\0\x03abc"), (8, b"a" * 8),
              (9, b"a" * 16), (7, b"\0\x0bcontentStop")]  # fmt: skip
    told = b"".join(b"\x01x" + bytes([kind]) + value for kind, value in values[:-1])
    told += b"\x0b:event-type\x07" + values[-1][1]
    begin = (16 + len(told) + 2).to_bytes(4, "big") + len(told).to_bytes(4, "big")
    assert EventStream().feed(sealed(begin, told + b"{}")) == [("contentStop", b'{"contentStop":{}}')]


def sealed(begin: bytes, rest: bytes) -> bytes:
    import zlib

    begin += zlib.crc32(begin).to_bytes(4, "big")
    return begin + rest + zlib.crc32(begin + rest).to_bytes(4, "big")


def test_every_cut_gives_the_same_events() -> None:
    stream = event("a", b'{"x":"\xc3\xa9"}') + event("b", b"{}") + exception("c", "d")
    whole = EventStream().feed(stream)
    for at in range(len(stream)):
        reader = EventStream()
        assert reader.feed(stream[:at]) + reader.feed(stream[at:]) == whole, at
    reader = EventStream()
    assert [found for byte in stream for found in reader.feed(bytes([byte]))] == whole


@pytest.mark.parametrize("at", range(0, 40, 3))
def test_a_flipped_bit_is_noticed(at: int) -> None:
    stream = bytearray(event("a", b'{"x":1}'))
    stream[at] ^= 1
    with pytest.raises(Damaged):
        EventStream().feed(bytes(stream))


@pytest.mark.parametrize(
    "stream",
    [
        b"data: {}\n\ndata: {}\n\n",
        sealed(b"\x7f\xff\xff\xff\x00\x00\x00\x00", b""),
        sealed(b"\x00\x00\x00\x10\x00\x00\x00\x7f", b""),
        sealed(b"\x00\x00\x00\x13\x00\x00\x00\x03", b"\x09ab"),
        event("chunk", b'{"bytes":"!!"}'),
    ],
)
def test_what_is_no_event_stream_is_refused(stream: bytes) -> None:
    with pytest.raises(Damaged):
        EventStream().feed(stream)
