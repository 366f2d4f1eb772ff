"""Schemas of OpenAPI 3.0 and 3.1 as plain JSON Schemas without references, for tools that a model is told of."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from picode.openapi.node import Node

Schema = dict[str, Any]
LARGEST = 12_000
"""Characters of a schema; a larger one is told less deeply."""
LONGEST_ENUM = 100
MOST_PARTS = 2_000
KEPT = (
    "type", "format", "description", "enum", "const", "default", "pattern", "minLength", "maxLength", "minimum",
    "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems",
    "minProperties", "maxProperties", "required",
)  # fmt: skip
WORDS_OF_AN_OBJECT = ("properties", "required", "additionalProperties", "minProperties", "maxProperties")
Direction = Literal["request", "answer"]
HIDDEN = {"request": "readOnly", "answer": "writeOnly"}


@dataclass
class _How:
    """How a schema is told; `left`: the parts that it may still get."""

    direction: Direction
    left: int = MOST_PARTS


class _TooMuch(Exception):
    """The schema has more parts than anybody would read."""


def plain(node: Node, direction: Direction = "request") -> Schema:
    """A JSON Schema (2020-12) of what `node` describes. Raises BadData where it is no schema."""
    for deepest in (8, 5, 3, 2, 1):
        try:
            made = _plain(node, _How(direction), deepest, ())
        except _TooMuch:
            continue
        if len(json.dumps(made, default=str)) <= LARGEST or deepest == 1:
            return made
    return {}


def _plain(node: Node, how: _How, deepest: int, above: tuple[tuple[str, str], ...]) -> Schema:
    how.left -= 1
    if how.left < 0:
        raise _TooMuch
    own = node.value
    if own is None or own is True:
        return {}
    if own is False:
        return {"not": {}}
    if not isinstance(own, dict):
        raise node.wrong("a schema, which is a mapping or a boolean")
    if "$ref" in own:
        target = node.resolved()
        place = (target.file.source, target.pointer)
        name = target.keys[-1] if target.keys else "the document"
        if place in above:
            return {"description": f"Again {name}, as above."}
        made = _plain(target, how, deepest, (*above, place))
        beside = {key: own[key] for key in ("description", "default") if key in own}
        return {**made, **beside}
    made = {key: own[key] for key in KEPT if key in own and own[key] is not None}
    _as_now(node, made)
    _below(node, made, how, deepest, above)
    return made


def _as_now(node: Node, made: Schema) -> None:
    """What 3.0 says in other words than 3.1."""
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(made.get(bound), bool) and made.pop(bound) and limit in made:
            made[bound] = made.pop(limit)
    required = made.get("required")
    if required is not None and not isinstance(required, list):
        # a habit from parameters: `required: true` within a schema
        made.pop("required")
    if isinstance(made.get("enum"), list):
        if len(made["enum"]) > LONGEST_ENUM:
            del made["enum"]
    elif "enum" in made:
        raise node.child("enum").wrong("a list")
    if "type" not in made and any(word in node.value for word in WORDS_OF_AN_OBJECT):
        made["type"] = "object"
    if "type" not in made and "items" in node.value:
        made["type"] = "array"
    kind = made.get("type")
    if kind is not None and not isinstance(kind, str | list):
        raise node.child("type").wrong("a type's name")
    if node.value.get("nullable") is True and isinstance(kind, str):
        made["type"] = [kind, "null"]
        if "enum" in made and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]


def _below(node: Node, made: Schema, how: _How, deepest: int, above: tuple[tuple[str, str], ...]) -> None:
    own = node.value

    def of(child: Node) -> Schema:
        return _plain(child, how, deepest - 1, above)

    if "properties" in own and deepest > 0:
        named = node.child("properties")
        shown = {name: named.child(name) for name in named.mapping("a mapping of properties")}
        shown = {name: one for name, one in shown.items() if not _hidden(one, how.direction)}
        made["properties"] = {name: of(one) for name, one in shown.items()}
    if "required" in made:
        made["required"] = [name for name in made["required"] if name in made.get("properties", {})]
        if not made["required"]:
            del made["required"]
    if "items" in own and deepest > 0:
        made["items"] = of(node.child("items"))
    if isinstance(own.get("additionalProperties"), dict) and deepest > 0:
        made["additionalProperties"] = of(node.child("additionalProperties"))
    elif own.get("additionalProperties") is False:
        made["additionalProperties"] = False
    if "allOf" in own:
        for number in range(len(_parts(node, "allOf"))):
            _merge(made, _plain(node.child("allOf").child(str(number)), how, deepest, above))
    for word in ("anyOf", "oneOf"):
        if word in own and deepest > 0:
            count = len(_parts(node, word))
            made["anyOf"] = [of(node.child(word).child(str(number))) for number in range(count)]


def _parts(node: Node, word: str) -> list[Any]:
    found = node.child(word)
    if not isinstance(found.value, list) or not found.value:
        raise found.wrong("a list of schemas")
    return found.value


def _hidden(node: Node, direction: Direction) -> bool:
    value = node.resolved().value
    return isinstance(value, dict) and value.get(HIDDEN[direction]) is True


def _merge(made: Schema, part: Schema) -> None:
    """`allOf`: both hold."""
    for key, value in part.items():
        if key == "properties":
            known = made.get("properties", {})
            made["properties"] = known | {name: one for name, one in value.items() if name not in known}
        elif key == "required":
            made["required"] = list(dict.fromkeys([*made.get("required", []), *value]))
        else:
            made.setdefault(key, value)


def properties(node: Node, seen: set[tuple[str, str]] | None = None) -> dict[str, Node]:
    """The properties that an object of this schema may have, through references and alternatives; by name.

    `seen`: the places that were looked at already."""
    seen = set() if seen is None else seen
    node = node.resolved()
    place = (node.file.source, node.pointer)
    if not isinstance(node.value, dict) or place in seen or len(seen) > MOST_PARTS:
        return {}
    seen.add(place)
    found = {name: node.child("properties").child(name) for name in _names(node.child("properties").value)}
    for word in ("allOf", "anyOf", "oneOf"):
        parts = node.child(word)
        for number in range(len(parts.value) if isinstance(parts.value, list) else 0):
            found = {**properties(parts.child(str(number)), seen), **found}
    return found


def _names(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def brief(schema: Schema, deepest: int = 3) -> str:
    """A schema in a line: `{id: integer, tags: [string]}`."""
    if "enum" in schema and len(schema["enum"]) <= 8:
        return " | ".join(json.dumps(one, default=str) for one in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(brief(one, deepest) for one in schema["anyOf"][:6]))
    kind = schema.get("type", "anything")
    kind = " | ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
    if isinstance(schema.get("items"), dict) and deepest:
        return f"[{brief(schema['items'], deepest - 1)}]"
    if schema.get("properties") and deepest:
        named = [f"{name}: {brief(one, deepest - 1)}" for name, one in schema["properties"].items()]
        more = ", …" if len(named) > 30 else ""
        return f"{{{', '.join(named[:30])}{more}}}"
    return kind
