"""What of the project goes to the model with a question: chosen, cleaned, told, and never twice."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

from picode.agents.along import asked, sent_before
from picode.config.schema import Context, Settings
from picode.context.choose.choose import Choice, choose
from picode.messages import CONTEXT, ModelRequest, Text, User, plain_text, without_context
from picode.protocol import events
from picode.protocol.values import CommandRecord
from picode.sessions.receipts import receipts_in
from support.conversation import Heard, Scripted, calls, conversation, says
from support.indexed import index, project, write

SETTINGS = Settings(context=Context(budget=1500))
TOKEN = "ghp_" + "a1B2" * 9


class Chooser:
    """A real index of a small project; `questions` are what was asked of it."""

    def __init__(self, home: Path) -> None:
        self.root = project(
            home / "shop",
            login_py=f"def login(cookie):\n    return check(cookie)\n\n\nTOKEN = '{TOKEN}'\n",
            paint_py="def paint(canvas):\n    canvas.fill('red')\n",
        )
        self._file = home / "shop.db"
        self.questions: list[str] = []
        self.fails = False

    async def __call__(self, question: str, budget: int, known: Callable[[str, str], bool]) -> Choice:
        self.questions.append(question)
        if self.fails:
            raise sqlite3.OperationalError("disk I/O error")
        with index(self.root, self._file) as connection:
            return choose(connection, self.root, question, budget, known=known)


def said(request: ModelRequest) -> list[str]:
    """The blocks of the last thing that a person said."""
    last = [one for one in request.messages if isinstance(one, User)][-1]
    assert not isinstance(last.content, str)
    return [block.text for block in last.content if isinstance(block, Text)]


async def test_what_is_chosen_goes_behind_the_question_without_secrets_and_stands_in_its_receipt(
    home: Path,
) -> None:
    heard, provider, chooser = Heard(), Scripted(says("so")), Chooser(home)
    living = conversation(home, heard, provider, SETTINGS, choose=chooser)
    living.ask("why does login fail?")
    await heard.until(events.TurnEnded)
    words, along = said(provider.requests[0])
    assert words == "why does login fail?"
    assert along.startswith(CONTEXT)
    assert '<file path="login.py" lines="6">\ndef login(cookie):' in along
    assert TOKEN not in along
    entry = heard.of(events.EntryAdded)[0].entry
    assert entry.receipt is not None
    assert entry.receipt.context[0] == "login.py"
    assert entry.receipt.redacted == ["GitHub token"]
    assert entry.receipt.bytes == len(f"{words}{along}".encode())
    assert 0 < entry.receipt.tokens <= 1500
    await living.close()
    assert [one.receipt.context[0] for one in receipts_in(living.session.path, living.id)] == ["login.py"]


async def test_what_the_conversation_has_is_not_sent_again_and_what_changed_is(home: Path) -> None:
    heard, provider, chooser = Heard(), Scripted(says("1"), says("2"), says("3")), Chooser(home)
    living = conversation(home, heard, provider, SETTINGS, choose=chooser)
    for count in (1, 2):
        living.ask("how does login check the cookie, and paint the canvas?")
        await heard.until(events.TurnEnded, count)
    assert [len(said(request)) for request in provider.requests] == [2, 1]
    write(chooser.root, paint_py="def paint(canvas):\n    canvas.fill('blue')\n")
    living.ask("how does login check the cookie, and paint the canvas?")
    await heard.until(events.TurnEnded, 3)
    again = said(provider.requests[2])[1]
    assert "'blue'" in again
    assert "login.py" not in again
    await living.close()


async def test_only_a_question_that_begins_a_turn_gets_something(home: Path) -> None:
    gate = asyncio.Event()
    heard, chooser = Heard(), Chooser(home)
    provider = Scripted([gate, *calls(("r", "read", '{"path": "a.txt"}'))], says("2"), says("3"))
    living = conversation(home, heard, provider, SETTINGS, choose=chooser)
    living.ask("paint")
    await heard.until(events.TurnStarted)
    living.ask("login")
    gate.set()
    await heard.until(events.TurnEnded)
    assert len(chooser.questions) == 1
    assert said(provider.requests[1]) == ["login"]
    await living.close()


async def test_a_budget_of_nothing_asks_nobody_and_a_broken_index_stops_nothing(home: Path) -> None:
    heard, provider, chooser = Heard(), Scripted(says("1"), says("2")), Chooser(home)
    living = conversation(home, heard, provider, choose=chooser)
    living.ask("login")
    await heard.until(events.TurnEnded)
    assert chooser.questions == []
    chooser.fails = True
    living.use(SETTINGS)
    living.ask("login")
    await heard.until(events.TurnEnded, 2)
    assert len(chooser.questions) == 1
    assert [said(request) for request in provider.requests] == [["login"], ["login"]]
    await living.close()


async def test_a_commands_output_chooses_too(home: Path) -> None:
    heard, provider, chooser = Heard(), Scripted(says("1")), Chooser(home)
    living = conversation(home, heard, provider, SETTINGS, choose=chooser)
    record = CommandRecord(1, "make", "/p", status=2, head=b'File "paint.py", line 2, in paint\n')
    living.ask("", command=record)
    await heard.until(events.TurnEnded)
    assert 'File "paint.py", line 2' in chooser.questions[0]
    blocks = said(provider.requests[0])
    assert len(blocks) == 3
    assert '<file path="paint.py"' in blocks[2]
    await living.close()


def test_what_was_sent_is_found_in_the_messages() -> None:
    along = f'{CONTEXT}…\n<file path="a &quot;b&quot;.py" lines="2">\nx = 1\n⋮ 9\ny\n</file>\n</context>'
    message = User([Text("why?"), Text(along)], 1)
    assert sent_before([message, User([Text("hello")], 2)]) == {'a "b".py': ["x = 1\n⋮ 9\ny\n"]}
    assert plain_text(without_context(message.content)) == "why?"
    assert asked(User([Text("why?"), Text("x" * 5000)], 1)) == "why?\n\n" + "x" * 3000
