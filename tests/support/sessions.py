"""Makers of session files: lines as real pi wrote them, and conversations of our own."""

import json
from pathlib import Path

from picode.messages import Assistant, AssistantContent, Text, ToolCall, User
from picode.messages import Usage as Spent
from picode.sessions.file import SessionFile

BEGAN = 1_795_210_935_497
PI_LINES = Path(__file__).with_name("pi_lines.jsonl")


def user(text: str) -> User:
    return User(content=[Text(text=text)], timestamp=BEGAN)


def answer(text: str = "", calls: tuple[str, ...] = ()) -> Assistant:
    content: list[AssistantContent] = [Text(text=text)] if text else []
    content += [ToolCall(id=call, name="read", arguments={"path": "a.txt"}) for call in calls]
    return Assistant(
        content=content, api="demo", provider="demo", model="demo", usage=Spent(), timestamp=BEGAN,
        stop_reason="toolUse" if calls else "stop",
    )  # fmt: skip


def header(**more: object) -> str:
    return line(
        {"type": "session", "version": 3, "id": "s1", "timestamp": "2026-11-20T21:42:15.497Z", "cwd": "/"}
        | more
    )


def entry(id_: str, parent: str | None, text: str = "hello", **more: object) -> str:
    place = {"type": "message", "id": id_, "parentId": parent, "timestamp": "2026-11-20T21:42:15.510Z"}
    message = {"role": "user", "content": [{"type": "text", "text": text}], "timestamp": BEGAN}
    return line(place | {"message": message} | more)


def line(raw: object) -> str:
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":")) + "\n"


def written(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines))
    return path


def conversation(directory: Path, *texts: str) -> SessionFile:
    """A conversation on disk and open, in which the user said `texts`."""
    session = SessionFile.create(directory, "/home/u/proj", lambda: BEGAN)
    for text in texts or ("hello",):
        session.append_message(user(text))
    return session
