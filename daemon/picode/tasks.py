"""The only place that starts asyncio tasks: each has a name, is kept until it ends, and its failure is logged."""

import asyncio
import io
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)
_kept: set[asyncio.Task[Any]] = set()


def spawn(work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Start `work`; asyncio itself keeps only a weak reference, so the task is held here until it ends."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    _kept.add(task)
    task.add_done_callback(_ended)
    return task


def _ended(task: asyncio.Task[Any]) -> None:
    _kept.discard(task)
    if not task.cancelled() and (failure := task.exception()) is not None:
        log.error("task %s failed", task.get_name(), exc_info=failure)


async def stop(*tasks: "asyncio.Task[Any] | None") -> None:
    """Cancel the tasks and wait until each has ended; their failures were logged already."""
    living = [task for task in tasks if task is not None and not task.done()]
    for task in living:
        task.cancel()
    await asyncio.gather(*living, return_exceptions=True)


def waiting() -> str:
    """What every task of the running loop is waiting for, one block per task."""
    out = io.StringIO()
    for task in sorted(asyncio.all_tasks(), key=lambda task: task.get_name()):
        out.write(f"task {task.get_name()}\n")
        for frame in task.get_stack(limit=6):
            out.write(f"  {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}\n")
    return out.getvalue()
