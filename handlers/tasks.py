"""Work that goes on after the answer, and answers that do not wait for ever."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

T = TypeVar("T")
# How long, in seconds, what was cancelled may take to notice.
CANCELLING_SECONDS = 0.5
log = structlog.stdlib.get_logger(__name__)


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

    async def finish(self, seconds: float | None = None) -> None:
        """Wait until all work has ended, what it started included; what has not after ``seconds`` is cancelled.

        None: it may take as long as it takes.
        """
        try:
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            log.warning("work that goes on after an answer did not end in time", tasks=len(self._tasks))
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=CANCELLING_SECONDS)


async def ends_within(task: asyncio.Task[Any], seconds: float) -> bool:
    """Tell whether the task ends in time. It is never cancelled: a transaction under way goes to its end."""
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done)
