"""A worker's hold on lanes: ``lease``, then one of ``pay``, ``put_back`` and ``park`` for each effect.

Every one of these writes only under the lease's fence.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import structlog
from sqlalchemy import Float, Integer, Select, Update, and_, case, func, null, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, Effect, EffectState, Lease, Pool
from bot.domain.retry import Park, TryAgain
from storage import tables
from storage.built import Built, run, value
from storage.effects import ERROR_LIMIT, end, fail, start_sending
from storage.hurrying import hurry_lanes
from storage.outbox import is_in_pool
from storage.transaction import mark_owed
from storage.types import database_now

log = structlog.stdlib.get_logger(__name__)
_LANES, _EFFECTS = tables.core(tables.Lane), tables.core(tables.Effect)
_LANE, _EFFECT = _LANES.c, _EFFECTS.c
_HELD = (
    _LANE.id,
    _LANE.fence,
    _LANE.head,
    _LANE.next_seq,
    _LANE.nudges,
    _LANE.granted,
    _LANE.due,
    _LANE.blocked,
    _LANE.organization_id,
    _LANE.destination,
)
_LATER = database_now(value("seconds", Float()))
_UNDER_FENCE = update(_LANES).where(_LANE.id == value("lane_id"), _LANE.fence == value("fence"))


class FenceLostError(Exception):
    """Another worker holds the lane now: what this one did must not be written."""


async def lease(session: AsyncSession, *, worker: str, seconds: float, places: Mapping[Pool, int]) -> list[Lease]:
    """Hold lanes that are due and free, for ``seconds``; their first effects are ``sending``.

    Of each pool as many as it has ``places``; of one that is not named none.
    """
    limits = {f"{pool.name}_places": places.get(pool, 0) for pool in Pool}
    lanes = (await run(session, _hold, worker=worker, seconds=seconds, **limits)).all()
    effects = await start_sending(session, lanes)
    for lane in lanes:
        if lane.id not in effects:
            await _pass_by(session, lane)
    return [_lease(lane, effects[lane.id]) for lane in lanes if lane.id in effects]


async def _pass_by(session: AsyncSession, lane: Any) -> None:
    """Let a lane go on behind an effect that is not there: somebody deleted it, or restored half of a backup."""
    log.error("an effect is not there; its lane goes on without it", lane=lane.id, seq=lane.head)
    await run(session, _PASS_BY, lane_id=lane.id, fence=lane.fence, seq=lane.head)
    mark_owed(session)


@cache
def _hold(dialect: str) -> Update:
    held = update(_LANES).where(_LANE.id.in_(union_all(*(_due(dialect, pool) for pool in Pool))))
    return held.values(owner=value("worker"), fence=_LANE.fence + 1, lease_until=_LATER).returning(*_HELD)


def _due(dialect: str, pool: Pool) -> Select[tuple[int]]:
    """Select what is due and free of a pool, as far as there are places for it."""
    free = or_(_LANE.lease_until.is_(None), _LANE.lease_until < database_now())
    due = select(_LANE.id).where(is_in_pool(_LANE.destination, pool), _LANE.due <= database_now(), free)
    due = due.order_by(_LANE.due).limit(value(f"{pool.name}_places", Integer()))
    if dialect == "sqlite":
        return select(due.subquery().c.id)
    # Materialized: the planner must not run the locking query again for each row of the update.
    return select(due.with_for_update(skip_locked=True).cte(pool.name).prefix_with("MATERIALIZED").c.id)


async def lock_held(session: AsyncSession, held: Lease) -> None:
    """Lock the held lane and the others of its subject, in which what follows from a delivery is enqueued.

    All in one order, as ``outbox.lock_subject`` does it.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    lanes = await run(session, _LOCK_SUBJECT, lane_id=held.lane_id)
    if (held.lane_id, held.fence) not in {(lane.id, lane.fence) for lane in lanes}:
        raise FenceLostError


_OWN = _LANES.alias()
_LOCK_SUBJECT = (
    select(_LANE.id, _LANE.fence)
    .where(_LANE.subject == select(_OWN.c.subject).where(_OWN.c.id == value("lane_id")).scalar_subquery())
    .order_by(_LANE.id)
    .with_for_update()
)


