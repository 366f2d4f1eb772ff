"""The operations of a document: what each is called, takes, sends and answers."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from picode.openapi import security
from picode.openapi.node import Node
from picode.openapi.parameters import IGNORED, Parameter, parameter
from picode.openapi.schemas import Schema, brief, plain

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
READING = ("get", "head")
PLAIN = re.compile(r"[^A-Za-z0-9_.-]+")
NAME = re.compile(r"[^A-Za-z0-9_-]+")
JSON = re.compile(r"^(application/json|[^;]+\+json)\b")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Body:
    """What is sent along, and in which form; `deep`: the fields of a form that are written `name[key]=value`."""

    media: str
    schema: Schema
    required: bool
    deep: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Operation:
    """Not read yet but for its head: `whole` reads the rest."""

    name: str
    method: str
    path: str
    tags: tuple[str, ...]
    summary: str
    node: Node = field(repr=False)
    above: Node = field(repr=False)
    document: Node = field(repr=False)

    @property
    def reads(self) -> bool:
        return self.method in READING


@dataclass(frozen=True)
class Whole:
    """All of an operation. `answer`: the schema of what comes back, with its media type; None where none is told."""

    head: Operation
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answer: Schema | None
    answer_media: str
    needs: tuple[security.Need, ...]
    deprecated: bool = False

    def arguments(self) -> Schema:
        """The JSON Schema of what the operation is called with: its parameters, and `body`."""
        named: dict[str, Any] = {}
        for one in self.parameters:
            told = dict(one.schema)
            if one.description and "description" not in told:
                told["description"] = one.description
            named[one.argument] = told
        if self.body is not None:
            named["body"] = self.body.schema or {"description": f"The body, as {self.body.media}."}
        required = [one.argument for one in self.parameters if one.required]
        required += ["body"] if self.body is not None and self.body.required else []
        return {"type": "object", "properties": named, "required": required}

    def told(self) -> str:
        """What a model is told of it, in a few lines."""
        said = [self.head.summary, self.description if self.description != self.head.summary else ""]
        lines = [
            f"{self.head.method.upper()} {self.head.path}",
            *(line.strip() for line in said if line.strip()),
        ]
        if self.deprecated:
            lines.append("It is deprecated.")
        if self.answer:
            lines.append(f"Answers with {brief(self.answer)}")
        text = "\n".join(lines)
        return text if len(text) <= 1500 else f"{text[:1500]}…"


def heads(document: Node) -> list[Operation]:
    """Every operation, in the document's order; names are made unique. Raises BadData for what is no path."""
    found: list[Operation] = []
    taken: set[str] = set()
    paths = document.at("paths")
    if not paths.there:
        return []
    for path, item in paths.items("a mapping of paths"):
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            raise item.wrong("a path that begins with /", f"under {path!r}")
        item.mapping("a path's operations, in a mapping")
        for method in METHODS:
            node = item.at(method)
            if node.there:
                node.mapping("an operation, which is a mapping")
                name = _unique(node.text("operationId") or f"{method}{path}", taken)
                tags = tuple(str(one.value) for one in node.at("tags").list("a list of tags"))
                summary = node.text("summary") or item.text("summary")
                found.append(Operation(name, method, path, tags, summary, node, item, document))
    return found


def _unique(wanted: str, taken: set[str]) -> str:
    stem = NAME.sub("_", wanted).strip("_")[:56] or "operation"
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    name = next(one for one in (stem, *numbered) if one not in taken)
    taken.add(name)
    return name


def whole(head: Operation) -> Whole:
    """Raises BadData with the place of what is wrong."""
    answer, media = _answer(head.node)
    return Whole(
        head, head.node.text("description"), _parameters(head), _body(head.node), answer, media,
        security.needs(head.node, head.document), head.node.flag("deprecated"),
    )  # fmt: skip


def _parameters(head: Operation) -> tuple[Parameter, ...]:
    """Those of the path, with the operation's own in their place."""
    found: dict[tuple[str, str], Parameter] = {}
    for place in (head.above, head.node):
        for node in place.at("parameters").list("a list of parameters"):
            one = parameter(node)
            if one.place == "header" and one.name.lower() in IGNORED:
                continue
            if one.place == "path" and f"{{{one.name}}}" not in head.path:
                # it could never be put anywhere
                continue
            found[one.place, one.name] = one
    for name in re.findall(r"\{([^{}]+)\}", head.path):
        found.setdefault(
            ("path", name), Parameter(name, "path", "simple", False, True, schema={"type": "string"})
        )
    taken: set[str] = {"body"}
    return tuple(replace(one, argument=_argument(one, taken)) for one in found.values())


def _argument(one: Parameter, taken: set[str]) -> str:
    stem = PLAIN.sub("_", one.name).strip("_")[:56] or "value"
    name = next(
        name
        for name in (stem, f"{stem}_{one.place}", *(f"{stem}_{n}" for n in range(2, 99)))
        if name not in taken
    )
    taken.add(name)
    return name


def _body(operation: Node) -> Body | None:
    node = operation.at("requestBody")
    if not node.there:
        return None
    node.mapping("a request's body, which is a mapping with content")
    content = node.at("content")
    medias = content.mapping("a mapping from media types to schemas")
    media = chosen(list(medias))
    if not media:
        return None
    encoding = content.at(media, "encoding").value
    told = encoding.items() if isinstance(encoding, dict) else ()
    deep = {name for name, one in told if isinstance(one, dict) and one.get("style") == "deepObject"}
    schema = plain(content.at(media).child("schema"))
    return Body(media, schema, node.flag("required"), frozenset(deep))


def chosen(medias: list[str]) -> str:
    """The media type that is spoken here best: JSON, a form, a text, whatever there is."""
    for fits in (
        JSON.match,
        lambda media: media.partition(";")[0] in FORMS,
        lambda media: media.startswith("text/"),
    ):
        if found := next((media for media in medias if fits(media)), ""):
            return found
    return next(("application/json" if media == "*/*" else media for media in medias), "")


def answer_node(operation: Node) -> tuple[Node | None, str]:
    """The place of the schema of what comes back when all goes well, and its media type."""
    responses = operation.at("responses")
    if not responses.there:
        return None, ""
    told = responses.mapping("a mapping from a status to an answer")
    status = next(
        (code for code in ("200", "201", "202", "2XX", "2xx", "203", "206", "default") if code in told), ""
    )
    if not status:
        return None, ""
    content = responses.at(status).at("content")
    if not content.there or not (medias := list(content.mapping("a mapping from media types to schemas"))):
        return None, ""
    media = chosen(medias)
    return content.at(media).child("schema"), media


def _answer(operation: Node) -> tuple[Schema | None, str]:
    node, media = answer_node(operation)
    return (plain(node, "answer") if node is not None and node.there else None), media
