"""Another model answers while the one that was chosen cannot, visibly, until the turn ends."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from picode.acp.updates import Updates
from picode.agents.answer import Retry
from picode.agents.sending import Sending
from picode.cli.print_mode import TextWriter
from picode.config.schema import Models, Providers, Rate, Settings
from picode.messages import Custom, TextDelta
from picode.protocol import events
from picode.providers.base import ModelFailed
from picode.providers.spending import report
from picode.providers.spending.ledger import Ledger
from picode.sessions.display import path_entries
from picode.sessions.file import SessionFile
from picode.sessions.messages import context_of
from support.conversation import Heard, Scripted, calls, conversation, says

MAIN, OTHER, THIRD = "anthropic/claude-sonnet-5-5", "openai/gpt-4.1", "demo/demo"
KEYS = {"ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k"}


def busy(kind: str = "overload", **more: Any) -> list[Any]:
    return [ModelFailed(kind, "Anthropic is overloaded.", "Try again.", **more)]


class Bench:
    """A conversation with a scripted provider in each vendor's place."""

    def __init__(
        self, home: Path, *, retries: int = 1, fallback: list[str] | None = None, **providers: Any
    ) -> None:
        fallback = [OTHER, THIRD] if fallback is None else fallback
        self.heard = Heard()
        settings = Settings(
            models=Models(retries=retries, retry_delay=0.001),
            providers=Providers(fallback=fallback, **providers),
        )
        self.living = conversation(home, self.heard, settings=settings, model=MAIN, environ=KEYS)
        self.vendors: dict[str, Scripted] = {}
        for name, api in (
            ("anthropic", "anthropic-messages"),
            ("openai", "openai-completions"),
            ("demo", "demo"),
        ):
            self.vendors[name] = made = Scripted()
            made.name, made.api = name, api
            self.living._model._providers._made[name] = made

    def answers(self, vendor: str, *answers: list[Any]) -> None:
        self.vendors[vendor].answers += answers

    async def turn(self, count: int = 1) -> events.TurnEnded:
        self.living.ask("hi")
        return await self.heard.until(events.TurnEnded, count)

    def asked(self) -> dict[str, int]:
        return {name: len(one.requests) for name, one in self.vendors.items() if one.requests}

    def notes(self) -> list[str]:
        added = [event.entry.message for event in self.heard.of(events.EntryAdded)]
        return [str(message.content) for message in added if isinstance(message, Custom)]

    @property
    def sending(self) -> Sending:
        return self.living._model._sending


async def test_the_next_model_answers_after_the_retries_and_everybody_sees_it(home: Path) -> None:
    bench = Bench(home)
    bench.answers("anthropic", busy(), busy())
    bench.answers("openai", says("Here."))
    ended = await bench.turn()
    assert (ended.outcome, bench.asked(), bench.heard.text()) == (
        "done",
        {"anthropic": 2, "openai": 1},
        "Here.",
    )
    [note] = bench.notes()
    assert note == (
        f"Anthropic is overloaded. Try again. {OTHER} answers in place of {MAIN}, until this turn ends."
    )
    answering = [event.status.model for event in bench.heard.of(events.StatusChanged)]
    assert OTHER in answering
    assert bench.living.status.model == MAIN
    await bench.living.close()


async def test_the_note_is_kept_for_people_not_for_models_and_the_chosen_model_comes_back(home: Path) -> None:
    bench = Bench(home, retries=0)
    bench.answers("anthropic", busy(), says("I am back."))
    bench.answers("openai", says("Here."))
    await bench.turn()
    await bench.turn(2)
    assert bench.asked() == {"anthropic": 2, "openai": 1}
    assert not any(
        "in place of" in str(message) for message in bench.vendors["anthropic"].requests[-1].messages
    )
    path = bench.living.session.path
    await bench.living.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    kinds = [line["type"] for line in lines if line["type"] != "message"]
    assert kinds[-2:] == ["custom", "model_change"]
    again = SessionFile.open(path)
    assert context_of(again).model == MAIN
    shown = [entry.message for entry in path_entries(again)[0]]
    assert [type(message).__name__ for message in shown] == [
        "User",
        "Custom",
        "Assistant",
        "User",
        "Assistant",
    ]
    again.close()


