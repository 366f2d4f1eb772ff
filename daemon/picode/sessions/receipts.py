"""What was sent along in a conversation: the receipts in its file, read without opening it.

pi's dialect has room for them: {"type":"custom","customType":"picode.receipt","data":{"for":ENTRY,…},…}
"""

from pathlib import Path

import msgspec

from picode.protocol.values import Receipt, SentReceipt
from picode.sessions.entries import fields, milliseconds
from picode.sessions.file import RECEIPT

MARK = RECEIPT.encode()
LONGEST = 1 << 20
"""Bytes of a receipt's line; a longer one is none of ours."""


def receipts_in(path: Path, conversation: str) -> list[SentReceipt]:
    """Latest last, those of abandoned branches too: they were sent. [] for a file that is gone."""
    try:
        with path.open("rb") as file:
            found = [_receipt(line, conversation) for line in file if len(line) < LONGEST and MARK in line]
    except OSError:
        return []
    return [one for one in found if one is not None]


def _receipt(line: bytes, conversation: str) -> SentReceipt | None:
    raw = fields(line) or {}
    data = raw.get("data")
    if raw.get("customType") != RECEIPT or not isinstance(data, dict):
        return None
    try:
        receipt = msgspec.convert(data, Receipt)
    except msgspec.MsgspecError:
        return None
    if not (receipt.command or receipt.size or receipt.sent or receipt.redacted):
        return None  # it only names a key press
    entry = data.get("for")
    time = milliseconds(raw.get("timestamp"))
    return SentReceipt(conversation, entry if isinstance(entry, str) else "", time, receipt)
