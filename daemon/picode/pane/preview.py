"""A command's output that would be sent: shown whole, and sent or dropped with one key."""

from dataclasses import replace

from picode.pane.entries import receipt_text
from picode.pane.lines import TAB, Line, cut, wrap
from picode.pane.safe import exact
from picode.pane.state import State, Step, Tell
from picode.protocol.requests import SettlePreview
from picode.protocol.values import Preview


def preview_printed(preview: Preview, width: int) -> list[Line]:
    """All of it: it goes into the scrollback, where any length can be read."""
    out: list[Line] = [[("bold ansiyellow", "? this would be sent:")]]
    text = exact(preview.text).rstrip("\n").replace("\t", TAB)
    out += [[("", f"  {line}")] for line in text.split("\n")]
    if preview.receipt is not None:
        out += wrap([("dim", receipt_text(preview.receipt))], width, "", "    ")
    return out


def preview_question(state: State, preview: Preview, width: int) -> list[Line]:
    """The question with its keys, for the live area."""
    line: Line = [
        ("bold ansiyellow", "send this? "),
        ("bold", "Enter"),
        ("", " sends  "),
        ("bold", "Esc"),
        ("", " drops it"),
    ]
    if (more := len(state.status.previews) - 1) > 0:
        line.append(("dim", f"  ({more} more)"))
    receipt = preview.receipt
    what = f"$ {exact(receipt.command)}" if receipt is not None and receipt.command else "piped text"
    return [cut([("ansiyellow", "↑ "), ("", " ".join(what.split()))], width), cut(line, width)]


def settle(state: State, preview: Preview, send: bool) -> Step:
    """Enter or Esc on an empty line."""
    told = Tell(SettlePreview(0, state.conversation, preview.id, send))
    return replace(state, settled=state.settled | {preview.id}), [told]
