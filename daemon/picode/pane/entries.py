"""One entry of a conversation as lines: what was said, what a tool did, what was sent of a command."""

import re
from collections import Counter
from typing import Any

from msgspec import structs

from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Custom,
    Text,
    ToolCall,
    ToolResult,
    User,
    plain_text,
    without_context,
)
from picode.pane.diff import changed
from picode.pane.lines import TAB, Line, cut, wrap
from picode.pane.markdown import parse
from picode.pane.safe import safe, safe_line
from picode.pane.typeset import typeset
from picode.protocol.routing import FAILOVER
from picode.protocol.values import Entry, Receipt

LONGEST_ECHO = 60
"""Lines of a command's output, or of a long message, that are shown at once; Ctrl-O shows the rest."""
SKILL = re.compile(
    r'<skill name="(?P<name>[^"]*)" location="[^"]*">\n.*?\n</skill>(?:\n\n(?P<words>.*))?', re.DOTALL
)
ARGUMENTS = ("command", "path", "pattern", "url", "query")


def entry_lines(entry: Entry, titles: dict[str, str], width: int) -> list[Line]:  # noqa: PLR0911
    """The entry as it stands in the scrollback; `titles` are those of calls made before it."""
    message = entry.message
    match message:
        case User():
            return user_lines(message, entry.receipt, width)
        case Assistant():
            return assistant_lines(message, width)
        case ToolResult():
            return [result_line(message, titles.get(message.tool_call_id, message.tool_name), width)]
        case BashExecution():
            return bash_lines(message, entry.receipt, width)
        case Custom() if message.custom_type == FAILOVER:
            return notice_lines("warning", plain_text(message.content), width)
        case Custom():
            text = (entry.shown or plain_text(message.content)) if message.display else ""
            lines = [[(f"{style} customMessageText customMessageBg".strip(), part) for style, part in line]
                     for line in typeset(parse(text), width)]  # fmt: skip
            label: Line = [("bold customMessageLabel customMessageBg", f"[{safe_line(message.custom_type)}]")]
            return [*([] if entry.shown else [label]), *lines, []] if text else []
        case CompactionSummary() | BranchSummary():
            return [
                [("dim", cut_text(f"― earlier messages in short: {safe_line(message.summary)}", width))],
                [],
            ]


def user_lines(message: User, receipt: Receipt | None, width: int) -> list[Line]:
    chosen = context_text(receipt) if receipt and receipt.context else ""
    message = structs.replace(message, content=without_context(message.content))
    if receipt and not (receipt.command or receipt.sent or receipt.redacted):
        receipt = None
    along = receipt and (receipt.command or receipt.sent)
    text = as_typed(_asked(message) if along else plain_text(message.content))
    out: list[Line] = []
    lines = safe(text).strip("\n").replace("\t", TAB).split("\n") if text.strip() else []
    for number, line in enumerate(lines[:LONGEST_ECHO]):
        lead = "❯ " if number == 0 else "  "
        out += [[("accent", part[0][1]), *part[1:]] if part else part
                for part in wrap([("userMessageText userMessageBg", line)], width, lead, "  ")]  # fmt: skip
    if len(lines) > LONGEST_ECHO:
        out.append([("dim", f"  … {len(lines) - LONGEST_ECHO:,} more lines")])
    if receipt:
        out += wrap([("dim", receipt_text(receipt))], width, "", "    ")
    if chosen:
        out += wrap([("dim", chosen)], width, "", "    ")
    images = len(message.content) - sum(isinstance(part, Text) for part in message.content)
    if images:
        out.append([("dim", f"  {images} image{'s' if images > 1 else ''}")])
    return [*out, []]


def as_typed(text: str) -> str:
    """A skill that was unfolded for the model, as the person called it."""
    found = SKILL.fullmatch(text)
    return f"/skill:{found['name']} {found['words'] or ''}".rstrip() if found else text


def _asked(message: User) -> str:
    """The words of a person in a message that carries a command's output: the first block, if there are two."""
    texts = [part.text for part in message.content if isinstance(part, Text)]
    return texts[0] if len(texts) > 1 else ""


def receipt_text(receipt: Receipt) -> str:
    """What left the machine: command, status, size, what was cut or taken out."""
    status = "still running" if receipt.status is None else f"exit {receipt.status}"
    parts = [f"$ {safe_line(receipt.command)}", status, f"{size(receipt.size)} of output"]
    if not receipt.command:
        parts = [f"{'piped text' if receipt.exact else 'the screen'}, {size(receipt.size)}"]
    if not (receipt.command or receipt.size):
        return f"↑ redacted: {_counted(receipt.redacted)}"
    parts.append(f"{receipt.sent:,} characters sent")
    if receipt.cut:
        parts.append(f"{receipt.cut:,} cut from the middle")
    if receipt.redacted:
        parts.append(f"redacted: {_counted(receipt.redacted)}")
    if not receipt.exact:
        parts.append("read from the screen, so not exact")
    return "↑ " + " · ".join(parts)


