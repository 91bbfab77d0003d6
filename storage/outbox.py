"""The transactional outbox: effects that are owed to the outside, in lanes that keep their order.

One door in: ``enqueue`` inside the caller's transaction. The rest is for the worker: ``lease``, then one of
``pay``, ``put_back`` and ``park`` for each effect - and every one of these writes only under the lease's fence.
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, case, func, insert, literal, null, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.effects import Destination, Effect, EffectKind, EffectState, LaneKey, Lease, NewEffect
from storage import tables
from storage.transaction import mark_owed
from storage.types import database_now
from storage.upsert import upsert

_LANE, _EFFECT = tables.Lane, tables.Effect
ERROR_LIMIT = 500


class FenceLostError(Exception):
    """Another worker holds the lane now: what this one did must not be written."""


async def enqueue(session: AsyncSession, lane: LaneKey, effects: Sequence[NewEffect]) -> None:
    """Owe these effects, in this order, once the caller's transaction commits.

    The lane's row gives out the order and stays locked until the commit, so commit order is delivery order.
    """
    count = len(effects)
    statement = (
        upsert(session, _LANE)
        .values(
            key=str(lane),
            organization_id=lane.organization_id,
            subject=lane.subject,
            destination=lane.destination,
            next_seq=count,
            head=0,
            due=database_now(),
            fence=0,
            nudges=0,
        )
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "next_seq": _LANE.next_seq + count,
                # A lane that waits for its next try, or is blocked, keeps its own time.
                "due": case((_LANE.head == _LANE.next_seq, database_now()), else_=_LANE.due),
            },
        )
        .returning(_LANE.id, _LANE.next_seq)
    )
    lane_id, next_seq = (await session.execute(statement)).one()
    rows = [
        {
            "id": effect.id,
            "lane_id": lane_id,
            "seq": next_seq - count + position,
            "kind": effect.kind,
            "about": effect.about,
            "state": EffectState.OWED,
            "attempts": 0,
            "created_at": database_now(),
        }
        for position, effect in enumerate(effects)
    ]
    await session.execute(insert(_EFFECT).values(rows))
    mark_owed(session)


async def lease(session: AsyncSession, *, worker: str, seconds: float, limit: int) -> list[Lease]:
    """Hold up to ``limit`` lanes that are due and free, for ``seconds``; their first effects are ``sending``."""
    free = or_(_LANE.lease_until.is_(None), _LANE.lease_until < database_now())
    due = select(_LANE.id).where(_LANE.due <= database_now(), free).order_by(_LANE.due).limit(limit)
    if session.get_bind().dialect.name == "postgresql":
        # Materialized: the planner must not run the locking query again for each row of the update.
        chosen = due.with_for_update(skip_locked=True).cte("chosen").prefix_with("MATERIALIZED")
        due = select(chosen.c.id)
    held = (
        update(_LANE)
        .where(_LANE.id.in_(due))
        .values(owner=worker, fence=_LANE.fence + 1, lease_until=database_now(seconds))
        .returning(_LANE.id, _LANE.fence, _LANE.head, _LANE.nudges)
    )
    lanes = {row.id: row for row in await session.execute(held)}
    heads = [(row.id, row.head) for row in lanes.values()]
    return [
        Lease(lane_id=lane_id, fence=lanes[lane_id].fence, nudges=lanes[lane_id].nudges, effect=effect)
        for lane_id, effect in await _start_sending(session, heads)
    ]


async def pay(session: AsyncSession, held: Lease, *, seconds: float, skipped: str | None = None) -> Lease | None:
    """Mark the effect as done (or skipped, with the reason) and hold the lane's next one, if there is one.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    await _lock_subject(session, held)
    more = _LANE.head + 1 < _LANE.next_seq
    renewed = {
        "head": _LANE.head + 1,
        "due": case((more, database_now()), else_=null()),
        "owner": case((more, _LANE.owner), else_=null()),
        "lease_until": case((more, database_now(seconds)), else_=null()),
    }
    statement = _under_fence(held).values(renewed).returning(_LANE.head, _LANE.next_seq, _LANE.nudges)
    head, next_seq, nudges = await _one_or_lost(session, statement)
    state = EffectState.DONE if skipped is None else EffectState.SKIPPED
    await _set_effect(session, held.effect.id, state=state, error=skipped, done_at=database_now())
    if head == next_seq:
        return None
    [(_, effect)] = await _start_sending(session, [(held.lane_id, head)])
    return Lease(lane_id=held.lane_id, fence=held.fence, nudges=nudges, effect=effect)


