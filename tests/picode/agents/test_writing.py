"""Summaries and titles are written by the fast model, and by another one when it cannot."""

import json
from pathlib import Path
from typing import Any

import pytest

from picode.agents.titles import tidy
from picode.config.schema import Compaction, Models, Providers, Roles, Sessions, Settings
from picode.messages import plain_text
from picode.protocol import events
from picode.providers.base import ModelFailed
from support.conversation import Heard, Scripted, conversation, says

MAIN, FAST = "anthropic/claude-opus-5", "openai/gpt-4.1-mini"
KEYS = {"ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k"}


def living(home: Path, heard: Heard, fast: str = FAST, **more: Any) -> tuple[Any, Scripted, Scripted]:
    settings = Settings(
        models=Models(retries=0, roles=Roles(fast=fast)), compaction=Compaction(keep_recent_tokens=1), **more
    )
    one = conversation(home, heard, settings=settings, model=MAIN, environ=KEYS)
    made = []
    for name, api in (("anthropic", "anthropic-messages"), ("openai", "openai-completions")):
        vendor = Scripted()
        vendor.name, vendor.api = name, api
        one._model._providers._made[name] = vendor
        made.append(vendor)
    return one, made[0], made[1]


async def test_a_summary_is_the_fast_models_work_and_the_conversation_stays_with_its_own(home: Path) -> None:
    heard = Heard()
    one, main, fast = living(home, heard)
    main.answers += [says("One."), says("Two.")]
    fast.answers += [says("What was said, in short."), says("And the rest.")]
    for count in (1, 2):
        one.ask("a question " * 50)
        await heard.until(events.TurnEnded, count)
    one.compact()
    ended = await heard.until(events.CompactionEnded)
    assert ended.error == ""
    assert ended.result is not None
    assert ended.result.summary.startswith("What was said, in short.")
    assert [len(main.requests), len(fast.requests)] == [2, 2]
    assert fast.requests[0].model == "gpt-4.1-mini"
    assert one.status.model == MAIN
    await one.close()


async def test_when_the_fast_model_cannot_the_main_one_does_it(home: Path) -> None:
    heard = Heard()
    one, main, fast = living(home, heard)
    main.answers += [says("One."), says("Two."), says("By the main one."), says("Again.")]
    fast.answers += [[ModelFailed("overload", "Busy.")], [ModelFailed("overload", "Busy.")]]
    for count in (1, 2):
        one.ask("a question " * 50)
        await heard.until(events.TurnEnded, count)
    one.compact()
    ended = await heard.until(events.CompactionEnded)
    assert ended.result is not None
    assert ended.result.summary.startswith("By the main one.")
    await one.close()


async def test_when_the_main_one_cannot_either_a_fallback_does_it(home: Path) -> None:
    heard = Heard()
    one, main, other = living(home, heard, "", providers=Providers(fallback=[FAST]))
    main.answers += [
        says("One."),
        says("Two."),
        [ModelFailed("network", "Gone.")],
        [ModelFailed("network", "Gone.")],
    ]
    other.answers += [says("By the fallback."), says("Again.")]
    for count in (1, 2):
        one.ask("a question " * 50)
        await heard.until(events.TurnEnded, count)
    one.compact()
    ended = await heard.until(events.CompactionEnded)
    assert ended.result is not None
    assert ended.result.summary.startswith("By the fallback.")
    await one.close()


async def test_a_conversation_gets_its_name_once_where_that_is_wanted(home: Path) -> None:
    heard = Heard()
    one, main, fast = living(home, heard, sessions=Sessions(titles=True))
    main.answers += [says("The lexer has a bug."), says("Yes.")]
    fast.answers += [says('"The lexer and its signs."\n')]
    one.ask("why does it fail?")
    named = await heard.until(events.NameChanged)
    assert named.name == one.session.name == "The lexer and its signs"
    asked = plain_text(fast.requests[0].messages[0].content)  # type: ignore[union-attr]
    assert "why does it fail?" in asked
    assert "The lexer has a bug." in asked
    one.ask("sure?")
    await heard.until(events.TurnEnded, 2)
    assert len(fast.requests) == 1
    lines = [json.loads(line) for line in one.session.path.read_text().splitlines()]
    assert sum(line["type"] == "session_info" for line in lines) == 1
    await one.close()


async def test_without_the_setting_nobody_is_asked_for_a_name(home: Path) -> None:
    heard = Heard()
    one, main, fast = living(home, heard)
    main.answers += [says("Yes.")]
    one.ask("well?")
    await heard.until(events.TurnEnded)
    await one.close()
    assert fast.requests == []


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("**A name.**\n\nmore", "A name"),
        ("\n# A name\n", "A name"),
        ("„Ein Name“", "Ein Name"),
        ("a\x1b[31mb", "a[31mb"),
    ],
)
def test_a_name_is_one_plain_line(answer: str, name: str) -> None:
    assert tidy(answer) == name
