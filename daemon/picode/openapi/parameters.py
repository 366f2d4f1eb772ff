"""Parameters of the four places (path, query, header, cookie), written as `style` and `explode` say."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from picode.openapi.node import Node
from picode.openapi.schemas import Schema, plain

STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
"""The first is what is meant where none is named."""
IGNORED = ("accept", "content-type", "authorization")
"""Headers that no parameter describes, by the letter of the specification."""
RESERVED = ":/?#[]@!$&'()*+,;="
DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Parameter:
    """`media`: its value is written as a whole in this form (JSON); `argument`: how it is called by who gives it."""

    name: str
    place: str
    style: str
    explode: bool
    required: bool = False
    description: str = ""
    media: str = ""
    reserved: bool = False
    argument: str = ""
    schema: Schema = field(default_factory=dict)


def parameter(node: Node) -> Parameter:
    """One parameter as a document describes it."""
    node.mapping("a parameter, which is a mapping")
    name, place = node.text("name"), node.text("in")
    if not name:
        raise node.at("name").wrong("the parameter's name")
    if place not in STYLES:
        raise node.at("in").wrong("path, query, header or cookie")
    style = node.text("style") or STYLES[place][0]
    if style not in STYLES[place]:
        raise node.at("style").wrong(f"{' or '.join(STYLES[place])}, as it is in {place}")
    media, described = "", node.child("schema")
    content = node.at("content")
    if content.there:
        media = next(iter(content.mapping("a mapping from a media type to a schema")), "")
        described = content.at(media).child("schema")
    return Parameter(
        name, place, style, node.flag("explode", style in ("form", "deepObject")),
        required=node.flag("required") or place == "path", description=node.text("description"), media=media,
        reserved=node.flag("allowReserved"), schema=plain(described),
    )  # fmt: skip


def in_path(one: Parameter, value: Any) -> str:
    """What stands in the path for `{name}`."""
    separator = {"simple": ",", "label": ".", "matrix": ";"}[one.style]
    begin = "" if one.style == "simple" else separator
    name = f"{_quoted(one.name)}="
    match _value(one, value):
        case dict() as found if one.explode:
            return begin + separator.join(f"{_quoted(key)}={_quoted(part)}" for key, part in found.items())
        case dict() as found:
            parts = ",".join(_quoted(word) for pair in found.items() for word in pair)
        case list() as found if one.explode:
            each = name if one.style == "matrix" else ""
            return begin + separator.join(f"{each}{_quoted(part)}" for part in found)
        case list() as found:
            parts = ",".join(map(_quoted, found))
        case found:
            parts = _quoted(found)
    return f"{begin}{name if one.style == 'matrix' else ''}{parts}"


def in_query(one: Parameter, value: Any) -> Pairs:
    """Names and values, both as they go over the wire."""
    safe = RESERVED.replace("&", "").replace("#", "").replace("+", "") if one.reserved else ""
    name = _quoted(one.name)

    def text(part: Any) -> str:
        return _quoted(part, safe)

    match _value(one, value):
        case dict() as found if one.style == "deepObject":
            return [(f"{name}%5B{_quoted(key)}%5D", text(part)) for key, part in found.items()]
        case dict() as found if one.explode:
            return [(_quoted(key), text(part)) for key, part in found.items()]
        case dict() as found:
            return [(name, DELIMITERS[one.style].join(text(word) for pair in found.items() for word in pair))]
        case list() as found if one.explode:
            return [(name, text(part)) for part in found]
        case list() as found:
            return [(name, DELIMITERS.get(one.style, ",").join(map(text, found)))]
        case found:
            return [(name, text(found))]


def in_header(one: Parameter, value: Any) -> str:
    match _value(one, value):
        case dict() as found if one.explode:
            text = ",".join(f"{key}={_word(part)}" for key, part in found.items())
        case dict() as found:
            text = ",".join(_word(word) for pair in found.items() for word in pair)
        case list() as found:
            text = ",".join(map(_word, found))
        case found:
            text = _word(found)
    return text.encode("utf-8").decode("latin-1") if not text.isascii() else text


def _value(one: Parameter, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if one.media else value


def _quoted(value: Any, safe: str = "") -> str:
    return quote(_word(value), safe=safe)


def _word(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