@pytest.mark.parametrize("kind", ["quota", "bad_key", "no_key", "unknown_model"])
def test_what_no_retry_helps_goes_elsewhere_at_once(home: Path, kind: str) -> None:
    async def play() -> None:
        bench = Bench(home, retries=3)
        bench.answers("anthropic", busy(kind))
        bench.answers("openai", says("Here."))
        assert (await bench.turn()).outcome == "done"
        assert bench.asked() == {"anthropic": 1, "openai": 1}
        await bench.living.close()

    asyncio.run(play())


@pytest.mark.parametrize("kind", ["refused", "bad_request"])
async def test_what_was_declined_is_not_taken_to_another_vendor_unasked(home: Path, kind: str) -> None:
    bench = Bench(home)
    bench.answers("anthropic", busy(kind))
    assert (await bench.turn()).outcome == "failed"
    assert bench.asked() == {"anthropic": 1}
    await bench.living.close()


async def test_an_answer_of_which_a_part_was_shown_is_kept_and_nobody_else_asked(home: Path) -> None:
    bench = Bench(home)
    bench.answers("anthropic", [TextDelta("Half an ans"), *busy("cut")])
    assert (await bench.turn()).outcome == "failed"
    assert bench.asked() == {"anthropic": 1}
    await bench.living.close()


async def test_a_tool_that_ran_is_not_run_again_by_the_next_model(home: Path) -> None:
    bench = Bench(home, retries=0)
    write = calls(("w", "bash", json.dumps({"command": "echo x >> out.txt"})))
    bench.answers("anthropic", write, busy("network"))
    bench.answers("openai", says("Done."))
    bench.living.ask("go", allow=["all"])
    assert (await bench.heard.until(events.TurnEnded)).outcome == "done"
    assert (home / "project" / "out.txt").read_text() == "x\n"
    told = bench.vendors["openai"].requests[0].messages
    assert [type(message).__name__ for message in told] == ["User", "Assistant", "ToolResult"]
    await bench.living.close()


async def test_when_all_of_them_fail_the_last_ones_sentence_is_told(home: Path) -> None:
    bench = Bench(home, retries=0)
    bench.answers("anthropic", busy())
    bench.answers("openai", busy("quota"))
    bench.answers("demo", busy("server"))
    ended = await bench.turn()
    assert (ended.outcome, bench.asked()) == ("failed", {"anthropic": 1, "openai": 1, "demo": 1})
    assert len(bench.notes()) == 2
    assert bench.living.status.model == MAIN
    await bench.living.close()


async def test_a_provider_that_is_left_alone_is_not_asked_until_its_pause_is_over(home: Path) -> None:
    bench = Bench(home, retries=0, breaker_failures=2)
    clock = [100.0]
    bench.sending.traffic.now = lambda: clock[0]
    bench.answers("anthropic", busy(), busy(), says("I am back."))
    bench.answers("openai", *[says("Here.")] * 3)
    for count in (1, 2, 3):
        assert (await bench.turn(count)).outcome == "done"
    assert bench.asked() == {"anthropic": 2, "openai": 3}
    assert "anthropic is not asked for 30 s more: it failed 2 times in a row." in bench.notes()[-1]
    clock[0] += 31
    await bench.turn(4)
    assert bench.asked() == {"anthropic": 3, "openai": 3}
    assert bench.sending.traffic.breakers == {}
    await bench.living.close()


async def test_without_a_fallback_the_pause_is_one_sentence(home: Path) -> None:
    bench = Bench(home, retries=0, fallback=[], breaker_failures=1)
    bench.answers("anthropic", busy("network"))
    await bench.turn()
    ended = await bench.turn(2)
    assert ended.error.startswith("anthropic is not asked for 30 s more")
    assert "providers.fallback" in ended.error
    assert bench.asked() == {"anthropic": 1}
    await bench.living.close()


