"""Questions to the person behind a program, and what extensions show them, as pi's `extension_ui_request`: a call that
needs permission is a `select`, which every client of pi knows."""

import itertools
from typing import Any

from picode.protocol.events import EditorSet, Noticed, TitleSet
from picode.protocol.values import Approval, Decision, Dialog, Status

ALLOW, ALWAYS, DENY = "Allow once", "Allow always", "Deny"
DECISIONS: dict[str, Decision] = {ALLOW: "allow", ALWAYS: "always", DENY: "deny"}
Object = dict[str, Any]
_numbers = itertools.count(1)


def request(approval: Approval) -> Object:
    """`select` is a dialog that every client of pi knows."""
    title = f"{approval.title}\n\n{approval.detail}" if approval.detail else approval.title
    return {
        "type": "extension_ui_request",
        "id": approval.call_id,
        "method": "select",
        "title": title,
        "options": [ALLOW, ALWAYS, DENY],
    }


def decision(response: Object) -> Decision:
    """What was chosen; whatever is no choice is a no."""
    value = response.get("value")
    return DECISIONS.get(value, "deny") if isinstance(value, str) else "deny"


def asked(dialog: Dialog) -> Object:
    """What an extension asks."""
    told: Object = {
        "type": "extension_ui_request",
        "id": dialog.id,
        "method": dialog.kind,
        "title": dialog.title,
    }
    match dialog.kind:
        case "select":
            told["options"] = dialog.options
        case "confirm":
            told["message"] = dialog.message
        case "input" if dialog.text:
            told["placeholder"] = dialog.text
        case "editor" if dialog.text:
            told["prefill"] = dialog.text
    return told | ({"timeout": dialog.timeout} if dialog.timeout else {})


def answer(response: Object) -> dict[str, Any]:
    """`value` or `confirmed`; neither: it was left."""
    if response.get("cancelled") is True:
        return {}
    if isinstance(response.get("confirmed"), bool):
        return {"confirmed": response["confirmed"]}
    value = response.get("value")
    return {"value": value} if isinstance(value, str) else {}


def shown(before: Status, after: Status) -> list[Object]:
    """What extensions show in another way than before."""
    out: list[Object] = []
    for key in before.notes.keys() | after.notes.keys():
        if before.notes.get(key) != (text := after.notes.get(key)):
            out.append(show("setStatus", statusKey=key, **({"statusText": text} if text is not None else {})))
    was, now = ({one.key: one for one in status.widgets} for status in (before, after))
    for key in was.keys() | now.keys():
        if was.get(key) != (widget := now.get(key)):
            more = {"widgetLines": widget.lines, "widgetPlacement": widget.placement} if widget else {}
            out.append(show("setWidget", widgetKey=key, **more))
    return out


def told(event: Noticed | TitleSet | EditorSet) -> Object:
    match event:
        case Noticed(level, text):
            return show("notify", message=text, notifyType=level)
        case TitleSet(title):
            return show("setTitle", title=title)
        case EditorSet(text):
            return show("set_editor_text", text=text)


def show(method: str, **fields: Any) -> Object:
    """Something that nobody answers."""
    id_ = f"{method}_{next(_numbers)}"
    return {"type": "extension_ui_request", "id": id_, "method": method, **fields}
