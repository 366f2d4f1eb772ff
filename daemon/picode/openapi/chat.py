"""Which operation of a document answers as a chat model: found by its shape, not by its name.

`messages` go in; `choices` with a `message` in each, or a `message` alone, come out.
"""

from dataclasses import dataclass
from typing import Literal

from picode.errors import BadData
from picode.openapi.node import Node
from picode.openapi.operations import JSON, Operation, answer_node, chosen
from picode.openapi.schemas import properties

LENGTHS = (
    "max_completion_tokens", "max_tokens", "max_output_tokens", "max_new_tokens", "maxTokens", "maxOutputTokens",
)  # fmt: skip
USUAL_ENDS = ("/chat/completions", "/chat", "/completions", "/messages")
MOST_MODELS = 200


@dataclass(frozen=True)
class Chat:
    """`takes`: the names that the body may have; `tools`: how tools are told of; `answers`: where the message is."""

    operation: Operation
    takes: frozenset[str]
    tools: Literal["tools", "functions", ""]
    answers: Literal["choices", "message"]
    streams: bool
    length: str = ""
    """The field that says how long the answer may be."""
    models: tuple[str, ...] = ()
    """The names that the document knows, the first one being what it takes for itself."""


def find(operations: list[Operation], wanted: str = "") -> Chat | None:
    """The chat endpoint: the one that is `wanted` (by name, operationId or path), else the one that looks like it.

    Raises BadData where several do and none stands out.
    """
    if wanted:
        named = [one for one in operations if wanted in (one.name, one.path, one.node.text("operationId"))]
        posted = [one for one in named if one.method == "post"] or named
        if not posted:
            raise BadData(f"The document has no operation {wanted}.", "`picode openapi` lists what it has.")
        return chat(posted[0]) or _guessed(posted[0])
    found: list[Chat] = []
    for one in operations:
        try:
            seen = chat(one) if one.method == "post" else None
        except BadData:
            # whatever it is, it is told when it is to be used
            continue
        found += [seen] if seen else []
    best = sorted(found, key=_rank)
    if len(best) > 1 and _rank(best[0]) == _rank(best[1]):
        names = ", ".join(one.operation.name for one in best[:5])
        raise BadData(f"Several operations look like a chat: {names}.", 'Name one with chat = "NAME".')
    return best[0] if best else None


def chat(operation: Operation) -> Chat | None:
    """The operation as a chat endpoint; None when it does not look like one."""
    body = _request(operation.node)
    takes = properties(body) if body is not None else {}
    if "messages" not in takes or not _is_list(takes["messages"]):
        return None
    answers = _answers(operation.node)
    if not answers:
        return None
    tools: Literal["tools", "functions", ""] = (
        "tools" if "tools" in takes else "functions" if "functions" in takes else ""
    )
    streams = answers == "choices" and "stream" in takes
    length = next((name for name in LENGTHS if name in takes), "")
    models = _models(takes["model"]) if "model" in takes else ()
    return Chat(operation, frozenset(takes), tools, answers, streams, length, models)


def _guessed(operation: Operation) -> Chat:
    """A person says that it is one, though its description does not."""
    usual = frozenset(("model", "messages", "tools", "stream", "max_tokens"))
    return Chat(operation, usual, "tools", "choices", True, "max_tokens")


def _rank(one: Chat) -> tuple[int, int, int, int]:
    path = one.operation.path
    end = next((number for number, end in enumerate(USUAL_ENDS) if path.endswith(end)), len(USUAL_ENDS))
    return end, one.answers != "choices", not one.tools, path.count("/")


def _request(operation: Node) -> Node | None:
    content = operation.at("requestBody", "content")
    if not isinstance(content.value, dict):
        return None
    media = chosen(list(content.value))
    return content.at(media).child("schema") if JSON.match(media) else None


def _answers(operation: Node) -> Literal["choices", "message", ""]:
    node, _ = answer_node(operation)
    if node is None:
        return ""
    told = properties(node)
    if "choices" in told:
        each = properties(told["choices"].resolved().child("items"))
        return "choices" if "message" in each or "delta" in each or not each else ""
    if "message" in told:
        said = properties(told["message"])
        return "message" if "content" in said or "role" in said else ""
    return ""


def _is_list(node: Node) -> bool:
    value = node.resolved().value
    return isinstance(value, dict) and (
        value.get("type") == "array" or "items" in value or "type" not in value
    )


def _models(node: Node, deepest: int = 4) -> tuple[str, ...]:
    """What the document says of the names of models: a default, a list, examples."""
    value = node.resolved().value
    if not isinstance(value, dict):
        return ()
    given = [value.get("default"), value.get("const"), *_list(value.get("enum"))]
    for word in ("anyOf", "oneOf", "allOf"):
        for number in range(len(_list(value.get(word))) if deepest else 0):
            given += _models(node.resolved().child(word).child(str(number)), deepest - 1)
    if not any(given):
        given = [value.get("example"), *_list(value.get("examples"))]
    return tuple(dict.fromkeys(one for one in given if isinstance(one, str) and one))[:MOST_MODELS]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
