"""How soon the program goes on after a blow."""

import asyncio
import contextlib
import time
import uuid
from dataclasses import dataclass, field

from bot.errors import UnavailableError
from tests.faults.ledger import Hold, Ledger

LOOK_SECONDS = 0.25


@dataclass
class Recovery:
    """How long it takes, after each blow, until all that was owed at that moment is delivered.

    ``takeover`` is the longest that it took until another took over what a replica held when it was killed or
    frozen, of those times in which nothing else struck meanwhile; None: there was none. ``late`` tells of those
    that took longer than they may.

    Args:
        ledger: looked at every quarter of a second.
    """

    ledger: Ledger
    waiting: list[tuple[float, set[uuid.UUID]]] = field(default_factory=list)
    slowest: float = 0.0
    backlog: int = 0
    left: list[tuple[float, set[Hold]]] = field(default_factory=list)
    within: float = 0.0
    late: list[str] = field(default_factory=list)
    takeover: float | None = None
    parked: set[int] = field(default_factory=set)

    async def begin(self) -> None:
        """Remember what is owed now; whoever was about to take something over is disturbed, and not measured."""
        self.left.clear()
        self.waiting.append((time.monotonic(), await self.ledger.unfinished()))

    async def leave(self, pid: int | None, within: float) -> None:
        """Remember what a process holds that goes no further; in so many seconds it is to be taken over."""
        self.within = within
        began = time.monotonic()
        held = set[Hold]() if pid is None else await self.ledger.held_by(pid)
        if held:
            self.left.append((began, held))

    async def wake(self) -> None:
        """Who stood still goes on, with what nobody took over: that is measured only where it took too long."""
        await self.look()
        for began, _ in self.left:
            if time.monotonic() - began > self.within:
                self._took(time.monotonic() - began)
        self.left.clear()

    async def taken_over(self) -> None:
        """Wait until what was left is taken over, as long as that may take and a moment more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.within + 2 * LOOK_SECONDS):
                while self.left:  # noqa: ASYNC110 - another process takes it
                    await asyncio.sleep(LOOK_SECONDS)
        if self.left:
            await self.wake()

    async def watch(self) -> None:
        """Look, until cancelled."""
        while True:
            # Our own connection may be among those that were ended.
            with contextlib.suppress(UnavailableError):
                await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """See what is delivered by now."""
        unfinished = await self.ledger.unfinished()
        self.backlog = len(unfinished)
        over = [began for began, owed in self.waiting if not owed & unfinished]
        self.slowest = max([self.slowest, *(time.monotonic() - began for began in over)])
        self.waiting = [(began, owed) for began, owed in self.waiting if owed & unfinished]
        self.parked |= await self.ledger.parked()
        for one in list(self.left):
            began, before = one
            held, taken = await self.ledger.held_still(before)
            # A blow may have fallen while we looked.
            if one in self.left:
                self.left.remove(one)
                self.left += [(began, held)] if held else []
                if taken:
                    self._took(time.monotonic() - began)

    def _took(self, seconds: float) -> None:
        self.takeover = max(self.takeover or 0.0, seconds)
        if seconds > self.within:
            self.late.append(f"a takeover took {seconds:.1f} s, where it may take {self.within:.1f} s")
