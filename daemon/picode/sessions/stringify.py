"""JSON text as `JSON.stringify` writes it, so that a file looks the same whichever program appended to it.

stringify({"a": 1.0, "b": "ü"})    {"a":1,"b":"ü"}
stringify(7.999e-05)               0.00007999
stringify("\\ud800")                "\\ud800"      a lone surrogate is escaped, everything else is raw
"""

import json
import math
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any

import msgspec

PLAIN = frozenset((str, int, bool, type(None)))
ZERO = msgspec.Raw(b"0")
_encode = msgspec.json.Encoder().encode
WORDS = {None: "null", True: "true", False: "false"}


def stringify(value: Any) -> bytes:
    """UTF-8; `value` is made of dict, list, str, int, float, bool and None."""
    try:
        return _encode(_exact(value))
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError, TypeError):
        return _slowly(value)


def _exact(value: Any) -> Any:
    """Floats as JavaScript prints them, all else for msgspec's encoder, which is quick."""
    kind = type(value)
    if kind is dict:
        return {key: item if type(item) in PLAIN else _exact(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [item if type(item) in PLAIN else _exact(item) for item in value]
    if kind is float:
        return ZERO if value == 0 else msgspec.Raw(number(value).encode())
    return value


def _slowly(value: Any) -> bytes:
    """What msgspec does not write: lone surrogates, very large numbers, the deepest nesting."""
    pieces: list[str] = []
    try:
        _write(value, pieces)
        text = "".join(pieces)
    except RecursionError:  # a model's arguments may be nested as deep as it likes
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return whole.encode("utf-8", "backslashreplace")


def _write(value: Any, pieces: list[str]) -> None:
    if isinstance(value, str):
        pieces.append(quoted(value))
    elif isinstance(value, dict):
        before = "{"
        for key, item in value.items():
            pieces.append(f"{before}{quoted(str(key))}:")
            _write(item, pieces)
            before = ","
        pieces.append("}" if value else "{}")
    elif isinstance(value, list | tuple):
        before = "["
        for item in value:
            pieces.append(before)
            _write(item, pieces)
            before = ","
        pieces.append("]" if value else "[]")
    elif isinstance(value, float):
        pieces.append(number(value))
    elif value is None or isinstance(value, bool):
        pieces.append(WORDS[value])
    else:
        pieces.append(str(int(value)))


def number(value: float) -> str:
    """A float as JavaScript prints it."""
    if not math.isfinite(value):
        return "null"
    size = abs(value)
    if value == 0:
        return "0"
    if 1e-6 <= size < 1e21:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"
