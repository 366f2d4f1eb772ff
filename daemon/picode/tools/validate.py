"""A model's arguments against a tool's schema: made to fit where the meaning is clear ("5" for 5), else refused."""

import json
import math
from typing import Any

from picode.tools.base import ToolFailed

Problems = list[tuple[str, str]]
"""Where, and what must be there."""
NUMBERS = ("number", "integer")


def validated(tool: str, schema: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as the tool takes them. Raises ToolFailed with a text for the model."""
    problems: Problems = []
    found = _object(schema, arguments, "", problems)
    if problems:
        listed = "\n".join(f"  - {where}: {what}" for where, what in problems)
        received = json.dumps(arguments, indent=2, ensure_ascii=False)
        raise ToolFailed(f'Validation failed for tool "{tool}":\n{listed}\n\nReceived arguments:\n{received}')
    return found


def _object(schema: dict[str, Any], value: dict[str, Any], where: str, problems: Problems) -> dict[str, Any]:
    properties: dict[str, Any] = schema.get("properties", {})
    required = schema.get("required", ())
    given = {
        name: part
        for name, part in value.items()
        if name in required or not _left_out(properties.get(name), part)
    }
    if missing := [name for name in required if name not in given]:
        said = f"must have required properties {', '.join(missing)}"
        problems.append((f"{where}.{missing[0]}" if where else missing[0], said))
    return {
        name: _value(properties[name], part, f"{where}.{name}" if where else name, problems)
        if name in properties
        else part
        for name, part in given.items()
    }


def _left_out(schema: dict[str, Any] | None, part: Any) -> bool:
    """An optional argument that is null was not given, nor was a number without a digit."""
    return part is None or (part == "" and schema is not None and schema.get("type") in NUMBERS)


def _value(schema: dict[str, Any], value: Any, where: str, problems: Problems) -> Any:
    wanted = schema.get("type")
    value = _coerced(wanted, value)
    if not _is(wanted, value):
        problems.append((where, f"must be {wanted}"))
        return value
    if wanted == "object":
        return _object(schema, value, where, problems)
    if wanted == "array" and "items" in schema:
        return [_value(schema["items"], part, f"{where}.{at}", problems) for at, part in enumerate(value)]
    return value


def _is(wanted: Any, value: Any) -> bool:
    match wanted:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "number" | "integer":
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            return number and (wanted == "number" or int(value) == value)
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
    return True


def _coerced(wanted: Any, value: Any) -> Any:
    match wanted:
        case "string":
            return _text(value)
        case "number" | "integer":
            return _number(value)
        case "boolean":
            return (
                {"true": True, "false": False}.get(value, value) if isinstance(value, str) else _truth(value)
            )
        case "array":
            return value if isinstance(value, list) else [value]
    return value


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if int(value) == value else str(value)
    return "" if value is None else value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return int(value or 0)
    if isinstance(value, str) and value.strip():
        try:
            number = float(value)
        except ValueError:
            return value
        return int(number) if math.isfinite(number) and int(number) == number else number
    return value


def _truth(value: Any) -> Any:
    if value is None:
        return False
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else value
