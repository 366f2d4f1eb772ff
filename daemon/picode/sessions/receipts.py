"""What was sent in a conversation: the receipts in its file, and the results of its tools, read without opening it.

pi's dialect has room for them: {"type":"custom","customType":"picode.receipt","data":{"for":ENTRY,…},…}
A tool's result is a receipt of its own: the file has the text as it was sent, and beside it what was cut and taken out.
"""

from pathlib import Path

import msgspec

from picode.protocol.values import Receipt, SentReceipt
from picode.sessions.entries import fields, milliseconds
from picode.sessions.file import RECEIPT
from picode.sessions.results import Results

MARK = RECEIPT.encode()
LONGEST = 1 << 20
"""Bytes of a receipt's line; a longer one is none of ours."""


def receipts_in(path: Path, conversation: str, tools: bool = True) -> list[SentReceipt]:
    """Latest last, those of abandoned branches too: they were sent. `tools`: with those of the assistant's tools.
    [] for a file that is gone."""
    results = Results(conversation) if tools else None
    found: list[SentReceipt | None] = []
    try:
        with path.open("rb") as file:
            for line in file:
                if len(line) < LONGEST and MARK in line and (one := _receipt(line, conversation)):
                    found.append(one)
                elif results is not None:
                    found.append(results.read(line))
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
    if not (receipt.command or receipt.size or receipt.sent or receipt.redacted or receipt.context):
        return None  # it only names a key press
    entry = data.get("for")
    time = milliseconds(raw.get("timestamp"))
    return SentReceipt(conversation, entry if isinstance(entry, str) else "", time, receipt)
