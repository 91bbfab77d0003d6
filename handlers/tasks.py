"""Work that goes on after the answer, and answers that do not wait for ever."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class TaskKeeper:
    """Keeps tasks alive until they end: asyncio itself holds them only weakly, and one could vanish half-way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start work that nobody has to wait for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self) -> None:
        """Wait until all work has ended, what it started included."""
        while self._tasks:
            await asyncio.wait(self._tasks)


async def ends_within(task: asyncio.Task[Any], seconds: float) -> bool:
    """Tell whether the task ends in time. It is never cancelled: a transaction under way goes to its end."""
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done)
