"""The second time that the same is asked, the answer is the one that was kept; where tools are offered it is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from picode.config.schema import Cache, Settings
from picode.protocol import events
from picode.protocol.values import Wishes
from picode.providers.answers import Answers
from support.conversation import Heard, Scripted, conversation, says


@pytest.fixture
def answers(home: Path) -> Iterator[Answers]:
    made = Answers(home / "answers.db")
    yield made
    made.close()


async def ask(home: Path, answers: Answers, provider: Scripted, wishes: Wishes, **cache: Any) -> Heard:
    """In a conversation of its own."""
    heard = Heard()
    living = conversation(home, heard, provider, Settings(cache=Cache(**cache)))
    living._model._sending.traffic.answers = answers
    living.wish(wishes)
    living.ask("What is a lexer?")
    assert (await heard.until(events.TurnEnded)).outcome == "done"
    await living.close()
    return heard


BARE = Wishes(tools=[])


async def test_the_second_time_nobody_is_asked_and_the_person_is_told(home: Path, answers: Answers) -> None:
    provider = Scripted(says("It makes tokens."), says("never"))
    await ask(home, answers, provider, BARE)
    again = await ask(home, answers, provider, BARE)
    assert (len(provider.requests), again.text()) == (1, "It makes tokens.")
    assert [notice.text for notice in again.of(events.Noticed)] == [
        "This answer was kept from before; --no-cache asks anew."
    ]


@pytest.mark.parametrize(
    ("wishes", "cache"),
    [
        (Wishes(), {}),
        (Wishes(tools=[], unread=["cache"]), {}),
        (BARE, {"enabled": False}),
        (BARE, {"seconds": 0}),
        (BARE, {"megabytes": 0}),
    ],
    ids=["with tools", "--no-cache", "off", "too old", "no room"],
)
async def test_it_is_asked_anew(home: Path, answers: Answers, wishes: Wishes, cache: dict[str, Any]) -> None:
    provider = Scripted(says("One."), says("Two."))
    for _ in range(2):
        await ask(home, answers, provider, wishes, **cache)
    assert len(provider.requests) == 2


async def test_where_it_is_wanted_a_turn_with_tools_hits_too(home: Path, answers: Answers) -> None:
    provider = Scripted(says("One."), says("never"))
    for _ in range(2):
        await ask(home, answers, provider, Wishes(), tools=True)
    assert len(provider.requests) == 1
