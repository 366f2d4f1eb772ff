"""Questions to the person behind a program: a call that needs permission, as pi's `extension_ui_request`."""

from typing import Any

from picode.protocol.values import Approval, Decision

ALLOW, ALWAYS, DENY = "Allow once", "Allow always", "Deny"
DECISIONS: dict[str, Decision] = {ALLOW: "allow", ALWAYS: "always", DENY: "deny"}
Object = dict[str, Any]


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
