"""The worker: holds lanes that are due, delivers their effects one after another, records what came of it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Effect, Lease, Pool, pool_of
from bot.domain.retry import Ambiguous, DeliveryFailure, NotSent, Park, Skip, TryAgain, decide
from bot.errors import UnavailableError
from storage import leases, outbox
from storage.transaction import Transaction

log = structlog.stdlib.get_logger(__name__)

# What a delivery leaves to be written, in the transaction that marks its effect as done. A ``DeliveryFailure``
# that it raises counts as the delivery's own.
Record = Callable[[AsyncSession], Awaitable[None]]
Deliver = Callable[[Effect], Awaitable[Record]]
# What follows in our records when an effect is given up for a reason, in the transaction that parks it; its lane is
# not blocked for that reason yet.
OnPark = Callable[[AsyncSession, Effect, str], Awaitable[None]]
# What follows when an effect is delivered, or is not to be any more, in the transaction that ends it.
OnEnd = Callable[[AsyncSession, Lease], Awaitable[None]]
# What follows when an effect was carried out by a worker that did not hold it any more.
AfterLate = Callable[[AsyncSession, Effect], Awaitable[None]]


async def nothing_more(_session: AsyncSession, *_of: object) -> None:
    """Record nothing but what became of the effect."""


# The net below the wake-up: how long, in seconds, an effect of another process can wait to be seen.
SWEEP_SECONDS = 10.0
# A delivery may last at most this part of its lease, so that its record is written while the lease holds.
DELIVERY_PART = 0.6
# What hangs takes the places of its own pool alone. Extras take long, and nobody looks for them at once.
PLACES: Mapping[Pool, int] = MappingProxyType(
    {Pool.SLACK: 8, Pool.LINEAR: 8, Pool.SLACK_EXTRAS: 4, Pool.LINEAR_EXTRAS: 4}
)
# Whoever stops us waits ten seconds until they kill us: what is under way by then is given back in the rest, for
# which it has so long.
CLOSING_SECONDS = 5.0
GIVING_BACK_SECONDS = 2.0
STOPPED = "stopped while it was under way"


class Worker:
    """Delivers what is owed.

    Args:
        transaction: the database.
        deliver: carries out one effect, outside any transaction.
        name: who holds the lanes, for whoever reads the table.
        lease_seconds: how long a lane is held without a word.
        jitter: gives a random number from 0 to 1.
        places: how many lanes of each pool are held at once; nobody takes another pool's.
        on_delivery: what follows when an effect is delivered.
        on_skip: what follows when an effect is not to be delivered any more.
        on_park: what follows when an effect is given up.
        after_late: what follows when an effect may have been carried out after its lease.
        closing_seconds: how long what is under way may take to its end when the worker is stopped.
        on_error: told of every error that is not a named failure: there should be none.
    """

    def __init__(
        self,
        transaction: Transaction,
        deliver: Deliver,
        *,
        name: str,
        lease_seconds: float,
        jitter: Callable[[], float],
        places: Mapping[Pool, int] = PLACES,
        on_delivery: OnEnd = nothing_more,
        on_skip: OnEnd = nothing_more,
        on_park: OnPark = nothing_more,
        after_late: AfterLate = nothing_more,
        closing_seconds: float = CLOSING_SECONDS,
        on_error: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        self._transaction = transaction
        self._deliver = deliver
        self._name = name
        self._lease_seconds = lease_seconds
        self._jitter = jitter
        self._places = places
        self._on_delivery = on_delivery
        self._on_skip = on_skip
        self._on_park = on_park
        self._after_late = after_late
        self._closing_seconds = closing_seconds
        self._on_error = on_error
        self._woken = asyncio.Event()
        self._busy: dict[asyncio.Task[None], Pool] = {}
        self._running: asyncio.Task[None] | None = None
        self._retiring: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self) -> None:
        """Say that there may be something to deliver."""
        self._woken.set()

    def start(self) -> None:
        """Deliver from now on, until ``stop``."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    def retire(self) -> None:
        """Hold no more lanes from now on; finish what is under way in ``closing_seconds``, else give it back."""
        if not self._stopping:
            self._stopping = True
            self.wake()
            self._retiring = asyncio.get_running_loop().create_task(self._finish())

    async def stop(self) -> None:
        """Retire, and wait for that."""
        self.retire()
        if self._retiring is not None:
            await self._retiring

    async def _finish(self) -> None:
        ends = asyncio.get_running_loop().time() + self._closing_seconds
        late = await _ended_by(ends, [] if self._running is None else [self._running])
        late += await _ended_by(ends, self._busy)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=GIVING_BACK_SECONDS)

    async def drain(self) -> None:
        """Deliver all that is due now, and what follows from it; for a worker that was not started."""
        # What is under way may end while we look, and leave something due that we do not see: then we look again.
        was_busy = True
        while await self._hold_lanes(self._free_places()) or was_busy:
            was_busy = bool(self._busy)
            if was_busy:
                await asyncio.wait(self._busy, return_when=asyncio.FIRST_COMPLETED)

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                pause = await self._turn()
            except UnavailableError:
                log.warning("the database is away; delivery waits")
                pause = 1.0
            except Exception as error:
                log.exception("the worker failed to look for work")
                self._on_error(error)
                pause = 1.0
            if pause > 0 and not self._stopping:
                await self._pause(min(pause, SWEEP_SECONDS))

    async def _turn(self) -> float:
        """Hold what is due; returns how many seconds there is nothing more to do."""
        free = self._free_places()
        if not free:
            return SWEEP_SECONDS
        waits = await self._transaction.read(outbox.seconds_until_due)
        due = {pool: places for pool, places in free.items() if waits.get(pool, SWEEP_SECONDS) <= 0}
        if not due:
            return min((waits[pool] for pool in free if pool in waits), default=SWEEP_SECONDS)
        return 0.0 if await self._hold_lanes(due) else 0.05

    def _free_places(self) -> dict[Pool, int]:
        """Return how many more lanes of each pool may be held; one that is full is left out."""
        taken = Counter(self._busy.values())
        return {pool: places - taken[pool] for pool, places in self._places.items() if places > taken[pool]}

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _hold_lanes(self, places: Mapping[Pool, int]) -> int:
        if not places:
            return 0
        hold = partial(leases.lease, worker=self._name, seconds=self._lease_seconds, places=places)
        lanes = await self._transaction.write(hold)
        for held in lanes:
            task = asyncio.get_running_loop().create_task(self._carry(held))
            self._busy[task] = pool_of(held.destination)
            task.add_done_callback(self._finished)
        return len(lanes)

    def _finished(self, task: asyncio.Task[None]) -> None:
        del self._busy[task]
        self.wake()

    async def _carry(self, held: Lease) -> None:
        """Deliver a lane's effects until it is empty, waits, or is lost."""
        following: Lease | None = held
        try:
            while following is not None:
                held = following
                if self._stopping:
                    await self._give_back(held)
                    return
                following = await self._deliver_one(held)
        except leases.FenceLostError:
            log.warning("another worker took the lane over", effect=str(held.effect.id))
            await self._look_after(held.effect)
        except UnavailableError:
            log.warning("the database is away; the effect is left to its lease", effect=str(held.effect.id))
        except Exception as error:
            log.exception("an effect could not be recorded", effect=str(held.effect.id))
            self._on_error(error)

    async def _look_after(self, effect: Effect) -> None:
        try:
            await self._transaction.write(lambda session: self._after_late(session, effect))
        except UnavailableError:
            log.warning("the database is away; look for a double with reconcile", effect=str(effect.id))

    async def _deliver_one(self, held: Lease) -> Lease | None:
        try:
            async with asyncio.timeout(self._lease_seconds * DELIVERY_PART):
                record = await self._deliver(held.effect)
        except DeliveryFailure as failure:
            return await self._accept_failure(held, failure)
        except asyncio.CancelledError:
            await self._put_back(held, TryAgain(0.0, may_have_happened=True), reason=STOPPED)
            raise
        except TimeoutError:
            return await self._accept_failure(held, Ambiguous("no answer in time"))
        except UnavailableError as error:
            return await self._accept_failure(held, NotSent(error.sentence))
        except Exception as error:
            log.exception("a delivery failed unexpectedly", effect=str(held.effect.id), kind=held.effect.kind)
            self._on_error(error)
            return await self._accept_failure(held, Ambiguous(f"unexpected: {type(error).__name__}"))
        return await self._write_record(held, record)

    async def _write_record(self, held: Lease, record: Record) -> Lease | None:
        try:
            return await self._transaction.write(partial(self._record, held=held, record=record))
        except DeliveryFailure as failure:
            return await self._accept_failure(held, failure)
        except (leases.FenceLostError, UnavailableError):
            raise
        except Exception as error:
            # It was delivered: left to its lease alone, it would be sent again at every end of one, for ever.
            log.exception("a delivery could not be recorded", effect=str(held.effect.id), kind=held.effect.kind)
            self._on_error(error)
            return await self._accept_failure(held, Ambiguous(f"not recorded: {type(error).__name__}"))

    async def _record(self, session: AsyncSession, *, held: Lease, record: Record) -> Lease | None:
        await leases.lock_held(session, held)
        await record(session)
        await self._on_delivery(session, held)
        return await leases.pay(session, held, seconds=self._lease_seconds)

    async def _accept_failure(self, held: Lease, failure: DeliveryFailure) -> Lease | None:
        plan = decide(failure, held.effect.attempts, self._jitter(), parked=held.blocked is not None)
        told = {"effect": str(held.effect.id), "kind": held.effect.kind, "reason": failure.reason}
        if isinstance(plan, Skip):
            log.info("effect skipped", **told)
            return await self._transaction.write(partial(self._skip, held=held, reason=failure.reason))
        if isinstance(plan, Park):
            log.error("effect cannot be delivered; its lane is blocked", **told)
            await self._transaction.write(partial(self._park, held=held, plan=plan, reason=failure.reason))
            return None
        log.info("effect waits for another try", **told, seconds=round(plan.seconds, 1))
        await self._put_back(held, plan, reason=failure.reason)
        return None

    async def _skip(self, session: AsyncSession, *, held: Lease, reason: str) -> Lease | None:
        await leases.lock_held(session, held)
        await self._on_skip(session, held)
        return await leases.pay(session, held, seconds=self._lease_seconds, skipped=reason)

    async def _park(self, session: AsyncSession, *, held: Lease, plan: Park, reason: str) -> None:
        await leases.lock_held(session, held)
        await self._on_park(session, held.effect, reason)
        await leases.park(session, held, plan, reason=reason)

    async def _give_back(self, held: Lease) -> None:
        await self._put_back(held, TryAgain(0.0, counts=False), reason="stopped before it was sent")

    async def _put_back(self, held: Lease, plan: TryAgain, *, reason: str) -> None:
        await self._transaction.write(partial(leases.put_back, held=held, plan=plan, reason=reason))


async def _ended_by(ends: float, tasks: Iterable[asyncio.Task[None]]) -> list[asyncio.Task[None]]:
    """Wait for tasks until then, by the loop's clock; returns those that have not ended."""
    waited_for = list(tasks)
    if not waited_for:
        return []
    _, late = await asyncio.wait(waited_for, timeout=max(ends - asyncio.get_running_loop().time(), 0.0))
    return list(late)
