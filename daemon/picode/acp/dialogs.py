"""What extensions ask, through an editor: a choice is a permission request, the only question that editors know."""

from typing import Any

from acp.exceptions import RequestError
from acp.helpers import text_block, tool_content
from acp.interfaces import Client
from acp.schema import AllowedOutcome, PermissionOption, ToolCallUpdate

from picode.protocol.requests import AnswerDialog
from picode.protocol.values import Dialog

YES, NO = "Yes", "No"


async def asked(client: Client, session: str, dialog: Dialog) -> AnswerDialog:
    """The person's answer; a line to type has none, for editors cannot ask for it."""
    if dialog.kind not in ("select", "confirm"):
        return AnswerDialog(0, session, dialog.id)
    names = dialog.options if dialog.kind == "select" else [YES, NO]
    options = [
        PermissionOption(option_id=str(at), name=name, kind="reject_once" if name == NO else "allow_once")
        for at, name in enumerate(names)
    ]
    shown: list[Any] | None = [tool_content(text_block(dialog.message))] if dialog.message else None
    call = ToolCallUpdate(
        tool_call_id=dialog.id, title=dialog.title, status="pending", content=shown, kind="other"
    )
    chosen = None
    try:
        answer = await client.request_permission(session, call, options)
        if isinstance(answer.outcome, AllowedOutcome):
            chosen = names[int(answer.outcome.option_id)]
    except (RequestError, ValueError, IndexError):
        pass
    if dialog.kind == "confirm":
        return AnswerDialog(0, session, dialog.id, confirmed=chosen == YES)
    return AnswerDialog(0, session, dialog.id, value=chosen)
