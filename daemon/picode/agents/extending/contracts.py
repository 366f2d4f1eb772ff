"""What handlers return, put together as pi does: pure, one handler after the other."""

from dataclasses import dataclass
from typing import Any

from picode.extensions.events import EVENTS

Object = dict[str, Any]


@dataclass
class Fold:
    """`event`: as the next handler gets it; `outcome`: what came of it so far; `done`: nobody else is asked."""

    event: Object
    outcome: Object
    done: bool = False


def begun(event: Object) -> Fold:
    return Fold(event, {})


def folded(fold: Fold, value: Any, changed: Object | None = None) -> Fold:
    """After a handler that returned `value`; `changed`: what it made of its event in place."""
    kind = EVENTS[fold.event["type"]].contract
    if kind == "payload":
        return fold if value is None else _with(fold, payload=value)
    told = value if isinstance(value, dict) else {}
    return CONTRACTS[kind](fold, told, changed or {})


def _with(fold: Fold, **values: Any) -> Fold:
    """The event and the outcome with these."""
    return Fold({**fold.event, **values}, {**fold.outcome, **values})


def _nothing(fold: Fold, told: Object, changed: Object) -> Fold:
    return fold


def _cancel(fold: Fold, told: Object, changed: Object) -> Fold:
    return Fold(fold.event, told or fold.outcome, bool(told.get("cancel")))


def _block(fold: Fold, told: Object, changed: Object) -> Fold:
    event = fold.event
    if isinstance(changed.get("input"), dict):
        event = {**event, "input": changed["input"]}
    return Fold(event, told or fold.outcome, bool(told.get("block")))


def _patch(fold: Fold, told: Object, changed: Object) -> Fold:
    names = ("content", "details", "isError")
    return _with(fold, **{name: told[name] for name in names if told.get(name) is not None})


def _transform(fold: Fold, told: Object, changed: Object) -> Fold:
    if told.get("action") == "handled":
        return Fold(fold.event, {"action": "handled"}, True)
    if told.get("action") != "transform" or not isinstance(told.get("text"), str):
        return fold
    images = told.get("images") or fold.event.get("images")
    event = {**fold.event, "text": told["text"], "images": images}
    return Fold(event, {"action": "transform", "text": told["text"], "images": images})


def _messages(fold: Fold, told: Object, changed: Object) -> Fold:
    found = told.get("messages") or changed.get("messages")
    return _with(fold, messages=found) if isinstance(found, list) else fold


def _start(fold: Fold, told: Object, changed: Object) -> Fold:
    event, outcome = fold.event, dict(fold.outcome)
    if isinstance(told.get("message"), dict):
        outcome["messages"] = [*outcome.get("messages", []), told["message"]]
    if isinstance(told.get("systemPrompt"), str):
        event = {**event, "systemPrompt": told["systemPrompt"]}
        outcome["systemPrompt"] = told["systemPrompt"]
    return Fold(event, outcome)


def _first(fold: Fold, told: Object, changed: Object) -> Fold:
    return Fold(fold.event, told, bool(told))


def _gather(fold: Fold, told: Object, changed: Object) -> Fold:
    outcome = dict(fold.outcome)
    for name, value in told.items():
        if isinstance(value, list):
            outcome[name] = [*outcome.get(name, []), *(one for one in value if isinstance(one, str))]
    return Fold(fold.event, outcome)


CONTRACTS = {
    "tell": _nothing, "cancel": _cancel, "block": _block, "patch": _patch, "transform": _transform,
    "messages": _messages, "start": _start, "first": _first, "gather": _gather,
}  # fmt: skip
