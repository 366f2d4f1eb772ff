"""Tasks have names, are kept, and their failures are heard."""

import asyncio
import logging

import pytest

from picode import tasks


async def test_a_failure_is_logged_with_the_name(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("lost")

    with caplog.at_level(logging.ERROR):
        await asyncio.wait([tasks.spawn(fail(), "the one that fails")])
        await asyncio.sleep(0)
    assert "the one that fails" in caplog.text
    assert "ValueError: lost" in caplog.text


async def test_stopping_waits_for_the_end_of_each() -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    running = [tasks.spawn(work("a"), "a"), tasks.spawn(work("b"), "b")]
    await asyncio.sleep(0)
    await tasks.stop(*running, None)
    assert sorted(ended) == ["a", "b"]


async def test_what_every_task_waits_for_can_be_printed() -> None:
    async def work() -> None:
        await asyncio.Event().wait()

    running = tasks.spawn(work(), "patient")
    await asyncio.sleep(0)
    printed = tasks.waiting()
    await tasks.stop(running)
    assert "task patient" in printed
    assert "test_tasks.py" in printed
