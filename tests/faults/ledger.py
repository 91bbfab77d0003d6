"""What the bot's database says of its work: what is still owed, who holds what, and what it takes to be done."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectState
from storage import tables
from storage.transaction import Transaction

_LANE, _EFFECT = tables.Lane, tables.Effect
_WAITS = (EffectState.OWED, EffectState.SENDING)
# What was given up and is tried again this soon was hurried: its cause is gone.
SOON_SECONDS = 5.0


class Hold(NamedTuple):
    """A lane, held under a fence."""

    lane_id: int
    fence: int


class Ledger:
    """Reads the bot's database from beside it.

    Args:
        transaction: on a connection of its own, which no fault reaches.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def unfinished(self) -> set[uuid.UUID]:
        """Return the effects that are still to be delivered, those included that were given up and are hurried."""

        async def look(session: AsyncSession) -> set[uuid.UUID]:
            soon = datetime.now(UTC) + timedelta(seconds=SOON_SECONDS)
            hurried = and_(_EFFECT.state == EffectState.DEAD, _LANE.due < soon)
            waits = and_(_EFFECT.state.in_(_WAITS), _EFFECT.seq >= _LANE.head)
            query = select(_EFFECT.id).join(_LANE, _LANE.id == _EFFECT.lane_id).where(or_(waits, hurried))
            return set(await session.scalars(query))

        return await self._transaction.read(look)

    async def passed_by(self) -> list[str]:
        """Return what is not delivered, though its lane went on behind it: nobody will ever take it up."""
        return await self._told(_EFFECT.state.in_((*_WAITS, EffectState.DEAD)), _EFFECT.seq < _LANE.head)

    async def under_way(self, pid: int) -> set[uuid.UUID]:
        """Return the effects that a process holds and is about to send, or sends."""

        async def look(session: AsyncSession) -> set[uuid.UUID]:
            query = (
                select(_EFFECT.id)
                .join(_LANE, _LANE.id == _EFFECT.lane_id)
                .where(_LANE.owner.contains(f":{pid}:"), _EFFECT.state == EffectState.SENDING)
            )
            return set(await session.scalars(query))

        return await self._transaction.read(look)

    async def holder_of(self, effect_ids: Iterable[uuid.UUID]) -> int | None:
        """Return the process that sends one of these effects; None: none does."""

        async def look(session: AsyncSession) -> int | None:
            query = (
                select(_LANE.owner)
                .join(_EFFECT, _EFFECT.lane_id == _LANE.id)
                .where(_EFFECT.id.in_(effect_ids), _EFFECT.state == EffectState.SENDING, _LANE.owner.is_not(None))
            )
            owner = (await session.scalars(query.limit(1))).first()
            return None if owner is None else int(owner.split(":")[-2])

        return await self._transaction.read(look)

    async def parked(self) -> set[int]:
        """Return the lanes that are blocked: Slack or Linear refuses their first effect."""

        async def look(session: AsyncSession) -> set[int]:
            return set(await session.scalars(select(_LANE.id).where(_LANE.blocked.is_not(None))))

        return await self._transaction.read(look)

    async def held_by(self, pid: int) -> set[Hold]:
        """Return the lanes that a process holds, by their fences."""

        async def look(session: AsyncSession) -> set[Hold]:
            query = select(_LANE.id, _LANE.fence).where(_LANE.owner.contains(f":{pid}:"), _LANE.due.is_not(None))
            return {Hold(*row) for row in await session.execute(query)}

        return await self._transaction.read(look)

    async def held_still(self, holds: Iterable[Hold]) -> tuple[set[Hold], set[Hold]]:
        """Return which of these are held as they were, and which were taken over; the others were given back."""

        async def look(session: AsyncSession) -> tuple[set[Hold], set[Hold]]:
            asked = {hold.lane_id: hold for hold in holds}
            query = select(_LANE.id, _LANE.fence, _LANE.owner).where(_LANE.id.in_(asked))
            found = {row.id: row for row in await session.execute(query)}
            taken = {hold for lane_id, hold in asked.items() if found[lane_id].fence != hold.fence}
            held = {hold for lane_id, hold in asked.items() if found[lane_id].owner is not None} - taken
            return held, taken

        return await self._transaction.read(look)

    async def unheard(self) -> list[str]:
        """Return which of Slack's events wait to be acted on again, and why."""

        async def look(session: AsyncSession) -> list[str]:
            waiting = await session.scalars(select(tables.Inbox).where(tables.Inbox.again_at.is_not(None)))
            return [f"{each.key}, {each.attempts} attempts: {each.error}" for each in waiting]

        return await self._transaction.read(look)

    async def hurry(self) -> None:
        """Let what waits to be acted on again be due: the pause grows to hours, which nobody here has."""

        async def write(session: AsyncSession) -> None:
            waiting = update(tables.Inbox).where(tables.Inbox.again_at.is_not(None))
            await session.execute(waiting.values(again_at=datetime.now(UTC)))

        await self._transaction.write(write)

    async def effects(self) -> Counter[str]:
        """Return how many effects there are, by their state."""

        async def look(session: AsyncSession) -> Counter[str]:
            query = select(tables.Effect.state, func.count().label("many")).group_by(tables.Effect.state)
            return Counter({row.state: row.many for row in await session.execute(query)})

        return await self._transaction.read(look)

    async def delivered(self) -> Counter[str]:
        """Return how many effects were carried out, by their kind."""

        async def look(session: AsyncSession) -> Counter[str]:
            query = select(_EFFECT.kind, func.count().label("many")).where(_EFFECT.state == EffectState.DONE)
            return Counter({row.kind: row.many for row in await session.execute(query.group_by(_EFFECT.kind))})

        return await self._transaction.read(look)

    async def dead(self) -> list[str]:
        """Return what was given up, with its reason."""

        async def look(session: AsyncSession) -> list[str]:
            inbox = tables.Inbox
            query = select(inbox).where(inbox.again_at.is_(None), inbox.error.is_not(None))
            return [f"{each.key}: {each.error}" for each in await session.scalars(query)]

        return [*await self._told(_EFFECT.state == EffectState.DEAD), *await self._transaction.read(look)]

    async def owed(self) -> str:
        """Return in words what is still to be delivered or acted on, and why it is not."""
        waits = _EFFECT.state.in_((*_WAITS, EffectState.DEAD))
        return "; ".join([*await self._told(waits), *await self.unheard()])

    async def _told(self, *which: ColumnElement[bool]) -> list[str]:
        async def look(session: AsyncSession) -> list[str]:
            query = select(_EFFECT, _LANE.key).join(_LANE, _LANE.id == _EFFECT.lane_id).where(*which)
            found = (await session.execute(query.order_by(_EFFECT.lane_id, _EFFECT.seq))).all()
            return [
                f"{key} {each.kind}, {each.state}, {each.attempts} attempts: {each.error}" for each, key in found
            ]

        return await self._transaction.read(look)
