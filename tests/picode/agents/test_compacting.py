"""Summaries in a living conversation: when they come, what is kept, what the model is told after them."""

import json
from pathlib import Path
from typing import Any

import pytest

from picode.agents.conversation import Conversation
from picode.config.schema import Compaction, Models, Settings
from picode.errors import TryLater
from picode.messages import CompactionSummary, Cost, Stopped, TextDelta, Usage, UsageSeen
from picode.protocol import events
from picode.providers.base import ModelFailed
from picode.sessions.display import spent
from picode.sessions.file import SessionFile
from support.conversation import Heard, Scripted, calls, conversation, says

OVERFLOW = ModelFailed("overflow", "The conversation is longer than the model can take.")
KEEP_LITTLE = Settings(
    models=Models(retry_delay=0), compaction=Compaction(reserve_tokens=1000, keep_recent_tokens=10)
)
OFF = Settings(compaction=Compaction(enabled=False, keep_recent_tokens=10))


def full(text: str) -> list[Any]:
    """An answer after which the demo's window is full."""
    return [TextDelta(text), UsageSeen(Usage(input=10**7, output=1)), Stopped("stop")]


def of_kind(living: Conversation, kind: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in living.session.path.read_text().splitlines()]
    return [line for line in lines if line["type"] == kind]


async def asked(living: Conversation, heard: Heard, *questions: str) -> events.TurnEnded:
    for question in questions:
        before = len(heard.of(events.TurnEnded))
        living.ask(question)
        ended = await heard.until(events.TurnEnded, before + 1)
    return ended


async def test_a_full_context_is_summarised_before_the_next_question_goes_out(home: Path) -> None:
    heard = Heard()
    provider = Scripted(full("Long talk."), says("The notes."), says("Second answer."))
    living = conversation(home, heard, provider, KEEP_LITTLE)
    ended = await asked(living, heard, "first " * 50, "second")
    assert ended.outcome == "done"
    [entry] = of_kind(living, "compaction")
    assert entry["summary"] == "The notes."
    assert entry["tokensBefore"] > 10**7
    assert provider.requests[1].tools == []
    [summary, last] = [provider.requests[2].messages[0], provider.requests[2].messages[-1]]
    assert isinstance(summary, CompactionSummary)
    assert "second" in str(last)
    assert "first " not in str(provider.requests[2].messages[1:])
    assert [one.reason for one in heard.of(events.CompactionStarted)] == ["threshold"]
    await living.close()


async def test_between_two_tool_calls_too(home: Path) -> None:
    heard = Heard()
    (home / "project").mkdir()
    (home / "project" / "a.txt").write_text("x" * 400)
    reads = calls(("r", "read", '{"path": "a.txt"}'))
    reads.insert(-1, UsageSeen(Usage(input=10**7)))
    provider = Scripted(says("One."), reads, says("The notes."), says("The start."), says("Done."))
    living = conversation(home, heard, provider, KEEP_LITTLE)
    ended = await asked(living, heard, "first", "second")
    assert (ended.outcome, heard.text()) == ("done", "One.Done.")
    [entry] = of_kind(living, "compaction")
    assert entry["summary"].startswith("The notes.\n\n---\n\n**Turn Context (split turn):**\n\nThe start.")
    await living.close()


async def test_it_never_comes_when_it_is_switched_off(home: Path) -> None:
    heard = Heard()
    provider = Scripted(full("One."), [OVERFLOW])
    living = conversation(home, heard, provider, OFF)
    ended = await asked(living, heard, "first", "second")
    assert (ended.outcome, ended.error) == ("failed", str(OVERFLOW))
    assert of_kind(living, "compaction") == []
    await living.close()


async def test_a_model_that_refuses_the_length_is_asked_once_more_after_a_summary(home: Path) -> None:
    heard = Heard()
    provider = Scripted(says("One."), [OVERFLOW], says("The notes."), says("Two."))
    living = conversation(home, heard, provider, KEEP_LITTLE)
    ended = await asked(living, heard, "first " * 50, "second " * 5)
    assert (ended.outcome, heard.text()) == ("done", "One.Two.")
    assert [one.reason for one in heard.of(events.CompactionEnded)] == ["overflow"]
    assert len(of_kind(living, "compaction")) == 1
    await living.close()


async def test_a_second_refusal_ends_the_turn_with_one_sentence(home: Path) -> None:
    heard = Heard()
    provider = Scripted(says("One."), [OVERFLOW], says("The notes."), [OVERFLOW])
    living = conversation(home, heard, provider, KEEP_LITTLE)
    ended = await asked(living, heard, "first " * 50, "second " * 5)
    assert ended.outcome == "failed"
    assert ended.error.startswith("The conversation is still too long for the model after it was summarised.")
    await living.close()


async def test_a_single_question_that_is_too_long_is_not_summarised_away(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted([OVERFLOW]), KEEP_LITTLE)
    ended = await asked(living, heard, "word " * 5000)
    assert (ended.outcome, ended.error) == ("failed", str(OVERFLOW))
    await living.close()


