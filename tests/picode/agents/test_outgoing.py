"""Whatever way a secret takes into a request, it is not in what the provider is asked."""

import json
from pathlib import Path

import msgspec

from picode.agents.outgoing import Outgoing, texts_of
from picode.config.schema import Redact, Settings, Shell
from picode.context.redact import redact
from picode.messages import (
    Assistant,
    BashExecution,
    BranchSummary,
    CompactionSummary,
    Custom,
    Image,
    Message,
    ModelRequest,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
)
from picode.protocol import events
from picode.protocol.values import CommandRecord
from picode.sessions.file import SessionFile
from support.conversation import Heard, Scripted, calls, conversation, says
from support.redaction.corpus import LETTERS

TOKEN = "gh" + "p_" + LETTERS["alnum"][5:41]
OWN = "ACME-1234"
SETTINGS = Settings(redact=Redact(patterns=[r"ACME-\d+"]))
OFF = Settings(shell=Shell(redact=False))


def sent(model: Scripted) -> str:
    return "".join(msgspec.json.encode(request).decode() for request in model.requests)


def answer(*content: Text | Thinking | ToolCall) -> Assistant:
    return Assistant(list(content), "demo", "demo", "demo", Usage(), "stop", 1)


def every_kind_of_message(secret: str) -> list[Message]:
    return [
        User([Text(f"q {secret}"), Image("AAAA", "image/png")], 1),
        answer(Text(f"a {secret}"), ToolCall("c", "write", {"path": "x", "lines": [{"text": secret}]})),
        ToolResult("c", "write", [Text(secret)]),
        BashExecution(f"echo {secret}", secret),
        Custom("other.program", secret),
        Custom("other.program", [Text(secret)]),
        BranchSummary(f"s {secret}", "x"),
        CompactionSummary(f"s {secret}", 5),
    ]


async def test_no_way_into_a_request_lets_a_secret_through(home: Path) -> None:
    project = home / "project"
    project.mkdir()
    (project / "AGENTS.md").write_text(f"Deploy with {TOKEN} and {OWN}.\n")
    (project / "APPEND_SYSTEM.md").write_text(f"{TOKEN} {OWN}\n")
    (project / "a.txt").write_text(f"{TOKEN}\n{OWN}\n")
    model = Scripted(
        calls(("r", "read", '{"path": "a.txt"}'), ("f", "read", json.dumps({"path": f"no/{TOKEN}/{OWN}"}))),
        says(f"I saw {TOKEN}."),
        says("b"),
        says("c"),
    )
    heard = Heard()
    living = conversation(home, heard, model, SETTINGS)
    printed = f"{TOKEN}\r\n{OWN}\r\n".encode()
    record = CommandRecord(number=1, command=f"curl {TOKEN} {OWN}", cwd=str(project), status=0, head=printed)
    living.ask(f"why {TOKEN} {OWN}?", command=record)
    await heard.until(events.TurnEnded)
    living.run_command(f"cat a.txt; echo {TOKEN} {OWN}", True)
    await heard.until(events.EntryAdded, 6)
    living.ask(f"and {TOKEN} {OWN}?", piped=printed.decode())
    await heard.until(events.TurnEnded, 2)
    living.ask(f"@a.txt {TOKEN} {OWN}")
    await heard.until(events.TurnEnded, 3)
    assert len(model.requests) == 4
    assert TOKEN not in sent(model)
    assert OWN not in sent(model)
    assert "[redacted: GitHub token]" in model.requests[0].system
    told = [event.text for event in heard.of(events.Noticed)]
    assert "This was taken out of what the model gets to see: GitHub token, own pattern." in " ".join(told)
    await living.close()


async def test_what_a_file_holds_from_before_is_taken_out_of_every_request_and_stays_in_the_file(
    home: Path,
) -> None:
    (home / "project").mkdir()
    session = SessionFile.create(home / "sessions", str(home / "project"))
    for message in every_kind_of_message(TOKEN)[:-2]:
        session.append_message(message)
    model, heard = Scripted(says("a"), says("b")), Heard()
    living = conversation(home, heard, model, session=session)
    living.ask("go on")
    await heard.until(events.TurnEnded)
    assert TOKEN not in sent(model)
    assert TOKEN in session.path.read_text()
    assert session.path.read_text().count("go on") == 1
    living.ask("and on")
    await heard.until(events.TurnEnded, 2)
    # told once, and not with every request
    assert len([one for one in heard.of(events.Noticed) if "taken out" in one.text]) == 1
    await living.close()


async def test_every_kind_of_message_is_looked_through() -> None:
    outgoing = Outgoing(redact, lambda kinds: None)
    clean = await outgoing.cleaned(ModelRequest("m", TOKEN, every_kind_of_message(TOKEN)))
    assert TOKEN not in msgspec.json.encode(clean).decode()
    assert len(clean.messages) == len(every_kind_of_message(TOKEN))


async def test_whoever_turns_it_off_sends_all_of_it(home: Path) -> None:
    model, heard = Scripted(says("a")), Heard()
    living = conversation(home, heard, model, OFF)
    living.ask(f"why {TOKEN}?")
    await heard.until(events.TurnEnded)
    assert TOKEN in sent(model)
    await living.close()


async def test_a_text_is_read_once_however_often_it_is_sent() -> None:
    read: list[str] = []

    def clean(text: str) -> tuple[str, list[str]]:
        read.append(text)
        return redact(text)

    told: list[list[str]] = []
    outgoing = Outgoing(clean, told.append)
    request = ModelRequest("m", "system", [User([Text("x" * 100_000)], 1), User([Text(TOKEN)], 2)])
    first = await outgoing.cleaned(request)
    again = await outgoing.cleaned(request)
    assert first == again
    assert set(texts_of(first)) == {"system", "x" * 100_000, "[redacted: GitHub token]"}
    assert sorted(map(len, read)) == [6, 40, 100_000]
    assert told == [["GitHub token"]]


async def test_what_a_model_thought_is_signed_and_left_and_a_clean_request_is_the_same_one() -> None:
    outgoing = Outgoing(redact, lambda kinds: None)
    thought = answer(Thinking("PASSWORD=hunter2", "signature"), Text("done"))
    request = ModelRequest("m", "system", [thought])
    assert await outgoing.cleaned(request) is request
