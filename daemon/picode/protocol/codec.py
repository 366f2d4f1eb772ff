"""The one place that turns messages into bytes and back: msgpack on the sockets."""

from typing import TypeVar

import msgspec

from picode.errors import BY_KIND, BadData, PicodeError, kind_of
from picode.protocol.events import Announced, AnyEvent
from picode.protocol.replies import AnyReply, Refused
from picode.protocol.requests import AnyRequest
from picode.protocol.terminal import AnyTerminalReply, AnyTerminalRequest

LARGEST_MESSAGE = 16 * 1024 * 1024
"""Bytes; a larger one is dropped by the socket."""

_encoder = msgspec.msgpack.Encoder()
encode = _encoder.encode

_request: msgspec.msgpack.Decoder[AnyRequest] = msgspec.msgpack.Decoder(AnyRequest)
_reply: msgspec.msgpack.Decoder[AnyReply] = msgspec.msgpack.Decoder(AnyReply)
_announced: msgspec.msgpack.Decoder[Announced] = msgspec.msgpack.Decoder(Announced)
_terminal_request: msgspec.msgpack.Decoder[AnyTerminalRequest] = msgspec.msgpack.Decoder(AnyTerminalRequest)
_terminal_reply: msgspec.msgpack.Decoder[AnyTerminalReply] = msgspec.msgpack.Decoder(AnyTerminalReply)

T = TypeVar("T")


def _decode(decoder: "msgspec.msgpack.Decoder[T]", frame: bytes) -> T:
    try:
        return decoder.decode(frame)
    # a deeply nested frame ends in RecursionError, a lone surrogate in UnicodeDecodeError
    except (msgspec.MsgspecError, RecursionError, UnicodeError, OverflowError) as error:
        raise BadData(f"This message cannot be read: {error}.") from error


def decode_request(frame: bytes) -> AnyRequest:
    return _decode(_request, frame)


def decode_reply(frame: bytes) -> AnyReply:
    return _decode(_reply, frame)


def decode_announced(frame: bytes) -> Announced:
    return _decode(_announced, frame)


def decode_terminal_request(frame: bytes) -> AnyTerminalRequest:
    return _decode(_terminal_request, frame)


def decode_terminal_reply(frame: bytes) -> AnyTerminalReply:
    return _decode(_terminal_reply, frame)


def request_id(frame: bytes) -> int:
    """The `id` of a message that could not be decoded as a whole; 0 when there is none."""
    try:
        found = msgspec.msgpack.decode(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeError, OverflowError):
        return 0
    number = found.get("id", 0) if isinstance(found, dict) else 0
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def refusal(request: int, error: PicodeError) -> Refused:
    return Refused(id=request, kind=kind_of(error), message=error.message, hint=error.hint)


def error_of(refused: Refused) -> PicodeError:
    """The error that a refusal stands for, to be raised in the client."""
    return BY_KIND.get(refused.kind, PicodeError)(refused.message, refused.hint)


__all__ = [
    "LARGEST_MESSAGE", "AnyEvent", "decode_announced", "decode_reply", "decode_request",
    "decode_terminal_reply", "decode_terminal_request", "encode", "error_of", "refusal", "request_id",
]  # fmt: skip
