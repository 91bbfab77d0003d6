"""The zombie: a worker that stalls past its lease, and wakes when another has gone on."""

import asyncio
import enum
from dataclasses import replace
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from bot.delivery.worker import Record, Worker
from bot.domain.effects import EffectState, LaneKey, Lease
from bot.domain.retry import DeliveryFailure
from storage import tables
from storage.transaction import Transaction
from tests.bot.delivery.desk import Script
from tests.storage.lanes import effects_now, lane_now, let_leases_expire, owe
from tests.storage.notes import note, noted

TAKEN_OVER = "another worker took the lane over"


class Wakes(enum.Enum):
    """When the zombie wakes."""

    WHILE_B_IS_SENT = "while the other worker sends B"
    AFTER_B = "after the other worker has sent B"
    WHILE_C_WAITS = "after B, when C was enqueued meanwhile"


class Haunting:
    """One lane and two workers, the first of which will stall.

    Args:
        transaction: the database that both workers share.
        lane: an empty lane.
        make_worker: ``Worker``, or a mutant of it.
        wakes: when the first one wakes.
        failure: what its delivery ends with; None: it succeeds.

    ``was_refused`` tells afterwards whether the first one said that it had lost its lane.
    """

    def __init__(
        self,
        transaction: Transaction,
        lane: LaneKey,
        make_worker: type[Worker],
        *,
        wakes: Wakes,
        failure: DeliveryFailure | None,
    ) -> None:
        self._transaction = transaction
        self._lane = lane
        self._wakes = wakes
        self.was_refused = False
        self._first, self._second = Script(), Script()
        self._zombie = self._first.worker(transaction, make_worker=make_worker, name="zombie")
        self._other = self._second.worker(transaction, make_worker=make_worker, name="other")
        self._first.records["A"] = partial(note, code="written by the zombie")
        if failure is not None:
            self._first.fail("A", failure)

    async def happens(self) -> None:
        """Let it happen, and look whether all is as if the zombie had never woken.

        Raises:
            AssertionError: it is not.
        """
        await owe(self._transaction, self._lane, "A", "B")
        stall = self._first.hold("A")
        zombie = asyncio.create_task(self._zombie.drain())
        await self._first.begun("A")
        await let_leases_expire(self._transaction)
        go_on = self._second.hold("B")
        other = asyncio.create_task(self._other.drain())
        await self._second.begun("B")
        if self._wakes is not Wakes.WHILE_B_IS_SENT:
            go_on.set()
            await other
        if self._wakes is Wakes.WHILE_C_WAITS:
            await owe(self._transaction, self._lane, "C")
        with capture_logs() as logs:
            stall.set()
            await zombie
        self.was_refused = TAKEN_OVER in [line["event"] for line in logs]
        try:
            await self._check_while_b_is_sent()
        finally:
            go_on.set()
            await other
        await self._other.drain()
        await self._check_in_the_end()

    async def _check_while_b_is_sent(self) -> None:
        if self._wakes is Wakes.WHILE_B_IS_SENT:
            seen = await lane_now(self._transaction, self._lane)
            assert (seen.owner, seen.head, seen.leased) == ("other", 1, True)
            effects = await effects_now(self._transaction, self._lane)
            assert [effect.state for effect in effects] == [EffectState.DONE, EffectState.SENDING]

    async def _check_in_the_end(self) -> None:
        later = ["C"] if self._wakes is Wakes.WHILE_C_WAITS else []
        assert await noted(self._transaction) == set()
        # A was sent twice, which is why deliveries may be repeated; what follows it was sent once, and in order.
        assert self._second.delivered[:2] == ["A", "B"]
        assert self._first.delivered[:1] == ["A"]
        assert self._first.delivered[1:] + self._second.delivered[2:] == later
        effects = await effects_now(self._transaction, self._lane)
        assert [(effect.name, effect.state, effect.attempts, effect.error) for effect in effects] == [
            ("A", EffectState.DONE, 2, None),
            *((name, EffectState.DONE, 1, None) for name in ["B", *later]),
        ]
        seen = await lane_now(self._transaction, self._lane)
        assert (seen.head, seen.due, seen.leased, seen.blocked) == (len(effects), None, False, None)
        assert self._first.errors + self._second.errors == []


class Unfenced(Worker):
    """The mutant: its every write takes the fence that the lane has at that moment.

    So ``WHERE fence = mine`` always holds, as if the outbox did not ask.
    """

    async def _record(self, session: AsyncSession, *, held: Lease, record: Record) -> Lease | None:
        return await super()._record(session, held=await _with_present_fence(session, held), record=record)

    async def _accept_failure(self, held: Lease, failure: DeliveryFailure) -> Lease | None:
        fresh = await self._transaction.read(partial(_with_present_fence, held=held))
        return await super()._accept_failure(fresh, failure)


async def _with_present_fence(session: AsyncSession, held: Lease) -> Lease:
    fence = await session.scalar(select(tables.Lane.fence).where(tables.Lane.id == held.lane_id))
    assert fence is not None
    return replace(held, fence=fence)
