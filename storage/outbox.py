"""The transactional outbox: effects that are owed to the outside, in lanes that keep their order.

One door in: ``enqueue`` inside the caller's transaction. What the worker does with it is in ``storage.leases``.
"""

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, String, and_, case, func, literal, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import (
    Destination,
    EffectKind,
    EffectState,
    LaneKey,
    NewEffect,
    Pool,
)
from bot.domain.issues import IssueRef
from storage import tables
from storage.built import answer, run, value
from storage.given import Additions, given, insert_chosen, run_given
from storage.hurrying import hurry_lanes
from storage.transaction import mark_owed
from storage.types import database_now

_LANE, _EFFECT = tables.Lane, tables.Effect
_LANE_NAMED_BY = ("key", "organization_id", "subject", "destination")
_EFFECTS = Additions(
    tables.core(_EFFECT),
    ("id", "lane_id", "seq", "kind", "about", "state", "attempts"),
    created_at=database_now(),
)


async def enqueue(
    session: AsyncSession, lane: LaneKey, effects: Sequence[NewEffect], *, seconds: float = 0.0
) -> None:
    """Owe these effects, in this order, once the caller's transaction commits.

    The lane's row gives out the order and stays locked until the commit, so commit order is delivery order. Where
    nothing waited before, the lane is due in ``seconds``.
    """
    await enqueue_all(session, {lane: effects}, seconds=seconds)


async def enqueue_all(
    session: AsyncSession, owed: Mapping[LaneKey, Sequence[NewEffect]], *, seconds: float = 0.0
) -> None:
    """Owe the effects of several lanes, as ``enqueue`` those of one; locks them in one order for all."""
    rows = owed_rows(owed, seconds=seconds)
    if session.get_bind().dialect.name == "sqlite":
        taken = {row.key: row for row in await run_given(session, _take_places, lanes=rows["lanes"])}
        await _EFFECTS.add(session, [_placed(row, taken[row["key"]]) for row in rows["effects"]])
    else:
        await run_given(session, owing, **rows)
    mark_owed(session)


def owed_rows(
    owed: Mapping[LaneKey, Sequence[NewEffect]], *, seconds: float = 0.0
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that ``owing`` is given, by their names."""
    keyed = sorted(((str(lane), lane, effects) for lane, effects in owed.items()), key=itemgetter(0))
    return {
        "lanes": [_lane_row(key, lane, len(effects), seconds) for key, lane, effects in keyed],
        "effects": [row for key, _, effects in keyed for row in _effect_rows(key, effects)],
    }


def _lane_row(key: str, lane: LaneKey, length: int, seconds: float) -> dict[str, Any]:
    return {
        "key": key,
        "organization_id": lane.organization_id,
        "subject": lane.subject,
        "destination": lane.destination,
        "next_seq": length,
        "seconds": float(seconds),
    }


def _effect_rows(key: str, effects: Sequence[NewEffect]) -> list[dict[str, Any]]:
    """Return a lane's effects; ``behind`` is how many places before the lane's next one each of them stands."""
    return [
        {
            "key": key,
            "behind": behind,
            "id": effect.id,
            "kind": effect.kind,
            "about": effect.about,
            "state": EffectState.OWED,
            "attempts": 0,
        }
        for behind, effect in zip(range(len(effects), 0, -1), effects, strict=True)
    ]


def _placed(row: dict[str, Any], lane: Any) -> dict[str, Any]:
    return {**row, "lane_id": lane.id, "seq": lane.next_seq - row["behind"]}


@cache
def owing(dialect: str) -> Any:
    """Return PostgreSQL's statement that gives out lanes' next places and puts effects there (``owed_rows``).

    It is one because each waits for its answer, and whoever else writes to the lanes waits meanwhile. Whoever makes
    it a part of a statement of their own calls ``mark_owed``.
    """
    effect, taken = tables.core(_EFFECT), _take_places(dialect).cte("taken")
    named = {name: effect.c[name].type for name in ("id", "kind", "about", "state", "attempts")}
    rows = given(dialect, {"key": String(), "behind": Integer(), **named}, "effects")
    chosen = {
        **{name: rows.c[name] for name in named},
        "lane_id": taken.c.id,
        "seq": taken.c.next_seq - rows.c.behind,
        "created_at": database_now(),
    }
    return insert_chosen(dialect, effect, chosen, rows.join(taken, taken.c.key == rows.c.key)).add_cte(taken)


@cache
def _take_places(dialect: str) -> Any:
    """Return the statement that gives out lanes' next places."""
    lane = tables.core(_LANE)
    named = {name: lane.c[name].type for name in (*_LANE_NAMED_BY, "next_seq")}
    rows = given(dialect, {**named, "seconds": Float()}, "lanes")
    new = insert_chosen(
        dialect,
        lane,
        {
            **{name: rows.c[name] for name in named},
            "head": literal(0),
            "due": database_now(rows.c.seconds),
            "fence": literal(0),
            "nudges": literal(0),
        },
    )
    behind = new.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "next_seq": lane.c.next_seq + new.excluded.next_seq,
            # A lane that waits for its next try, or is blocked, keeps its own time.
            "due": case((lane.c.head == lane.c.next_seq, new.excluded.due), else_=lane.c.due),
        },
    )
    return behind.returning(lane.c.id, lane.c.key, lane.c.next_seq)


