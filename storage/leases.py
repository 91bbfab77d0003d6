"""A worker's hold on lanes: ``lease``, then one of ``pay``, ``put_back`` and ``park`` for each effect.

Every one of these writes only under the lease's fence.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Update, case, func, null, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.effects import (
    SHOWING_THE_PRESENT,
    Effect,
    EffectKind,
    EffectState,
    Lease,
    Posted,
    Unsettled,
)
from bot.domain.retry import Park, TryAgain
from storage import tables
from storage.transaction import mark_owed
from storage.types import database_now

_LANE, _EFFECT = tables.Lane, tables.Effect
ERROR_LIMIT = 500
# How far is looked for what would show the same.
ALIKE_LIMIT = 200
# How long a turn is kept for a lane, in seconds. Those that come later, as after a stop, would come all at once.
GRANT_SECONDS = 5.0
SHOWN_ALREADY = "shown already by the one before it"
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
)
_SENDING = (
    _EFFECT.lane_id,
    _EFFECT.seq,
    _EFFECT.id,
    _EFFECT.kind,
    _EFFECT.about,
    _EFFECT.attempts,
    _EFFECT.unsettled_since,
    _EFFECT.unsettled_until,
)


class FenceLostError(Exception):
    """Another worker holds the lane now: what this one did must not be written."""


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
        .returning(*_HELD)
    )
    lanes = (await session.execute(held)).all()
    effects = await _start_sending(session, lanes)
    return [_lease(lane, effects[lane.id]) for lane in lanes]


async def lock_held(session: AsyncSession, held: Lease) -> None:
    """Lock the held lane and the others of its subject, in which what follows from a delivery is enqueued.

    All in one order, as ``outbox.lock_subject`` does it.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    own = aliased(_LANE)
    subject = select(own.subject).where(own.id == held.lane_id).scalar_subquery()
    lanes = select(_LANE.id, _LANE.fence).where(_LANE.subject == subject).order_by(_LANE.id).with_for_update()
    if (held.lane_id, held.fence) not in {(lane.id, lane.fence) for lane in await session.execute(lanes)}:
        raise FenceLostError


async def pay(session: AsyncSession, held: Lease, *, seconds: float, skipped: str | None = None) -> Lease | None:
    """Mark the effect as done (or skipped, with the reason) and hold the lane's next one, if there is one.

    What showed the present stands for those like it that were owed before it was read. Comes after ``lock_held``,
    whose lock lets nothing be enqueued in the lane meanwhile.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    state = EffectState.DONE if skipped is None else EffectState.SKIPPED
    await _set_effect(session, held.effect.id, state=state, error=skipped, done_at=database_now())
    if skipped is None and held.effect.kind in SHOWING_THE_PRESENT:
        await _skip_shown(session, held.effect)
    behind = (_EFFECT.lane_id == held.lane_id, _EFFECT.seq > held.effect.seq, _EFFECT.state == EffectState.OWED)
    following = await session.scalar(select(func.min(_EFFECT.seq)).where(*behind))
    renewed: dict[str, Any] = {"head": following, "due": database_now(), "lease_until": database_now(seconds)}
    if following is None:
        renewed = {"head": _LANE.next_seq, "due": null(), "owner": null(), "lease_until": null()}
    open_again = {"blocked": null(), "granted": null()}
    lane = await _one_or_lost(session, _under_fence(held).values(renewed | open_again).returning(*_HELD))
    if held.blocked is not None and skipped is None:
        await _hurry_alike(session, held.blocked, lane.organization_id)
    if following is None:
        return None
    return _lease(lane, (await _start_sending(session, [lane]))[lane.id])


async def put_back(session: AsyncSession, held: Lease, plan: TryAgain, *, reason: str) -> None:
    """Give the lane back; its first effect is tried again as planned, or now if it was hurried meanwhile.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    free = _free(held, plan.seconds) | {"granted": plan.granted}
    await _one_or_lost(session, _under_fence(held).values(free).returning(_LANE.id))
    attempts = {} if plan.counts else {"attempts": held.effect.attempts - 1}
    await _set_effect(session, held.effect.id, state=EffectState.OWED, **_failed(plan, reason), **attempts)


async def park(session: AsyncSession, held: Lease, plan: Park, *, reason: str) -> None:
    """Block the lane at this effect, with the reason, until it is delivered; it is tried again as planned.

    Comes after ``lock_held``.

    Raises:
        FenceLostError: another worker holds the lane.
    """
    blocked = {"blocked": reason[:ERROR_LIMIT], "granted": null()}
    await _one_or_lost(session, _under_fence(held).values(_free(held, plan.seconds) | blocked).returning(_LANE.id))
    await _set_effect(session, held.effect.id, state=EffectState.DEAD, **_failed(plan, reason))


