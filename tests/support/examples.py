"""One example of every message, with every field set: made from the types, the same each time."""

import types
import typing
from typing import Any

import msgspec

from picode.messages import Text, User
from picode.protocol import describe, events, replies, requests, terminal

UNIONS = {
    "request": requests.AnyRequest,
    "reply": replies.AnyReply,
    "event": events.AnyEvent,
    "terminal_request": terminal.AnyTerminalRequest,
    "terminal_reply": terminal.AnyTerminalReply,
}


def every_message() -> dict[str, msgspec.Struct]:
    """`<side>.<tag>` to an example; events stand in their `Announced`."""
    found: dict[str, msgspec.Struct] = {}
    for side, union in UNIONS.items():
        for kind in describe.structs(union):
            made = example(kind)
            found[f"{side}.{kind.__struct_config__.tag}"] = (
                events.Announced(made, 7, "b00t") if side == "event" else made
            )
    return found


def example(kind: type[Any]) -> Any:
    return kind(**{field.name: value(field.type, field.name) for field in msgspec.structs.fields(kind)})


def value(annotation: Any, name: str) -> Any:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return arguments[-1]
    if origin in (typing.Union, types.UnionType):
        return _member([one for one in arguments if one is not types.NoneType], name)
    if origin is list:
        return [value(arguments[0], name)]
    if origin is dict:
        return {"name": value(arguments[1], name)}
    plain = {
        int: len(name),
        float: len(name) / 4,
        bool: True,
        str: f"{name} é\n",
        bytes: b"\x1b[1m" + name.encode(),
    }
    return plain[annotation] if annotation in plain else "any" if annotation is Any else example(annotation)


def _member(kinds: list[Any], name: str) -> Any:
    """Of the messages of a conversation and of all events one is enough: each has an example of its own."""
    if events.EntryAdded in kinds:
        return events.TextAdded("text")
    return User([Text("text")], 1) if User in kinds else value(kinds[0], name)
