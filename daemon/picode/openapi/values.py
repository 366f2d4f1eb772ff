"""YAML and JSON as OpenAPI means them, and the line on which a place of such a text stands.

YAML 1.2: `on` and `yes` are words, dates are texts, keys are texts. The text is looked through for lines only when
something is to be told of it.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import yaml

Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 500
"""Levels of nesting."""
IS_JSON = re.compile(r'\s*\{\s*["}]')
TAG = "tag:yaml.org,2002:"


class _Loader(Base):  # type: ignore[misc]
    """Only what JSON has, and merged mappings."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


def _resolve(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(TAG + tag, re.compile(rf"^(?:{pattern})$"), list(first))


_resolve("bool", "true|True|TRUE|false|False|FALSE", "tTfF")
_resolve("null", "~|null|Null|NULL|", "~nN\0")
_resolve("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789")
_resolve("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789")
_resolve("merge", "<<", "<")
# an empty value begins with nothing
_Loader.add_implicit_resolver(TAG + "null", re.compile("^$"), [""])


def _int(loader: Any, node: Any) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _float(loader: Any, node: Any) -> float:
    return float(loader.construct_scalar(node))


def _mapping(loader: Any, node: Any) -> Any:
    made: dict[str, Any] = {}
    yield made
    loader.flatten_mapping(node)
    for key, value in node.value:
        name = loader.construct_object(key, deep=True)
        made[key.value if isinstance(key, yaml.ScalarNode) else str(name)] = loader.construct_object(value)


_Loader.add_constructor(TAG + "int", _int)
_Loader.add_constructor(TAG + "float", _float)
_Loader.add_constructor(TAG + "map", _mapping)


class Unreadable(ValueError):
    """The text is neither; `line` and `column` count from 1."""

    def __init__(self, said: str, line: int, column: int) -> None:
        super().__init__(said)
        self.line, self.column = line, column


def _loaded(text: str) -> Any:
    """libyaml's loader ends the whole process where nesting has no end, so what may be deep is measured first."""
    deepest = max((len(line) - len(line.lstrip(" -?\t")) for line in text.splitlines()), default=0)
    if deepest > DEEPEST or text.count("[") + text.count("{") > DEEPEST:
        depth = 0
        for event in yaml.parse(text, _Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                raise RecursionError("it is nested too deeply")
    return yaml.load(text, _Loader)


def parse(text: str) -> Any:
    """The value that a JSON or YAML text stands for. Raises Unreadable."""
    text = text.removeprefix("\ufeff")
    try:
        if IS_JSON.match(text):
            return json.loads(text)
        return _loaded(text)
    except json.JSONDecodeError as error:
        raise Unreadable(error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise Unreadable("it is nested too deeply", 1, 1) from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        said = getattr(error, "problem", "") or str(error).splitlines()[0]
        raise Unreadable(said, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from None


def line_of(text: str, keys: Sequence[str]) -> int:
    """The line of the value that these keys and numbers lead to, or of what is nearest above it; 0: nobody knows."""
    try:
        # in JSON, a tab is never within a string; what was parsed is not too deep
        node = yaml.compose(text.replace("\t", " "), _Loader)
    except (yaml.YAMLError, RecursionError):
        return 0
    line = 1
    for key in keys:
        found = _child(node, key)
        if found is None:
            break
        line, node = found
    return line


def _child(node: Any, key: str) -> tuple[int, Any] | None:
    if isinstance(node, yaml.SequenceNode) and key.isdecimal() and int(key) < len(node.value):
        found = node.value[int(key)]
        return found.start_mark.line + 1, found
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return name.start_mark.line + 1, value
    return None