async def waiting_behind(session: AsyncSession, effect: Effect, limit: int) -> list[Effect]:
    """Return what waits in the lane behind an effect that is held, in its order."""
    query = (
        select(_EFFECT)
        .where(_EFFECT.lane_id == effect.lane_id, _EFFECT.seq > effect.seq, _EFFECT.seq < effect.behind)
        .where(_EFFECT.state == EffectState.OWED)
        .order_by(_EFFECT.seq)
        .limit(limit)
    )
    return [
        Effect(id=row.id, kind=EffectKind(row.kind), about=row.about, attempts=row.attempts, seq=row.seq)
        for row in await session.scalars(query)
    ]


async def set_posted(session: AsyncSession, posted: Posted) -> None:
    """Remember which message came of these effects; those beside the held one are done with it."""
    mine = _EFFECT.id.in_(posted.effect_ids)
    where = {"channel_id": posted.channel_id, "ts": posted.ts, "thread_ts": posted.thread_ts}
    await session.execute(update(_EFFECT).where(mine).values(where))
    done = {"state": EffectState.DONE, "done_at": database_now()}
    await session.execute(update(_EFFECT).where(mine, _EFFECT.state == EffectState.OWED).values(done))


def _free(held: Lease, seconds: float) -> dict[str, Any]:
    """Return what gives a lane back: due later, or now if it was hurried meanwhile."""
    later = case((_LANE.nudges == held.nudges, database_now(seconds)), else_=database_now())
    return {"due": later, "owner": null(), "lease_until": null()}


def _failed(plan: TryAgain | Park, reason: str) -> dict[str, Any]:
    happened_not: dict[str, Any] = {} if plan.may_have_happened else {"sent_at": null()}
    return {"error": reason[:ERROR_LIMIT], **happened_not}


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


async def _skip_shown(session: AsyncSession, effect: Effect) -> None:
    """Skip what waits behind an effect and would show the same."""
    alike = [
        one.id
        for one in await waiting_behind(session, effect, ALIKE_LIMIT)
        if one.kind is effect.kind and one.about == effect.about
    ]
    if alike:
        shown = {"state": EffectState.SKIPPED, "error": SHOWN_ALREADY, "done_at": database_now()}
        await session.execute(update(_EFFECT).where(_EFFECT.id.in_(alike)).values(shown))


async def _hurry_alike(session: AsyncSession, reason: str, organization_id: int) -> None:
    """Let the organization's other lanes that are blocked for the same reason be due: its cause is gone."""
    alike: ColumnElement[bool] = (_LANE.organization_id == organization_id) & (_LANE.blocked == reason)
    await session.execute(update(_LANE).where(alike).values(due=database_now(), nudges=_LANE.nudges + 1))
    mark_owed(session)


async def _start_sending(session: AsyncSession, lanes: Sequence[Any]) -> dict[int, Effect]:
    """Mark the first effects of these lanes as ``sending``, one attempt more; returns them by their lanes."""
    if not lanes:
        return {}
    heads = {lane.id: lane for lane in lanes}
    statement = (
        update(_EFFECT)
        .where(tuple_(_EFFECT.lane_id, _EFFECT.seq).in_([(lane.id, lane.head) for lane in lanes]))
        .values(
            state=EffectState.SENDING,
            attempts=_EFFECT.attempts + 1,
            unsettled_since=func.coalesce(_EFFECT.unsettled_since, _EFFECT.sent_at),
            unsettled_until=func.coalesce(_EFFECT.sent_at, _EFFECT.unsettled_until),
            sent_at=database_now(),
        )
        .returning(*_SENDING, database_now().label("now"))
    )
    return {row.lane_id: _effect(row, heads[row.lane_id]) for row in await session.execute(statement)}


def _effect(row: Any, lane: Any) -> Effect:
    unsettled = None
    if row.unsettled_since is not None:
        first, last = row.now - row.unsettled_since, row.now - row.unsettled_until
        unsettled = Unsettled(first.total_seconds(), last.total_seconds())
    return Effect(
        id=row.id,
        kind=EffectKind(row.kind),
        about=row.about,
        attempts=row.attempts,
        lane_id=lane.id,
        seq=row.seq,
        behind=lane.next_seq,
        granted=lane.granted if (row.now - lane.due).total_seconds() < GRANT_SECONDS else None,
        unsettled=unsettled,
    )


def _lease(lane: Any, effect: Effect) -> Lease:
    return Lease(lane_id=lane.id, fence=lane.fence, nudges=lane.nudges, effect=effect, blocked=lane.blocked)