def context_text(receipt: Receipt) -> str:
    """Which files of the project went along."""
    number = len(receipt.context)
    files = ", ".join(safe_line(one if len(one) <= 60 else f"{one[:59]}…") for one in receipt.context)
    return f"↑ {number} file{'s' * (number > 1)} of the project · about {receipt.tokens:,} tokens · {files}"


def _counted(kinds: list[str]) -> str:
    """`GitHub token ×2, password`"""
    counts = Counter(map(safe_line, kinds))
    return ", ".join(f"{kind} ×{number}" if number > 1 else kind for kind, number in sorted(counts.items()))


def assistant_lines(message: Assistant, width: int) -> list[Line]:
    text = answer_text(message)
    out = typeset(parse(text), width) if text.strip() else []
    if out:
        out.append([])
    if message.stop_reason == "error":
        out += notice_lines("error", message.error_message or "The model's answer failed.", width)
    elif message.stop_reason == "aborted":
        out += [[("ansiyellow", "■ cancelled")], []]
    elif message.stop_reason == "length":
        out += notice_lines("warning", "The answer reached the longest length that is allowed.", width)
    return out


def answer_text(message: Assistant) -> str:
    return "".join(part.text for part in message.content if isinstance(part, Text))


def call_titles(message: Assistant) -> dict[str, str]:
    """One line for each call that an answer makes."""
    calls = [part for part in message.content if isinstance(part, ToolCall)]
    return {call.id: title_of(call.name, call.arguments) for call in calls}


def title_of(tool: str, arguments: dict[str, Any]) -> str:
    told = next((str(arguments[name]) for name in ARGUMENTS if arguments.get(name)), "")
    return safe_line(f"{tool} {told}")


def thought_lines(text: str, width: int) -> list[Line]:
    """All of a thought."""
    return [[(f"{style} thinkingText italic".strip(), part) for style, part in line]
            for line in typeset(parse(safe(text).strip()), width)]  # fmt: skip


def result_line(message: ToolResult, title: str, width: int) -> Line:
    """A finished call, folded: its mark, its title, and what came of it in some words."""
    ground = "toolErrorBg" if message.is_error else "toolSuccessBg"
    mark = (f"error {ground}", "✗ ") if message.is_error else (f"success {ground}", "✓ ")
    told = _outcome(message)
    room = max(8, width - len(told) - 5)
    named = cut([(f"toolTitle {ground}", safe_line(title))], room)
    return cut([mark, *named, ("muted", f" · {told}" if told else "")], width)


def _outcome(message: ToolResult) -> str:
    if diff := result_diff(message):
        added, removed = changed(diff)
        return f"+{added} −{removed}"
    lines = plain_text(message.content).strip("\n").split("\n")
    if message.is_error:
        return cut_text(safe_line(lines[-1]), 60)
    return cut_text(safe_line(lines[0]), 50) if len(lines) == 1 else f"{len(lines):,} lines"


def result_diff(message: ToolResult) -> str:
    found = message.details.get("diff", "")
    return found if isinstance(found, str) else ""


def bash_lines(message: BashExecution, receipt: Receipt | None, width: int) -> list[Line]:
    sign = "!!" if message.exclude_from_context else "!"
    out = wrap([("bold bashMode", safe_line(message.command))], width, f"{sign} ", "  ")
    output = safe(message.output).rstrip("\n").replace("\t", TAB)
    lines = output.split("\n") if output else []
    if len(lines) > LONGEST_ECHO:
        out.append([("dim", f"… {len(lines) - LONGEST_ECHO:,} lines before these")])
    out += [[("toolOutput", line)] for line in lines[-LONGEST_ECHO:]]
    if message.cancelled:
        out.append([("ansiyellow", "■ cancelled")])
    elif message.exit_code:
        out.append([("ansired", f"✗ exit {message.exit_code}")])
    if receipt and (receipt.cut or receipt.redacted):
        out += wrap([("dim", receipt_text(receipt))], width, "", "    ")
    return [*out, []]


def notice_lines(level: str, text: str, width: int) -> list[Line]:
    style, sign = {"error": ("ansired", "✗"), "warning": ("ansiyellow", "!")}.get(level, ("dim", "·"))
    return [*wrap([(style, safe_line(text))], width, f"{sign} ", "  "), []]


def size(count: int) -> str:
    """Bytes in a person's words."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:.1f} KB"
    return f"{count / 1_000_000:.1f} MB"


def cut_text(text: str, width: int) -> str:
    return "".join(part for _, part in cut([("", text)], width))
