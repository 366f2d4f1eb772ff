"""A conversation as a file for people or programs: the active path, read message by message.

json    one object: the header and the entries of the path, as they are in the file
jsonl   a session file with nothing but the path in it, which pi and `picode sessions import` take
md      Markdown; text plain text; html one file that needs nothing else
"""

from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Image,
    Message,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    User,
)
from picode.sessions.display import SHOWN
from picode.sessions.file import SessionFile
from picode.sessions.stringify import stringify
from picode.sessions.texts import role_of
from picode.sessions.typed import message_in

WHO = {
    "user": "You", "assistant": "Assistant", "toolResult": "Tool", "bashExecution": "Command", "custom": "Note",
    "branchSummary": "Summary of another branch", "compactionSummary": "Summary of what came before",
}  # fmt: skip


class Part(NamedTuple):
    """A piece of a message: `text`, `thinking`, `code` (a call or an output, `title` says which), or `image`."""

    kind: str
    text: str
    title: str = ""


class Said(NamedTuple):
    """A message as it is shown; `time` in milliseconds since 1970."""

    role: str
    who: str
    time: int
    parts: list[Part]


def spoken(session: SessionFile) -> Iterator[Said]:
    """The messages of the active path, in order."""
    for position in session.path_to_leaf():
        if session.tree.kinds[position] in SHOWN:
            message = message_in(session.line(position))
            if message is not None:
                role = role_of(message)
                yield Said(role, WHO.get(role, role), message.timestamp, parts_of(message))


def parts_of(message: Message) -> list[Part]:
    match message:
        case User() | Assistant():
            return [_part(block) for block in message.content]
        case ToolResult():
            failed = " failed" if message.is_error else ""
            return [
                part._replace(kind="code" if part.kind == "text" else part.kind, title=f"{message.tool_name}{failed}")
                for part in map(_part, message.content)
            ]  # fmt: skip
        case BashExecution():
            return [Part("code", message.output, f"$ {message.command}")]
        case BranchSummary() | CompactionSummary():
            return [Part("text", message.summary)]
    if isinstance(message.content, str):
        return [Part("text", message.content)]
    return [_part(block) for block in message.content]


def _part(block: Text | Thinking | Image | ToolCall) -> Part:
    match block:
        case Text():
            return Part("text", block.text)
        case Thinking():
            return Part("thinking", block.thinking, "thinking")
        case Image():
            return Part("image", block.data, block.mime_type)
        case ToolCall():
            said = (
                f"{name}: {value if isinstance(value, str) else stringify(value).decode()}"
                for name, value in block.arguments.items()
            )
            return Part("code", "\n".join(said), f"call of {block.name}")


def export(session: SessionFile, form: str, file: IO[bytes]) -> None:
    """Write it in one of the `FORMS`."""
    for piece in FORMS[form](session):
        file.write(piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace"))


def _json(session: SessionFile) -> Iterator[bytes]:
    header = {"id": session.id, "cwd": session.cwd, "name": session.name, "path": str(session.path)}
    yield b'{"session":' + stringify(header) + b',"entries":[\n'
    for number, position in enumerate(session.path_to_leaf()):
        yield (b",\n" if number else b"") + session.line(position)
    yield b"\n]}\n"


def _lines(session: SessionFile) -> Iterator[bytes]:
    yield session.head() + b"\n"
    for position in session.path_to_leaf():
        yield session.line(position) + b"\n"


def _markdown(session: SessionFile) -> Iterator[str]:
    from picode.sessions.export_text import markdown

    return markdown(session, spoken(session))


def _text(session: SessionFile) -> Iterator[str]:
    from picode.sessions.export_text import plain

    return plain(session, spoken(session))


def _html(session: SessionFile) -> Iterator[str]:
    from picode.sessions.export_html import page

    return page(session, spoken(session))


FORMS: dict[str, Callable[[SessionFile], Iterator[bytes] | Iterator[str]]] = {
    "json": _json, "jsonl": _lines, "md": _markdown, "text": _text, "html": _html,
}  # fmt: skip
