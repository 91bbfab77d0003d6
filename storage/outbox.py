"""The transactional outbox: effects that are owed to the outside, in lanes that keep their order.

One door in: ``enqueue`` inside the caller's transaction. What the worker does with it is in ``storage.leases``.
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Float, Integer, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import (
    Destination,
    EffectKind,
    EffectState,
    LaneKey,
    NewEffect,
)
from bot.domain.issues import IssueRef
from storage import tables
from storage.transaction import mark_owed
from storage.types import database_now
from storage.upsert import upsert_in

_LANE, _EFFECT = tables.Lane, tables.Effect
_LANE_NAMED_BY = ("key", "organization_id", "subject", "destination")
_ADD_EFFECTS = insert(tables.core(_EFFECT)).values(created_at=database_now())


async def enqueue(
    session: AsyncSession, lane: LaneKey, effects: Sequence[NewEffect], *, seconds: float = 0.0
) -> None:
    """Owe these effects, in this order, once the caller's transaction commits.

    The lane's row gives out the order and stays locked until the commit, so commit order is delivery order. Where
    nothing waited before, the lane is due in ``seconds``.
    """
    count = len(effects)
    given = {
        "key": str(lane),
        "organization_id": lane.organization_id,
        "subject": lane.subject,
        "destination": lane.destination,
        "count": count,
        "seconds": float(seconds),
    }
    statement = _take_places(session.get_bind().dialect.name)
    lane_id, next_seq = (await session.execute(statement, given)).one()
    rows = [
        {
            "id": effect.id,
            "lane_id": lane_id,
            "seq": next_seq - count + position,
            "kind": effect.kind,
            "about": effect.about,
            "state": EffectState.OWED,
            "attempts": 0,
        }
        for position, effect in enumerate(effects)
    ]
    await session.execute(_ADD_EFFECTS, rows)
    mark_owed(session)


@cache
def _take_places(dialect: str) -> Any:
    """Return the statement that gives out a lane's next places; built once, as every change asks it often."""
    lane = tables.core(_LANE)
    count, due = bindparam("count", type_=Integer()), database_now(bindparam("seconds", type_=Float()))
    columns: dict[str, Any] = {name: bindparam(name) for name in _LANE_NAMED_BY}
    new = upsert_in(dialect, lane).values(**columns, next_seq=count, head=0, due=due, fence=0, nudges=0)
    behind = new.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "next_seq": lane.c.next_seq + count,
            # A lane that waits for its next try, or is blocked, keeps its own time.
            "due": case((lane.c.head == lane.c.next_seq, due), else_=lane.c.due),
        },
    )
    return behind.returning(lane.c.id, lane.c.next_seq)


async def is_waiting(session: AsyncSession, lane: LaneKey) -> bool:
    """Is there anything in this lane that is not delivered?"""
    query = select(_LANE.id).where(_LANE.key == str(lane), _LANE.head < _LANE.next_seq)
    return await session.scalar(query) is not None


async def is_owed(session: AsyncSession, lane: LaneKey, kind: EffectKind) -> bool:
    """Does an effect of this kind wait in the lane, not begun yet?"""
    query = (
        select(_EFFECT.id)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_LANE.key == str(lane), _LANE.organization_id == lane.organization_id)
        .where(_EFFECT.seq >= _LANE.head, _EFFECT.kind == kind, _EFFECT.state == EffectState.OWED)
    )
    return await session.scalar(query.limit(1)) is not None


async def issue_opened_by(session: AsyncSession, organization_id: int, effect_id: str) -> IssueRef | None:
    """Which of the organization's issues does this effect open in Linear? Linear has it under the effect's id."""
    try:
        wanted = uuid.UUID(effect_id)
    except ValueError:
        return None
    query = (
        select(_EFFECT.about)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_LANE.organization_id == organization_id, _EFFECT.id == wanted)
        .where(_EFFECT.kind == EffectKind.LINEAR_CREATE_ISSUE)
    )
    about = await session.scalar(query)
    return None if about is None else IssueRef(organization_id, int(about["issue_id"]))


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
    """Lock the lanes of a lane's subject in one order for all, for who enqueues in several of them.

    Two that write several at once would else each hold one lane and wait for the other's, until PostgreSQL notices
    after a second and ends one of them.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    lanes = select(_LANE.id).where(_LANE.subject == lane.subject).order_by(_LANE.id)
    await session.execute(lanes.with_for_update())
