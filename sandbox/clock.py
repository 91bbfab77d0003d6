"""The sandbox's clock: passed in, so that a test moves time instead of sleeping."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time in seconds since the epoch (UTC)."""

    def now(self) -> float:
        """Return seconds since the epoch, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return seconds since the epoch, UTC."""
        return time.time()


class SettableClock:
    """A clock that stands still until it is moved by hand.

    Args:
        start: seconds since the epoch, UTC; the machine's time when left out.
    """

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start

    def now(self) -> float:
        """Return seconds since the epoch, UTC."""
        return self._now

    def move(self, seconds: float) -> None:
        """Move the clock by so many seconds."""
        self._now += seconds