async def is_waiting(session: AsyncSession, lane: LaneKey) -> bool:
    """Is there anything in this lane that is not delivered?"""
    return await answer(session, _WAITING, key=str(lane)) is not None


_WAITING = select(_LANE.id).where(_LANE.key == value("key"), _LANE.head < _LANE.next_seq)


async def waiting_in(session: AsyncSession, lane: LaneKey) -> list[NewEffect]:
    """What is in this lane and not delivered, in its order? What is under way is part of it."""
    query = (
        select(_EFFECT.id, _EFFECT.kind, _EFFECT.about)
        .join(_LANE, _LANE.id == _EFFECT.lane_id)
        .where(_LANE.key == str(lane), _LANE.organization_id == lane.organization_id, _EFFECT.seq >= _LANE.head)
        .where(_EFFECT.state.in_([EffectState.OWED, EffectState.SENDING, EffectState.DEAD]))
        .order_by(_EFFECT.seq)
    )
    return [NewEffect(EffectKind(row.kind), row.about, row.id) for row in await session.execute(query)]


async def is_owed(session: AsyncSession, lane: LaneKey, kind: EffectKind) -> bool:
    """Does an effect of this kind wait in the lane, not begun yet?"""
    owed = await answer(session, _OWED, key=str(lane), organization_id=lane.organization_id, kind=kind)
    return owed is not None


_OWED = (
    select(_EFFECT.id)
    .join(_LANE, _LANE.id == _EFFECT.lane_id)
    .where(_LANE.key == value("key"), _LANE.organization_id == value("organization_id"))
    .where(_EFFECT.seq >= _LANE.head, _EFFECT.kind == value("kind"), _EFFECT.state == EffectState.OWED)
    .limit(1)
)


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
    mine = and_(_LANE.organization_id == organization_id, _LANE.destination == destination)
    await hurry_lanes(session, and_(mine, _LANE.due.is_not(None)))


async def seconds_until_due(session: AsyncSession) -> dict[Pool, float]:
    """In how many seconds is the next lane of each pool due and free? Negative: overdue.

    Pools in which nothing waits are left out.
    """
    now, *dues = (await run(session, _NEXT_DUE)).one()
    return {pool: (due - now).total_seconds() for pool, due in zip(Pool, dues, strict=True) if due is not None}


def is_in_pool(destination: ColumnElement[str], pool: Pool) -> ColumnElement[bool]:
    """Compare a lane's destination, in words of SQL: as values they would be given anew each time."""
    return destination.in_([literal_column(f"'{one}'") for one in sorted(pool.value)])


_LANES = tables.core(_LANE)
_FREE_AT = case((_LANE.lease_until > _LANE.due, _LANE.lease_until), else_=_LANE.due)
_NEXT_DUE = select(
    database_now().label("now"),
    *(
        func.min(case((is_in_pool(_LANES.c.destination, pool), _FREE_AT)), type_=_LANE.due.type).label(pool.name)
        for pool in Pool
    ),
).where(_LANE.due.is_not(None))


async def lock_subject(session: AsyncSession, lane: LaneKey) -> None:
    """Lock the lanes of a lane's subject in one order for all, for who enqueues in several of them.

    Two that write several at once would else each hold one lane and wait for the other's, until PostgreSQL notices
    after a second and ends one of them.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    await run(session, _LOCK_SUBJECT, subject=lane.subject)


_LOCK_SUBJECT = select(_LANE.id).where(_LANE.subject == value("subject")).order_by(_LANE.id).with_for_update()
