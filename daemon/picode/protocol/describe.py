"""Print `docs/protocol.md` and `docs/protocol.schema.json` from the structs.

python -m picode.protocol.describe docs     writes both files into the directory `docs`
"""

import ast
import inspect
import sys
import types
import typing
from pathlib import Path
from typing import Any

import msgspec

from picode.protocol import events, replies, requests, terminal, values
from picode.protocol.version import PROTOCOL

INTRODUCTION = f"""# The protocol

Printed from `daemon/picode/protocol/` by `make docs`; this is protocol {PROTOCOL}.

The daemon listens on two ZeroMQ sockets in a directory that only its user can enter: a ROUTER for requests
(`requests.sock`) and an XPUB for events (`events.sock`), both `ipc://`. A client connects a DEALER to the first and a
SUB to the second. Messages are MessagePack maps; `type` says which message it is. A field that has its default may be
left out. Fields that a reader does not know are ignored; a type that it does not know is refused.

1. A client says `hello` first. The reply is `welcome`, or `refused` when the protocol numbers differ.
2. Each request carries an `id` of the client's own and gets one reply with it, at once. With `id` 0 there is none.
3. What follows comes as events. The first frame is the topic: a conversation's id, `workspace/<Zellij session>`, or
   `daemon`. The second is an `Announced`.
4. To lose nothing: subscribe to the topics, then to a fresh topic `welcome/<nonce>`; wait for `subscribed` under that
   one; then ask for the conversation (`open`, `look`). Events above the snapshot's `seq` come after it.
5. When a number is missing, ask for a `replay`. When it is refused, or `boot` is another one, `look` again.

A message has at most 16 MiB. A client that does not read loses events, never anybody else's.
"""

SECTIONS = (
    ("Requests", requests.AnyRequest, "Sent by a client to `requests.sock`."),
    ("Replies", replies.AnyReply, "Sent by the daemon, one to each request."),
    ("Events", events.AnyEvent, "Published by the daemon on `events.sock`, each in an `Announced`."),
    (
        "Asked of a recorder",
        terminal.AnyTerminalRequest,
        "Sent to a terminal's own socket, `terminals/<pid>.sock`.",
    ),
    ("A recorder's replies", terminal.AnyTerminalReply, ""),
)
VALUES: list[type[msgspec.Struct]] = [events.Announced, *(
    value for value in vars(values).values()
    if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == values.__name__
)]  # fmt: skip


def structs(union: Any) -> list[type[msgspec.Struct]]:
    """The members of a union, in its order."""
    return list(typing.get_args(union))


def page() -> str:
    """`docs/protocol.md`."""
    parts = [INTRODUCTION]
    for title, union, said in SECTIONS:
        parts.append(f"## {title}\n\n{said}".rstrip() + "\n")
        parts += [message(kind) for kind in structs(union)]
    parts.append(
        "## Values\n\nParts of messages. A conversation's own messages have the shapes of pi's session format.\n"
    )
    parts += [message(kind) for kind in VALUES]
    return "\n".join(parts)


def message(kind: type[msgspec.Struct]) -> str:
    """One section: what the message is for, and its fields."""
    tag = kind.__struct_config__.tag
    title = f"### `{tag}`" if isinstance(tag, str) else f"### {kind.__name__}"
    lines = [title, ""]
    if told := _sentence(kind):
        lines += [told, ""]
    notes = field_notes(kind)
    fields = msgspec.structs.fields(kind)
    if fields:
        lines += ["| field | type | default | |", "|---|---|---|---|"]
        lines += [
            f"| `{field.encode_name}` | {_type(field.type)} | {_default(field)} | {notes.get(field.name, '')} |"
            for field in fields
        ]
        lines.append("")
    return "\n".join(lines)


def field_notes(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The strings that stand under the fields of a struct, its bases' too."""
    notes: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("picode."):
            notes.update(_notes_in(base))
    return notes


def _notes_in(kind: type) -> dict[str, str]:
    body = ast.parse(inspect.getsource(kind).strip()).body[0]
    assert isinstance(body, ast.ClassDef)
    notes = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(after, ast.Expr)
            and isinstance(before.target, ast.Name)
        ):
            assert isinstance(after.value, ast.Constant)
            notes[before.target.id] = _cell(str(after.value.value))
    return notes


def _sentence(kind: type) -> str:
    """The struct's own docstring: not one that it inherits."""
    return inspect.cleandoc(vars(kind).get("__doc__") or "")


def _cell(text: str) -> str:
    return " ".join(inspect.cleandoc(text).split()).replace("|", "\\|")


def _type(annotation: Any) -> str:  # noqa: PLR0911
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is types.NoneType:
        return "null"
    if origin is typing.Literal:
        return " \\| ".join(f"`{argument}`" for argument in arguments)
    if origin in (typing.Union, types.UnionType):
        if len(arguments) > 8:
            return "any event" if events.EntryAdded in arguments else "any message"
        return " \\| ".join(_type(argument) for argument in arguments)
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"map of {_type(arguments[0])} to {_type(arguments[1])}"
    return "any" if annotation is Any else str(getattr(annotation, "__name__", annotation))


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default_factory is not msgspec.NODEFAULT:
        made = field.default_factory()
        return f"`{msgspec.json.encode(made).decode()}`" if not isinstance(made, msgspec.Struct) else "empty"
    if field.default is msgspec.NODEFAULT:
        return "required"
    return f"`{msgspec.json.encode(field.default).decode()}`"


def schema() -> bytes:
    """`docs/protocol.schema.json`: JSON Schema of every message; bytes are written as base64."""
    unions = [requests.AnyRequest, replies.AnyReply, events.Announced, terminal.AnyTerminalRequest]
    unions.append(terminal.AnyTerminalReply)
    names = ["Request", "Reply", "Announced", "TerminalRequest", "TerminalReply"]
    found, components = msgspec.json.schema_components(unions, ref_template="#/$defs/{name}")
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"PiCode, protocol {PROTOCOL}",
        "$defs": {**components, **dict(zip(names, found, strict=True))},
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in names],
    }
    return msgspec.json.format(msgspec.json.encode(described, order="deterministic"), indent=1) + b"\n"


def main() -> int:
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    (directory / "protocol.md").write_text(page(), encoding="utf-8")
    (directory / "protocol.schema.json").write_bytes(schema())
    return 0


if __name__ == "__main__":
    sys.exit(main())
