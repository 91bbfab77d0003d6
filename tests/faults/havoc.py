"""What happens to the program and its database: replicas are killed and frozen, the database is cut and held."""

import asyncio
import contextlib
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

import asyncpg

from bot.settings import Settings
from sandbox.company import Company
from sandbox.faults import Fault
from sandbox.slack.records import Call
from tests.databases import held_closed
from tests.faults.fleet import Fleet, Replica, to_its_end
from tests.faults.recovery import Recovery
from tests.faults.sightings import effect_ids, payload_of
from tests.proxy import Wire

KILLED, FROZEN = "replica killed (kill -9)", "replica frozen past its lease"
FROZEN_POSTING = "replica frozen while Slack holds its post"
CUT, ENDED, HELD = "database cut off", "database connections ended", "database held"
POST = "chat.postMessage"
# Beyond its lease, in seconds, until what a replica held is surely taken over: all that another one sends at once
# may be calls that time out (0.6 of the lease of two seconds) before it looks; and the machine may be busy.
TAKEOVER_MARGIN = 2.0
# How long it is waited for a moment in which a replica holds something.
MOMENT_SECONDS = 6.0
# How many kills in one are watched until what the replica held is taken over.
WATCHED = 0.4
# What a replica told the database just before it was frozen is there by then.
SETTLED_SECONDS = 0.1
_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Held(asyncio.Event):
    """Set to let a call go on that arrived and waits; ``arrived`` tells that it does."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()

    async def wait(self) -> bool:  # type: ignore[override] # asyncio's own returns True alone
        """Wait until it may go on."""
        self.arrived.set()
        return await super().wait()


@dataclass
class Havoc:
    """Blows by chance, one after another.

    Args:
        company: whose Slack can hold a post.
        fleet: what is killed and frozen.
        recovery: told of each blow.
        chance: the same one gives the same blows.
        lease_seconds: of the program.
        url: of the database.
        wire: to it; None: SQLite, which is held instead of cut.
    """

    company: Company
    fleet: Fleet
    recovery: Recovery
    chance: random.Random
    lease_seconds: float
    url: str
    wire: Wire | None
    blows: Counter[str] = field(default_factory=Counter)
    # What was under way in a replica that was frozen past its lease, while another one went on.
    frozen: set[uuid.UUID] = field(default_factory=set)
    # Whether the next kill hits what holds something, and nothing disturbs whoever takes it over.
    watches: bool = False

    async def wreak(self, kills: int) -> None:
        """Kill so often, at random moments; before every third kill something else happens.

        Of two replicas, the one that is killed last holds something, and whoever takes it over is not disturbed.
        """
        others = self._others()
        for number in range(kills):
            await asyncio.sleep(self.chance.uniform(0.2, 2.0))
            if number % 3 == 2:
                await to_its_end(self._strike(next(others)))
                await asyncio.sleep(self.chance.uniform(0.2, 1.0))
            self.watches = len(self.fleet.replicas) > 1 and (number == kills - 1 or self.chance.random() < WATCHED)
            await to_its_end(self._strike(KILLED))

    def _others(self) -> Iterator[str]:
        if self.wire is None:
            return cycle([FROZEN, HELD])
        rest = [FROZEN, CUT, ENDED]
        self.chance.shuffle(rest)
        return cycle([FROZEN_POSTING, *rest])

    @property
    def _after_kill(self) -> float:
        """In how many seconds what a killed replica held is to be taken over."""
        return self.lease_seconds + TAKEOVER_MARGIN

    @property
    def _after_freeze(self) -> float:
        """As above, of one that stands still: the lease as it is when nobody shortens it.

        PostgreSQL may have to end its transactions first, one behind another; its time for that is not shortened.
        """
        lease_seconds: float = Settings.model_fields["lease_seconds"].default
        return lease_seconds

    async def _strike(self, blow: str) -> None:
        strikes: dict[str, Callable[[], Awaitable[None]]] = {
            KILLED: self._kill,
            FROZEN: self._freeze,
            FROZEN_POSTING: self._freeze_posting,
            CUT: self._cut,
            ENDED: self._end_connections,
            HELD: self._hold,
        }
        async with self.fleet.struck:
            await self.recovery.begin()
            await strikes[blow]()
            self.blows[blow] += 1

    async def _kill(self) -> None:
        replica = await self._busy_replica() if self.watches else self.chance.choice(self.fleet.replicas)
        pid = replica.pid
        await replica.kill()
        await self.recovery.leave(pid, self._after_kill)
        await replica.start()
        if self.watches:
            await self.recovery.taken_over()

    async def _busy_replica(self) -> Replica:
        """Return a replica that holds something, as soon as there is one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MOMENT_SECONDS):
                while True:
                    for replica in self.chance.sample(self.fleet.replicas, len(self.fleet.replicas)):
                        if replica.pid is not None and await self.recovery.ledger.held_by(replica.pid):
                            return replica
                    await asyncio.sleep(0.02)
        return self.chance.choice(self.fleet.replicas)

    async def _freeze(self) -> None:
        async with self._frozen(self.chance.choice(self.fleet.replicas)):
            await asyncio.sleep(self.lease_seconds * self.chance.uniform(1.2, 3.0))

    async def _freeze_posting(self) -> None:
        """Freeze a replica whose post Slack holds, until another one has posted the same: then both stand there."""
        held = Held()
        self.company.slack.faults.plant(POST, Fault(hold=held))
        try:
            replica = await self._posting(held)
            async with self._frozen(replica):
                await self._posted_again()
                held.set()
                await asyncio.sleep(SETTLED_SECONDS)
        finally:
            held.set()

    async def _posting(self, held: Held) -> Replica:
        """Return the replica whose post is held; any other, where no post comes."""
        before = set(map(id, self._posts_under_way()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MOMENT_SECONDS):
                await held.arrived.wait()
            calls = [call for call in self._posts_under_way() if id(call) not in before]
            ids = [one for call in calls for one in effect_ids(payload_of(call))]
            pid = await self.recovery.ledger.holder_of(ids)
            for replica in self.fleet.replicas:
                if replica.pid == pid:
                    return replica
        return self.chance.choice(self.fleet.replicas)

    async def _posted_again(self) -> None:
        """Wait until another replica has posted what is under way in the frozen one."""
        began = len(self.company.slack.calls_of(POST))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._after_freeze + self.lease_seconds):
                while not self.frozen & set(self._posted_since(began)):  # noqa: ASYNC110 - another process posts
                    await asyncio.sleep(SETTLED_SECONDS)
        # Whatever else it held is taken over, too.
        await self.recovery.taken_over()

    def _posted_since(self, began: int) -> Iterator[uuid.UUID]:
        for call in self.company.slack.calls_of(POST)[began:]:
            if call.ok:
                yield from effect_ids(payload_of(call))

    def _posts_under_way(self) -> list[Call]:
        return [call for call in self.company.slack.calls_of(POST) if call.seconds is None and call.ok is None]

    @contextlib.asynccontextmanager
    async def _frozen(self, replica: Replica) -> AsyncIterator[None]:
        async with replica.standing_still():
            await asyncio.sleep(SETTLED_SECONDS)
            if len(self.fleet.replicas) > 1 and replica.pid is not None:
                self.frozen |= await self.recovery.ledger.under_way(replica.pid)
                await self.recovery.leave(replica.pid, self._after_freeze)
            yield
            await self.recovery.wake()

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
