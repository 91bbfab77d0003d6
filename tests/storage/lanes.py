"""Lanes as tests fill them, look at them, and let their time pass."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, EffectState, LaneKey, Lease, NewEffect, Pool
from storage import leases, outbox, tables
from storage.transaction import Transaction
from storage.types import database_now

LEASE_SECONDS = 30.0
AN_HOUR = 3600.0
# Longer than anything takes to settle.
LONG_AGO = AN_HOUR


def lane_of(organization_id: int, subject: str = "one", destination: Destination = Destination.LINEAR) -> LaneKey:
    """Return a lane's key."""
    return LaneKey(organization_id, destination, subject)


async def enqueue_named(session: AsyncSession, lane: LaneKey, names: Sequence[str]) -> list[uuid.UUID]:
    """Enqueue an effect for each name; returns their ids."""
    effects = [NewEffect(EffectKind.SLACK_POST_LINE, {"name": name}) for name in names]
    await outbox.enqueue(session, lane, effects)
    return [effect.id for effect in effects]


async def owe(transaction: Transaction, lane: LaneKey, *names: str) -> list[uuid.UUID]:
    """Enqueue in a transaction of its own."""
    return await transaction.write(partial(enqueue_named, lane=lane, names=names))


async def take(
    transaction: Transaction, *, worker: str = "tester", seconds: float = LEASE_SECONDS, limit: int = 50
) -> list[Lease]:
    """Lease what is due."""
    return await transaction.write(
        partial(leases.lease, worker=worker, seconds=seconds, places=dict.fromkeys(Pool, limit))
    )


async def take_one(transaction: Transaction, worker: str = "tester") -> Lease:
    """Lease the only lane that is due."""
    [held] = await take(transaction, worker=worker)
    return held


def name_of(held: Lease) -> str:
    """Return the name under which the held effect was enqueued."""
    return str(held.effect.about["name"])


@dataclass(frozen=True, kw_only=True)
class SeenLane:
    """A lane as it stands: ``due`` is "now", "later" or None, ``leased`` tells whether a lease runs."""

    key: str
    head: int
    next_seq: int
    due: str | None
    leased: bool
    owner: str | None
    fence: int
    blocked: str | None


@dataclass(frozen=True, kw_only=True)
class SeenEffect:
    """An effect as it stands."""

    id: uuid.UUID
    name: str
    seq: int
    state: EffectState
    attempts: int
    error: str | None
    done: bool


async def see_lanes(session: AsyncSession) -> list[SeenLane]:
    """Return all lanes, by key."""
    due, leased = tables.Lane.due <= database_now(), tables.Lane.lease_until >= database_now()
    query = select(tables.Lane, due.label("is_due"), leased.label("is_leased")).order_by(tables.Lane.key)
    return [
        SeenLane(
            key=lane.key,
            head=lane.head,
            next_seq=lane.next_seq,
            due=None if lane.due is None else "now" if is_due else "later",
            leased=bool(is_leased),
            owner=lane.owner,
            fence=lane.fence,
            blocked=lane.blocked,
        )
        for lane, is_due, is_leased in await session.execute(query)
    ]


async def see_effects(session: AsyncSession, lane: LaneKey) -> list[SeenEffect]:
    """Return a lane's effects, by seq."""
    query = (
        select(tables.Effect)
        .join(tables.Lane, tables.Lane.id == tables.Effect.lane_id)
        .where(tables.Lane.key == str(lane))
        .order_by(tables.Effect.seq)
    )
    return [
        SeenEffect(
            id=row.id,
            name=str(row.about.get("name", "")),
            seq=row.seq,
            state=EffectState(row.state),
            attempts=row.attempts,
            error=row.error,
            done=row.done_at is not None,
        )
        for row in await session.scalars(query)
    ]


async def lane_now(transaction: Transaction, lane: LaneKey) -> SeenLane:
    """Return one lane."""
    [found] = [seen for seen in await transaction.read(see_lanes) if seen.key == str(lane)]
    return found


async def effects_now(transaction: Transaction, lane: LaneKey) -> list[SeenEffect]:
    """Return a lane's effects, by seq."""
    return await transaction.read(partial(see_effects, lane=lane))


async def let_leases_expire(transaction: Transaction) -> None:
    """Let every lease have run out a minute ago."""

    async def expire(session: AsyncSession) -> None:
        leased = update(tables.Lane).where(tables.Lane.lease_until.is_not(None))
        await session.execute(leased.values(lease_until=database_now(-60)))

    await transaction.write(expire)


async def let_waiting_be_due(transaction: Transaction, lane: LaneKey | None = None) -> None:
    """Let the time pass for which lanes wait, and what was sent settle: in all of them, or in one."""

    async def hasten(session: AsyncSession) -> None:
        waiting = update(tables.Lane).where(tables.Lane.due.is_not(None))
        if lane is not None:
            waiting = waiting.where(tables.Lane.key == str(lane))
        await session.execute(waiting.values(due=database_now(-1)))
        effect = tables.Effect
        owed = update(effect).where(effect.state == EffectState.OWED)
        for moment in (effect.unsettled_since, effect.unsettled_until, effect.sent_at):
            await session.execute(owed.where(moment.is_not(None)).values({moment: database_now(-LONG_AGO)}))
        # The first attempt stays before the last one.
        repeated = owed.where(effect.unsettled_since.is_not(None), effect.sent_at.is_not(None))
        await session.execute(repeated.values(unsettled_since=database_now(-LONG_AGO - 1)))

    await transaction.write(hasten)


async def let_rest(transaction: Transaction, destination: Destination) -> None:
    """Let what is owed there be left alone until more of it is owed, for tests that do not look there."""

    async def rest(session: AsyncSession) -> None:
        there = tables.Lane.destination == destination
        await session.execute(update(tables.Lane).where(there, tables.Lane.due.is_not(None)).values(due=None))

    await transaction.write(rest)


async def database_time(transaction: Transaction) -> datetime:
    """Return what the database's clock tells."""

    async def ask(session: AsyncSession) -> datetime:
        return (await session.execute(select(database_now()))).scalar_one()

    return await transaction.read(ask)


async def due_at(transaction: Transaction, lane: LaneKey) -> datetime:
    """Return when a lane is due for its next try."""

    async def ask(session: AsyncSession) -> datetime:
        due = await session.scalar(select(tables.Lane.due).where(tables.Lane.key == str(lane)))
        assert due is not None
        return due

    return await transaction.read(ask)


async def seconds_until_due(transaction: Transaction, lane: LaneKey) -> float:
    """Return how long a lane still waits for its next try."""
    due = await due_at(transaction, lane)
    return (due - await database_time(transaction)).total_seconds()
