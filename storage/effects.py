"""What becomes of the effects that a worker holds. Its hold on their lanes is in ``storage.leases``."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Integer, case, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import SHOWING_THE_PRESENT, Effect, EffectKind, EffectState, Posted, Unsettled
from bot.domain.retry import Park, TryAgain
from storage import tables
from storage.built import run, value, values
from storage.types import database_now

_EFFECTS = tables.core(tables.Effect)
_EFFECT = _EFFECTS.c
ERROR_LIMIT = 500
# How far is looked for what would show the same.
ALIKE_LIMIT = 200
# How long a turn is kept for a lane, in seconds. Those that come later, as after a stop, would come all at once.
GRANT_SECONDS = 5.0
SHOWN_ALREADY = "shown already by the one before it"
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
_IS_OWED = _EFFECT.state == EffectState.OWED


async def start_sending(session: AsyncSession, lanes: Sequence[Any]) -> dict[int, Effect]:
    """Mark the first effects of these lanes as ``sending``, one attempt more; returns them by their lanes."""
    if not lanes:
        return {}
    by_id = {lane.id: lane for lane in lanes}
    rows = await run(session, _START_SENDING, heads=[(lane.id, lane.head) for lane in lanes])
    return {row.lane_id: _effect(row, by_id[row.lane_id]) for row in rows}


_START_SENDING = (
    update(_EFFECTS)
    .where(tuple_(_EFFECT.lane_id, _EFFECT.seq).in_(values("heads")))
    .values(
        state=EffectState.SENDING,
        attempts=_EFFECT.attempts + 1,
        unsettled_since=func.coalesce(_EFFECT.unsettled_since, _EFFECT.sent_at),
        unsettled_until=func.coalesce(_EFFECT.sent_at, _EFFECT.unsettled_until),
        sent_at=database_now(),
    )
    .returning(*_SENDING, database_now().label("now"))
)


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


async def end(session: AsyncSession, effect: Effect, skipped: str | None) -> None:
    """Mark an effect as done, or as skipped for a reason.

    What showed the present stands for those like it that were owed before it was read.
    """
    state = EffectState.DONE if skipped is None else EffectState.SKIPPED
    await run(session, _END, effect_ids=[effect.id], state=state, error=skipped)
    if skipped is None and effect.kind in SHOWING_THE_PRESENT:
        await _skip_shown(session, effect)


async def _skip_shown(session: AsyncSession, effect: Effect) -> None:
    """Skip what waits behind an effect and would show the same."""
    alike = [
        one.id
        for one in await waiting_behind(session, effect, ALIKE_LIMIT)
        if one.kind is effect.kind and one.about == effect.about
    ]
    if alike:
        await run(session, _END, effect_ids=alike, state=EffectState.SKIPPED, error=SHOWN_ALREADY)


_END = (
    update(_EFFECTS)
    .where(_EFFECT.id.in_(values("effect_ids")))
    .values(state=value("state"), error=value("error"), done_at=database_now())
)


async def fail(
    session: AsyncSession, effect: Effect, plan: TryAgain | Park, reason: str, *, state: EffectState, attempts: int
) -> None:
    """Remember why an attempt failed, and what the effect is now."""
    await run(
        session,
        _FAIL,
        effect_id=effect.id,
        state=state,
        attempts=attempts,
        error=reason[:ERROR_LIMIT],
        may_have_happened=plan.may_have_happened,
    )


_FAIL = (
    update(_EFFECTS)
    .where(_EFFECT.id == value("effect_id"))
    .values(
        state=value("state"),
        attempts=value("attempts"),
        error=value("error"),
        sent_at=case((value("may_have_happened", Boolean()), _EFFECT.sent_at)),
    )
)


async def waiting_behind(session: AsyncSession, effect: Effect, limit: int) -> list[Effect]:
    """Return what waits in the lane behind an effect that is held, in its order."""
    rows = await run(session, _BEHIND, lane_id=effect.lane_id, seq=effect.seq, behind=effect.behind, limit=limit)
    return [
        Effect(id=row.id, kind=EffectKind(row.kind), about=row.about, attempts=row.attempts, seq=row.seq)
        for row in rows
    ]


_BEHIND = (
    select(_EFFECT.id, _EFFECT.kind, _EFFECT.about, _EFFECT.attempts, _EFFECT.seq)
    .where(_EFFECT.lane_id == value("lane_id"), _EFFECT.seq > value("seq"), _EFFECT.seq < value("behind"))
    .where(_IS_OWED)
    .order_by(_EFFECT.seq)
    .limit(value("limit", Integer()))
)


async def set_posted(session: AsyncSession, posted: Posted) -> None:
    """Remember which message came of these effects; those beside the held one are done with it."""
    where = {"channel_id": posted.channel_id, "ts": posted.ts, "thread_ts": posted.thread_ts}
    await run(session, _SET_POSTED, effect_ids=list(posted.effect_ids), **where)


_SET_POSTED = (
    update(_EFFECTS)
    .where(_EFFECT.id.in_(values("effect_ids")))
    .values(
        channel_id=value("channel_id"),
        ts=value("ts"),
        thread_ts=value("thread_ts"),
        state=case((_IS_OWED, EffectState.DONE), else_=_EFFECT.state),
        done_at=case((_IS_OWED, database_now()), else_=_EFFECT.done_at),
    )
)
