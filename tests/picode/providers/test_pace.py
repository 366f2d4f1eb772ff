"""Requests, tokens and answers at the same time never exceed what a provider may be asked."""

import asyncio
import random

import pytest

from picode.config.schema import Rate
from picode.providers.pace import MINUTE, Pace, Window

BOUND = 20.0


@pytest.mark.parametrize("rate", [Rate(requests=50), Rate(tokens=40_000), Rate(requests=20, tokens=30_000)])
def test_ten_thousand_random_requests_never_exceed_a_minutes_share(rate: Rate) -> None:
    chance = random.Random(7)
    window, now, sent = Window(), 0.0, []
    for _ in range(10_000):
        now += chance.expovariate(2)
        tokens = chance.randint(1, 5_000)
        now += window.wait(now, rate, tokens)
        assert window.wait(now, rate, tokens) <= 1e-9
        window.take(now, tokens)
        sent.append((now, tokens))
        if len(sent) % 50 == 0:
            last = [tokens for at, tokens in sent[-500:] if at > now - MINUTE]
            assert not rate.requests or len(last) <= rate.requests
            assert not rate.tokens or sum(last) <= rate.tokens


def test_nobody_waits_longer_than_needed() -> None:
    window = Window()
    for at in (0.0, 10.0):
        window.take(at, 100)
    assert window.wait(20, Rate(requests=2), 1) == 40
    assert window.wait(20, Rate(tokens=250), 150) == 40
    assert window.wait(20, Rate(tokens=250), 50) == 0
    assert window.wait(61, Rate(requests=2), 1) == 0


def test_what_is_larger_than_a_minutes_share_goes_alone() -> None:
    window = Window()
    assert window.wait(0, Rate(tokens=100), 5_000) == 0
    window.take(0, 5_000)
    assert window.wait(1, Rate(tokens=100), 10) == 59


def test_a_report_takes_the_place_of_the_estimate() -> None:
    window = Window()
    entry = window.take(0, 1_000)
    entry[1] = 10
    assert window.wait(1, Rate(tokens=100), 50) == 0


async def test_no_more_than_two_at_the_same_time_in_the_order_of_coming() -> None:
    pace, rate, told, order = Pace(), Rate(together=2), list[str](), list[int]()
    most = running = 0

    async def ask(number: int) -> None:
        nonlocal most, running
        entry = await pace.enter("a", rate, 1, told.append)
        running += 1
        most = max(most, running)
        order.append(number)
        await asyncio.sleep(0)
        running -= 1
        pace.leave("a", entry, 5)

    async with asyncio.timeout(BOUND):
        await asyncio.gather(*(ask(number) for number in range(20)))
    assert most == 2
    assert order == sorted(order)
    assert "Waiting for another answer of a: providers.rates lets 2 come at the same time." in told


async def test_who_waits_is_told_and_may_give_up() -> None:
    clock, told = [0.0], list[str]()
    pace, rate = Pace(lambda: clock[0]), Rate(requests=1, tokens=500)
    pace.leave("a", await pace.enter("a", rate, 10, told.append), 0)
    waiting = asyncio.ensure_future(pace.enter("a", rate, 10, told.append))
    async with asyncio.timeout(BOUND):
        while not told:
            await asyncio.sleep(0)
    assert told == ["Waiting 60 s: providers.rates lets a be asked 1 times and for 500 tokens a minute."]
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    clock[0] = 61
    async with asyncio.timeout(BOUND):
        await pace.enter("a", rate, 10, told.append)
    assert len(told) == 1