async def pay(session: AsyncSession, held: Lease, *, seconds: float, skipped: str | None = None) -> Lease | None:
    """Mark the effect as done (or skipped, with the reason) and hold the lane's next one, if there is one.

    What showed the present stands for those like it that were owed before it was read. Comes after ``lock_held``,
    whose lock lets nothing be enqueued in the lane meanwhile.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    await end(session, held.effect, skipped)
    lane = await _one_or_lost(session, _GO_ON, held, seq=held.effect.seq, seconds=seconds)
    if held.blocked is not None and skipped is None:
        await _hurry_alike(session, held.blocked, lane.organization_id)
    if lane.head == lane.next_seq:
        return None
    return _lease(lane, (await start_sending(session, [lane]))[lane.id])


_FOLLOWING = (
    select(func.min(_EFFECT.seq))
    .where(_EFFECT.lane_id == _LANE.id, _EFFECT.seq > value("seq"), _EFFECT.state == EffectState.OWED)
    .correlate(_LANES)
    .scalar_subquery()
)
_BEHIND_IT = _UNDER_FENCE.values(
    head=func.coalesce(_FOLLOWING, _LANE.next_seq),
    due=case((_FOLLOWING.is_not(None), database_now())),
    blocked=null(),
    granted=null(),
)
# It is held on while anything follows.
_GO_ON = _BEHIND_IT.values(
    owner=case((_FOLLOWING.is_not(None), _LANE.owner)),
    lease_until=case((_FOLLOWING.is_not(None), _LATER)),
).returning(*_HELD)
_PASS_BY = _BEHIND_IT.values(owner=null(), lease_until=null())


async def put_back(session: AsyncSession, held: Lease, plan: TryAgain, *, reason: str) -> None:
    """Give the lane back; its first effect is tried again as planned, or now if it was hurried meanwhile.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    later = {"nudges": held.nudges, "seconds": plan.seconds}
    await _one_or_lost(session, _FREE, held, **later, granted=plan.granted)
    await fail(session, held.effect, plan, reason, state=EffectState.OWED, attempts=_attempts(held, plan))


async def park(session: AsyncSession, held: Lease, plan: Park, *, reason: str) -> None:
    """Block the lane at this effect, with the reason, until it is delivered; it is tried again as planned.

    Comes after ``lock_held``.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    later = {"nudges": held.nudges, "seconds": plan.seconds}
    await _one_or_lost(session, _BLOCK, held, **later, blocked=reason[:ERROR_LIMIT])
    await fail(session, held.effect, plan, reason, state=EffectState.DEAD, attempts=_attempts(held, plan))


def _attempts(held: Lease, plan: TryAgain | Park) -> int:
    return held.effect.attempts if plan.counts else held.effect.attempts - 1


_DUE_AGAIN = {
    # Now if it was hurried meanwhile.
    "due": case((_LANE.nudges == value("nudges"), _LATER), else_=database_now()),
    "owner": null(),
    "lease_until": null(),
}
_FREE = _UNDER_FENCE.values(**_DUE_AGAIN, granted=value("granted")).returning(_LANE.id)
_BLOCK = _UNDER_FENCE.values(**_DUE_AGAIN, granted=null(), blocked=value("blocked")).returning(_LANE.id)


async def _one_or_lost(session: AsyncSession, statement: Built, held: Lease, **given: Any) -> Any:
    row = (await run(session, statement, lane_id=held.lane_id, fence=held.fence, **given)).one_or_none()
    if row is None:
        raise FenceLostError
    return row


async def _hurry_alike(session: AsyncSession, reason: str, organization_id: int) -> None:
    """Let the organization's other lanes that are blocked for the same reason be due: its cause is gone.

    Those that are due already are left: each of many that recover together would else write to all the others.
    """
    alike = and_(_LANE.organization_id == organization_id, _LANE.blocked == reason)
    # One that is tried at this moment may have been refused before.
    waits = or_(_LANE.due > database_now(), _LANE.lease_until >= database_now())
    await hurry_lanes(session, and_(alike, waits))


def _lease(lane: Any, effect: Effect) -> Lease:
    return Lease(
        lane_id=lane.id,
        destination=Destination(lane.destination),
        fence=lane.fence,
        nudges=lane.nudges,
        effect=effect,
        blocked=lane.blocked,
    )