async def put_back(session: AsyncSession, held: Lease, *, seconds: float, counts: bool, reason: str) -> None:
    """Give the lane back; its first effect is tried again after ``seconds``, or now if it was hurried meanwhile.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    later = case((_LANE.nudges == held.nudges, database_now(seconds)), else_=database_now())
    free = {"due": later, "owner": null(), "lease_until": null()}
    await _one_or_lost(session, _under_fence(held).values(free).returning(_LANE.id))
    attempts = held.effect.attempts if counts else held.effect.attempts - 1
    await _set_effect(
        session, held.effect.id, state=EffectState.OWED, attempts=attempts, error=reason[:ERROR_LIMIT]
    )


async def park(session: AsyncSession, held: Lease, *, reason: str) -> None:
    """Block the lane at this effect until somebody retries it; the reason is kept.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    await _lock_subject(session, held)
    blocked = {"blocked": reason[:ERROR_LIMIT], "due": null(), "owner": null(), "lease_until": null()}
    await _one_or_lost(session, _under_fence(held).values(blocked).returning(_LANE.id))
    await _set_effect(session, held.effect.id, state=EffectState.DEAD, error=reason[:ERROR_LIMIT])


async def is_waiting(session: AsyncSession, lane: LaneKey) -> bool:
    """Is there anything in this lane that is not delivered?"""
    query = select(_LANE.id).where(_LANE.key == str(lane), _LANE.head < _LANE.next_seq)
    return await session.scalar(query) is not None


async def unblock(session: AsyncSession) -> int:
    """Let every blocked lane try its first effect again now; returns how many lanes there were."""
    statement = (
        update(_LANE)
        .where(_LANE.blocked.is_not(None))
        .values(blocked=null(), due=database_now())
        .returning(_LANE.id, _LANE.head)
    )
    heads = [(row.id, row.head) for row in await session.execute(statement)]
    if heads:
        at_head = tuple_(_EFFECT.lane_id, _EFFECT.seq).in_(heads)
        await session.execute(update(_EFFECT).where(at_head).values(state=EffectState.OWED))
        mark_owed(session)
    return len(heads)


async def hurry(session: AsyncSession, organization_id: int, destination: Destination) -> None:
    """Let the organization's waiting lanes to this destination be due now: what they waited for is there."""
    statement = (
        update(_LANE)
        .where(_LANE.organization_id == organization_id, _LANE.destination == destination, _LANE.due.is_not(None))
        .values(due=database_now(), nudges=_LANE.nudges + 1)
    )
    await session.execute(statement)
    mark_owed(session)


async def seconds_until_due(session: AsyncSession) -> float | None:
    """In how many seconds is the next lane due and free? None: nothing waits. Negative: overdue."""
    free_at = case((_LANE.lease_until > _LANE.due, _LANE.lease_until), else_=_LANE.due)
    query = select(func.min(free_at, type_=_LANE.due.type), database_now()).where(_LANE.due.is_not(None))
    due, now = (await session.execute(query)).one()
    if due is None:
        return None
    waits: timedelta = due - now
    return waits.total_seconds()


async def lock_subject(session: AsyncSession, lane: LaneKey) -> None:
    """Lock the lanes of a lane's subject, for who enqueues in several of them: see ``_lock_lanes``."""
    await _lock_lanes(session, literal(lane.subject))


async def _lock_subject(session: AsyncSession, held: Lease) -> None:
    """Lock the lanes of the held lane's subject: what follows a delivery is enqueued in the others."""
    own = aliased(_LANE)
    await _lock_lanes(session, select(own.subject).where(own.id == held.lane_id).scalar_subquery())


async def _lock_lanes(session: AsyncSession, subject: ColumnElement[str]) -> None:
    """Lock a subject's lanes in one order for all, before any of them is written.

    Two that write several at once would else each hold one lane and wait for the other's, until PostgreSQL notices
    after a second and ends one of them.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    lanes = select(_LANE.id).where(_LANE.subject == subject).order_by(_LANE.id)
    await session.execute(lanes.with_for_update())


def _under_fence(held: Lease) -> Update:
    mine: ColumnElement[bool] = (_LANE.id == held.lane_id) & (_LANE.fence == held.fence)
    return update(_LANE).where(mine)


async def _one_or_lost(session: AsyncSession, statement: Any) -> Any:
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise FenceLostError
    return row


async def _set_effect(session: AsyncSession, effect_id: uuid.UUID, **values: Any) -> None:
    await session.execute(update(_EFFECT).where(_EFFECT.id == effect_id).values(**values))


async def _start_sending(session: AsyncSession, heads: Sequence[tuple[int, int]]) -> list[tuple[int, Effect]]:
    """Mark the effects at these (lane, seq) as ``sending``, one attempt more."""
    if not heads:
        return []
    statement = (
        update(_EFFECT)
        .where(tuple_(_EFFECT.lane_id, _EFFECT.seq).in_(heads))
        .values(state=EffectState.SENDING, attempts=_EFFECT.attempts + 1)
        .returning(_EFFECT.lane_id, _EFFECT.id, _EFFECT.kind, _EFFECT.about, _EFFECT.attempts)
    )
    return [
        (row.lane_id, Effect(id=row.id, kind=EffectKind(row.kind), about=row.about, attempts=row.attempts))
        for row in await session.execute(statement)
    ]
