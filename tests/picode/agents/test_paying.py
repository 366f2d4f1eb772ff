"""A conversation's requests are paid for: written down, checked before they are sent, settled by what was reported."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from picode.agents.paying import Paying
from picode.config.schema import Limits, Settings, Spend
from picode.messages import Stopped, TextDelta, Usage, UsageSeen
from picode.protocol import events
from picode.providers.base import ModelFailed
from picode.providers.registry import Providers
from picode.providers.spending import report
from picode.providers.spending.ledger import Ledger
from support.conversation import Heard, Scripted, calls, conversation, says

MODEL = "anthropic/claude-sonnet-5-5"
"""Two dollars for a million tokens of a prompt, ten for an answer's."""


class Vendor(Scripted):
    name = "anthropic"
    api = "anthropic-messages"


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    made = Ledger(home / "spending.db")
    yield made
    made.close()


def reported(text: str, usage: Usage) -> list[Any]:
    return [TextDelta(text), UsageSeen(usage), Stopped("stop")]


def priced(providers: Providers, **tokens: int) -> Usage:
    """`cacheRead=300`"""
    usage = msgspec.convert(tokens, Usage)
    usage.cost = providers.price(MODEL, usage)
    return usage


def living(home: Path, heard: Heard, vendor: Vendor, ledger: Ledger, **spend: float) -> Any:
    settings = Settings(limits=Limits(spend=Spend(**spend)))
    made = conversation(home, heard, settings=settings, model=MODEL, environ={"ANTHROPIC_API_KEY": "k"})
    providers = made._model._providers
    providers._made["anthropic"] = vendor
    made._model._sending.paying = Paying(
        providers, ledger, conversation=made.id, workspace=str(home / "project"),
        limits=lambda: settings.limits.spend, warn=lambda text: heard(events.Noticed("warning", text)),
    )  # fmt: skip
    return made


async def test_what_a_provider_reports_is_in_the_ledger_to_six_digits(home: Path, ledger: Ledger) -> None:
    heard, vendor = Heard(), Vendor()
    one = living(home, heard, vendor, ledger)
    usage = priced(one._model._providers, input=1000, output=200, cacheRead=300, cacheWrite=50)
    vendor.answers += [reported("Hello.", usage)]
    one.ask("hi")
    await heard.until(events.TurnEnded)
    [row] = report.rows(ledger, "model", 5)
    assert (row.key, row.requests, row.input, row.output) == (MODEL, 1, 1000, 200)
    assert row.cost == pytest.approx(0.004155, abs=1e-6)
    assert one.status.cost == pytest.approx(row.cost, abs=1e-6)
    assert row.guessed == 0
    await one.close()


async def test_a_request_that_could_cost_too_much_is_never_sent(home: Path, ledger: Ledger) -> None:
    heard, vendor = Heard(), Vendor(says("never"))
    one = living(home, heard, vendor, ledger, request=0.1)
    one.ask("hi")
    ended = await heard.until(events.TurnEnded)
    assert (ended.outcome, ended.kind) == ("failed", "NotAllowed")
    # 16,384 tokens of an answer at ten dollars a million
    assert "it could cost $0.16" in ended.error
    assert "picode config set limits.spend.request" in ended.error
    assert vendor.requests == []
    assert report.total(ledger).requests == 0
    await one.close()


async def test_a_turn_ends_where_its_limit_is_and_the_next_one_begins_anew(
    home: Path, ledger: Ledger
) -> None:
    heard, vendor = Heard(), Vendor()
    one = living(home, heard, vendor, ledger, turn=0.25)
    read = calls(("r", "read", '{"path": "a.txt"}'))
    dear = priced(one._model._providers, input=10_000, output=10_000)
    vendor.answers += [[*read[:-1], UsageSeen(dear), read[-1]], says("again")]
    one.ask("hi")
    ended = await heard.until(events.TurnEnded)
    assert "this turn's limit of $0.25" in ended.error
    assert len(vendor.requests) == 1
    one.ask("go on")
    assert (await heard.until(events.TurnEnded, 2)).outcome == "done"
    await one.close()


async def test_an_answer_that_was_cut_counts_with_an_estimate_and_a_refusal_with_nothing(
    home: Path, ledger: Ledger
) -> None:
    heard = Heard()
    cut = [TextDelta("word " * 400), ModelFailed("cut", "It broke.")]
    one = living(home, heard, Vendor(cut, [ModelFailed("bad_key", "No.")]), ledger)
    one.ask("hi")
    await heard.until(events.TurnEnded)
    one.ask("hi")
    await heard.until(events.TurnEnded, 2)
    total = report.total(ledger)
    assert (total.requests, total.guessed, total.output) == (2, 1, 500)
    assert total.cost > 500 * 10 / 1e6
    await one.close()


async def test_a_ledger_that_cannot_be_written_stops_only_those_who_set_a_limit(home: Path) -> None:
    file = home / "spending.db"
    file.write_bytes(b"no database at all" * 100)
    for spend, outcome in (({}, "done"), ({"day": 5.0}, "failed")):
        heard, broken = Heard(), Ledger(file)
        one = living(home, heard, Vendor(says("ok")), broken, **spend)
        one.ask("hi")
        ended = await heard.until(events.TurnEnded)
        assert ended.outcome == outcome, ended.error
        told = ended.error or heard.of(events.Noticed)[0].text
        assert "spending.db, cannot be used" in told
        await one.close()


async def test_a_price_that_nobody_knows_is_told_once(home: Path, ledger: Ledger) -> None:
    heard, vendor = Heard(), Scripted(says("a"), says("b"))
    environ = {"OPENAI_BASE_URL": "https://openrouter.ai/api/v1", "OPENAI_API_KEY": "k"}
    settings = Settings(limits=Limits(spend=Spend(day=1)))
    one = conversation(home, heard, settings=settings, model="openai/some/model", environ=environ)
    providers = one._model._providers
    vendor.quirks = providers.provider("openai").quirks  # type: ignore[attr-defined]
    vendor.compatible = True  # type: ignore[attr-defined]
    providers._made["openai"] = vendor
    one._model._sending.paying = Paying(
        providers, ledger, limits=lambda: settings.limits.spend,
        warn=lambda text: heard(events.Noticed("warning", text)),
    )  # fmt: skip
    for count in (1, 2):
        one.ask("hi")
        await heard.until(events.TurnEnded, count)
    told = [notice.text for notice in heard.of(events.Noticed)]
    assert [text for text in told if "No price is known for openai/some/model" in text] == told
    assert len(told) == 1
    await one.close()
