"""Wait for a change of the workspace without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")


class Changes:
    """Wakes those who wait for something to become true."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._watching: list[Callable[[], None]] = []
        self.count = 0

    def watch(self, on_change: Callable[[], None]) -> None:
        """Call this at every change from now on; it must be quick."""
        self._watching.append(on_change)

    def happened(self) -> None:
        """Wake everyone: something changed. ``count`` tells how often that was."""
        self.count += 1
        for on_change in self._watching:
            on_change()
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait_until(self, predicate: Callable[[], Seen], seconds: float) -> Seen:
        """Return what ``predicate`` returns as soon as that is true.

        Args:
            predicate: looked at now and after each change.
            seconds: of real time, after which waiting ends.

        Raises:
            TimeoutError: it did not become true in time.
        """
        try:
            async with asyncio.timeout(seconds):
                while not (seen := predicate()):
                    await self._next()
        except TimeoutError:
            raise TimeoutError(f"not true after {seconds} s: {predicate}") from None
        return seen

    async def _next(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