async def test_a_turn_waits_for_its_turn_at_the_provider_and_can_be_cancelled(home: Path) -> None:
    bench = Bench(home, rates={"anthropic": Rate(requests=1)})
    bench.answers("anthropic", says("One."), says("never"))
    await bench.turn()
    bench.living.ask("again")
    told = await bench.heard.until(events.Noticed)
    assert told.text.startswith("Waiting ")
    assert "providers.rates lets anthropic be asked 1 times a minute" in told.text
    bench.living.cancel()
    assert (await bench.heard.until(events.TurnEnded, 2)).outcome == "cancelled"
    assert bench.asked() == {"anthropic": 1}
    await bench.living.close()


async def test_what_each_model_cost_is_written_down_as_its_own(home: Path) -> None:
    bench = Bench(home, retries=0)
    ledger = Ledger(home / "spending.db")
    bench.sending.paying._ledger = ledger
    bench.answers("anthropic", busy())
    bench.answers("openai", says("Here."))
    await bench.turn()
    rows = {row.key: row for row in report.rows(ledger, "model", 5)}
    assert rows[MAIN].cost == 0
    assert rows[OTHER].cost > 0
    await bench.living.close()
    ledger.close()


@pytest.mark.parametrize(("kind", "tries"), [("overload", 10), ("timeout", 1), ("protocol", 1), ("quota", 0)])
def test_how_often_a_kind_of_failure_is_tried_again(kind: str, tries: int) -> None:
    failure = ModelFailed(kind, "No.")
    again = [Retry(1, attempt, lambda: 0.5).after(failure) for attempt in range(12)]
    assert sum(one is not None for one in again) == tries


def test_the_wait_is_by_chance_and_never_longer_than_doubled() -> None:
    failure = ModelFailed("overload", "No.")
    for attempt in range(8):
        waits = [Retry(2, attempt).after(failure) or 0 for _ in range(200)]
        most = min(60, 2 * 2**attempt)
        assert max(waits) <= most
        assert max(waits) > most * 0.8
        assert min(waits) < most * 0.2
    assert Retry(2, 0).after(ModelFailed("rate", "No.", retry_after=7)) == 7
    assert Retry(2, 0).after(ModelFailed("rate", "No.", retry_after=61)) is None


async def test_a_script_sees_it_beside_the_answer_and_an_editor_as_a_thought(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Bench(home, retries=0)
    bench.answers("anthropic", busy())
    bench.answers("openai", says("Here."))
    await bench.turn()
    await bench.living.close()
    writer, updates = TextWriter(False), Updates("")
    shown: list[Any] = []
    for event in bench.heard.events:
        writer.event(event)
        if isinstance(event, events.EntryAdded) and isinstance(event.entry.message, Custom):
            shown = updates.of(event)
    writer.end()
    told = capsys.readouterr()
    assert told.out == "Here.\n"
    assert told.err.startswith("picode: Anthropic is overloaded.")
    assert "in place of" in str(shown)


async def test_of_all_who_want_to_ask_after_a_pause_one_does(home: Path) -> None:
    bench = Bench(home, retries=0, fallback=[], breaker_failures=1)
    clock, traffic = [100.0], bench.sending.traffic
    traffic.now = lambda: clock[0]
    bench.answers("anthropic", busy())
    await bench.turn()
    clock[0] += 31
    assert traffic.paused("anthropic") == 0
    held = asyncio.Event()
    bench.answers("anthropic", [held, *says("I am back.")])
    bench.living.ask("is it there?")
    await bench.heard.until(events.AnswerBegun, 2)
    assert traffic.paused("anthropic") > 0
    held.set()
    assert (await bench.heard.until(events.TurnEnded, 2)).outcome == "done"
    assert traffic.paused("anthropic") == 0
    await bench.living.close()


async def test_a_fallback_that_means_no_model_is_told_once_and_passed_over(home: Path) -> None:
    bench = Bench(home, retries=0, fallback=["nobody/x", OTHER])
    bench.answers("anthropic", busy(), busy())
    bench.answers("openai", says("Here."), says("Again."))
    for count in (1, 2):
        assert (await bench.turn(count)).outcome == "done"
    told = [notice.text for notice in bench.heard.of(events.Noticed)]
    assert [text.partition(":")[0] for text in told] == ["providers.fallback has 'nobody/x'"]
    await bench.living.close()