async def test_a_summary_that_cannot_be_had_does_not_keep_the_question_from_the_model(home: Path) -> None:
    heard = Heard()
    provider = Scripted(full("One."), [ModelFailed("quota", "No credit.")], says("Two."))
    living = conversation(home, heard, provider, KEEP_LITTLE)
    ended = await asked(living, heard, "first " * 50, "second")
    assert (ended.outcome, heard.text()) == ("done", "One.Two.")
    assert any("could not be summarised: No credit." in one.text for one in heard.of(events.Noticed))
    assert of_kind(living, "compaction") == []
    await living.close()


async def test_a_summary_is_tried_again_like_any_call(home: Path) -> None:
    heard = Heard()
    busy = ModelFailed("overload", "Busy.")
    provider = Scripted(full("One."), [busy], [busy], says("The notes."), says("Two."))
    living = conversation(home, heard, provider, KEEP_LITTLE)
    await asked(living, heard, "first " * 50, "second")
    assert len(of_kind(living, "compaction")) == 1
    await living.close()


async def test_by_hand_with_words_about_what_matters_and_an_empty_file_list(home: Path) -> None:
    heard = Heard()
    provider = Scripted(says("One."), says("Two."), says("The notes."), says("Three."))
    living = conversation(home, heard, provider, KEEP_LITTLE)
    await asked(living, heard, "first " * 50, "second " * 20)
    living.compact("the names of the tests")
    assert living.status.state == "compacting"
    with pytest.raises(TryLater):
        living.compact()
    assert (await heard.until(events.TurnEnded, 3)).outcome == "done"
    assert "Additional focus: the names of the tests" in str(provider.requests[2].messages)
    [entry] = of_kind(living, "compaction")
    assert {key: entry["details"][key] for key in ("readFiles", "modifiedFiles")} == {
        "readFiles": [], "modifiedFiles": [],
    }  # fmt: skip
    assert living.status.context_used < 100
    assert heard.of(events.EntryAdded)[-1].entry.id == entry["id"]
    await living.close()


async def test_what_is_asked_meanwhile_is_answered_afterwards(home: Path) -> None:
    heard = Heard()
    provider = Scripted(says("One."), says("Two."), says("The notes."), says("Three."))
    living = conversation(home, heard, provider, KEEP_LITTLE)
    await asked(living, heard, "first " * 50, "second " * 20)
    living.compact()
    living.ask("third")
    assert (await heard.until(events.TurnEnded, 3)).outcome == "done"
    assert heard.text() == "One.Two.Three."
    await living.close()


async def test_nothing_to_summarise_is_said(home: Path) -> None:
    heard = Heard()
    living = conversation(home, heard, Scripted(), KEEP_LITTLE)
    living.compact()
    ended = await heard.until(events.TurnEnded)
    assert (ended.outcome, ended.error) == (
        "failed", "The conversation is short enough: there is nothing to summarise yet.",
    )  # fmt: skip
    await living.close()


async def test_cancelled_in_the_middle_nothing_is_written(home: Path) -> None:
    import asyncio

    heard = Heard()
    hold = asyncio.Event()
    provider = Scripted(says("One."), says("Two."), [TextDelta("half"), hold])
    living = conversation(home, heard, provider, KEEP_LITTLE)
    await asked(living, heard, "first " * 50, "second " * 20)
    living.compact()
    await heard.until(events.CompactionStarted)
    living.cancel()
    assert (await heard.until(events.TurnEnded, 3)).outcome == "cancelled"
    assert of_kind(living, "compaction") == []
    await living.close()


async def test_an_empty_or_cut_summary_is_not_taken(home: Path) -> None:
    heard = Heard()
    cut_short: list[Any] = [TextDelta("half"), Stopped("length")]
    living = conversation(home, heard, Scripted(says("One."), says("Two."), cut_short), KEEP_LITTLE)
    await asked(living, heard, "first " * 50, "second " * 20)
    living.compact()
    ended = await heard.until(events.TurnEnded, 3)
    assert ended.error.startswith("The model wrote no whole summary.")
    assert of_kind(living, "compaction") == []
    await living.close()


async def test_what_a_summary_cost_is_in_the_file_and_in_the_sum(home: Path) -> None:
    heard = Heard()
    paid = Usage(input=10, output=5, cost=Cost(total=0.5))
    notes: list[Any] = [TextDelta("The notes."), UsageSeen(paid), Stopped("stop")]
    living = conversation(home, heard, Scripted(says("One."), says("Two."), notes), KEEP_LITTLE)
    await asked(living, heard, "first " * 50, "second " * 20)
    living.compact()
    await heard.until(events.TurnEnded, 3)
    assert living.status.cost == 0.5
    path = living.session.path
    await living.close()
    again = SessionFile.look(path)
    assert spent(again)[0] == 0.5
    again.close()
