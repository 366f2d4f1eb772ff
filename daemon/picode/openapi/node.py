"""One place in a document: what stands there, references followed, and how to tell a person where it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from picode.errors import BadData
from picode.openapi import values
from picode.openapi.document import File, Files

KINDS = {
    dict: "a mapping", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number",
    type(None): "nothing",
}  # fmt: skip


@dataclass(frozen=True)
class Node:
    """`keys` lead to it from the top of its file; `value` is None where nothing stands."""

    files: Files = field(repr=False, compare=False)
    file: File
    keys: tuple[str, ...]
    value: Any = field(repr=False, compare=False)

    @property
    def pointer(self) -> str:
        """As a JSON pointer: `/paths/~1pets/get`."""
        return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in self.keys)

    @property
    def there(self) -> bool:
        return self.value is not None

    def wrong(self, expected: str, found: str = "") -> BadData:
        """The error that what stands here is not what was expected."""
        line = values.line_of(self.file.text, self.keys)
        where = f"{self.file.shown}:{line}" if line else self.file.shown
        found = found or _shown(self.value)
        return BadData(f"{where}: {self.pointer or 'the document'} is {found}; expected {expected}.")

    def child(self, key: str) -> "Node":
        """What stands under this key, references not followed."""
        value = self.value
        if isinstance(value, dict):
            below = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            below = value[int(key)]
        else:
            below = None
        return Node(self.files, self.file, (*self.keys, key), below)

    def at(self, *keys: str) -> "Node":
        """What stands under these keys, references followed."""
        node = self.resolved()
        for key in keys:
            node = node.child(key).resolved()
        return node

    def resolved(self) -> "Node":
        """The end of a chain of references. Raises BadData where it leads nowhere, or to itself."""
        node, seen = self, set()
        while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            if (place := (node.file.source, node.keys)) in seen:
                raise node.child("$ref").wrong("a reference that does not lead back to itself")
            seen.add(place)
            node = node._followed(node.value["$ref"])
        return node

    def _followed(self, reference: str) -> "Node":
        try:
            source, fragment = self.files.referred(self.file, reference)
        except ValueError as error:
            raise self.child("$ref").wrong(str(error)) from None
        top = Node(self.files, self.files.get(source), (), self.files.get(source).root)
        if fragment and not fragment.startswith("/"):
            found = _anchor(top, fragment)
        else:
            found = top
            for key in fragment.split("/")[1:]:
                # a reference may lead through another one
                found = found.resolved() if found is not top else found
                found = found.child(key.replace("~1", "/").replace("~0", "~"))
        if found is None or not found.there:
            raise self.child("$ref").wrong("a reference to something that is there")
        return found

    def mapping(self, expected: str) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.wrong(expected)
        return self.value

    def items(self, expected: str) -> "Iterator[tuple[str, Node]]":
        """What stands under each key of a mapping, references followed."""
        for key in self.mapping(expected):
            yield key, self.at(key)

    def list(self, expected: str) -> "list[Node]":
        """The parts of a list, references followed; none where nothing stands."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.wrong(expected)
        return [self.at(str(number)) for number in range(len(self.value))]

    def text(self, key: str) -> str:
        """The text under a key; empty where none stands."""
        found = self.at(key)
        if found.value is not None and not isinstance(found.value, str):
            raise found.wrong("a text")
        return found.value or ""

    def flag(self, key: str, otherwise: bool = False) -> bool:
        found = self.at(key)
        if found.value is not None and not isinstance(found.value, bool):
            raise found.wrong("true or false")
        return otherwise if found.value is None else found.value


def _anchor(node: Node, name: str, deepest: int = 30) -> Node | None:
    """Where `$anchor: name` stands."""
    if isinstance(node.value, dict) and name in (node.value.get("$anchor"), node.value.get("$dynamicAnchor")):
        return node
    keys: Any = node.value if isinstance(node.value, dict) else ()
    if isinstance(node.value, list):
        keys = map(str, range(len(node.value)))
    below = (_anchor(node.child(key), name, deepest - 1) for key in keys) if deepest else iter(())
    return next((found for found in below if found is not None), None)


def _shown(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return KINDS[type(value)]
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
