"""What happens to the program and its database: replicas are killed and frozen, the database is cut and held."""

import asyncio
import contextlib
import random
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg

from bot.errors import UnavailableError
from tests.databases import held_closed
from tests.faults.fleet import Fleet
from tests.faults.ledger import Hold, Ledger
from tests.proxy import Wire

KILLED, FROZEN = "replica killed (kill -9)", "replica frozen past its lease"
CUT, ENDED, HELD = "database cut off", "database connections ended", "database held"
LOOK_SECONDS = 0.25
_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass
class Recovery:
    """How long it takes, after each blow, until all that was owed at that moment is delivered.

    ``takeover`` is the longest that it took until another took over what a replica held when it was killed or
    frozen; None: none held anything.

    Args:
        ledger: looked at every quarter of a second.
    """

    ledger: Ledger
    waiting: list[tuple[float, set[uuid.UUID]]] = field(default_factory=list)
    slowest: float = 0.0
    backlog: int = 0
    left: list[tuple[float, set[Hold]]] = field(default_factory=list)
    takeover: float | None = None

    async def begin(self) -> None:
        """Remember what is owed now."""
        self.waiting.append((time.monotonic(), await self.ledger.unfinished()))

    async def leave(self, pid: int | None) -> None:
        """Remember what a process holds that goes no further."""
        held = set[Hold]() if pid is None else await self.ledger.held_by(pid)
        if held:
            self.left.append((time.monotonic(), held))

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
        self.left = [(began, held) for began, left in self.left if (held := await self._not_taken(began, left))]

    async def _not_taken(self, began: float, left: set[Hold]) -> set[Hold]:
        held, taken = await self.ledger.held_still(left)
        if taken:
            self.takeover = max(self.takeover or 0.0, time.monotonic() - began)
        return held


@dataclass
class Havoc:
    """Blows by chance, one after another.

    Args:
        fleet: what is killed and frozen.
        recovery: told of each blow.
        chance: the same one gives the same blows.
        lease_seconds: of the program.
        url: of the database.
        wire: to it; None: SQLite, which is held instead of cut.
    """

    fleet: Fleet
    recovery: Recovery
    chance: random.Random
    lease_seconds: float
    url: str
    wire: Wire | None
    blows: Counter[str] = field(default_factory=Counter)

    async def wreak(self, kills: int) -> None:
        """Kill so often, at random moments; before every third kill something else happens."""
        for number in range(kills):
            await asyncio.sleep(self.chance.uniform(0.2, 2.0))
            if number % 3 == 2:
                await self._strike(self._other())
                await asyncio.sleep(self.chance.uniform(0.2, 1.0))
            await self._strike(KILLED)

    def _other(self) -> str:
        return self.chance.choice([FROZEN, CUT, ENDED] if self.wire is not None else [FROZEN, HELD])

    async def _strike(self, blow: str) -> None:
        strikes: dict[str, Callable[[], Awaitable[None]]] = {
            KILLED: self._kill,
            FROZEN: self._freeze,
            CUT: self._cut,
            ENDED: self._end_connections,
            HELD: self._hold,
        }
        self.blows[blow] += 1
        await self.recovery.begin()
        await strikes[blow]()

    async def _kill(self) -> None:
        replica = self.chance.choice(self.fleet.replicas)
        pid = replica.pid
        await replica.kill()
        await self.recovery.leave(pid)
        await replica.start()

    async def _freeze(self) -> None:
        replica = self.chance.choice(self.fleet.replicas)
        await self.recovery.leave(replica.pid)
        await replica.freeze(self.lease_seconds * self.chance.uniform(1.2, 2.0))

    async def _cut(self) -> None:
        assert self.wire is not None
        await self.wire.cut()
        await asyncio.sleep(self.chance.uniform(0.2, 1.0))
        await self.wire.mend()

    async def _end_connections(self) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(_END)
        finally:
            await connection.close()

    async def _hold(self) -> None:
        async with held_closed(self.url):
            await asyncio.sleep(self.chance.uniform(0.5, 1.5))
