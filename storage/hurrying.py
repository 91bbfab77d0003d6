"""Lanes are hurried without waiting for whoever holds one of them (docs/decisions/0023-the-order-of-locks.md).

Whoever hurries writes to lanes of many subjects at once. If they waited for one while they hold others, several who
hurry at once would wait for each other in a circle, and so would they and whoever writes what came of a delivery.
"""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import ColumnElement, Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables
from storage.transaction import after_commit, mark_owed
from storage.types import database_now

HurriedLane = Row[int, int, str, str | None]
_LANE = tables.Lane
_TOLD = (_LANE.id, _LANE.organization_id, _LANE.destination, _LANE.blocked)
_NOW = {"due": database_now(), "nudges": _LANE.nudges + 1}


async def hurry_lanes(session: AsyncSession, chosen: ColumnElement[bool]) -> Sequence[HurriedLane]:
    """Let these lanes be due now; returns their ids, organizations, destinations, and why they are blocked.

    What somebody else holds at this moment is hurried once this transaction is committed, each in a transaction of
    its own: it may be about to be parked again. If the process ends between the two, that waits for its next try.

    Call it last: other locks of lanes, for which one would wait, come before it.
    """
    free = _free(session, chosen)
    hurry = update(_LANE).where(_LANE.id.in_(free)).values(_NOW).returning(*_TOLD)
    hurried = (await session.execute(hurry, execution_options={"synchronize_session": False})).all()
    if hurried:
        mark_owed(session)
    known = {lane.id for lane in hurried}
    left = [lane for lane in await session.execute(select(*_TOLD).where(chosen)) if lane.id not in known]
    for lane in sorted(left, key=lambda each: each.id):
        after_commit(session, partial(_hurry_left, lane_id=lane.id, chosen=chosen))
    return [*hurried, *left]


def _free(session: AsyncSession, chosen: ColumnElement[bool]) -> Select[int]:
    query = select(_LANE.id).where(chosen)
    if session.get_bind().dialect.name == "sqlite":
        # Its writers are one after another.
        return query
    locked = query.order_by(_LANE.id).with_for_update(skip_locked=True)
    # Materialized: the planner must not run the locking query again for each row of the update.
    return select(locked.cte("free").prefix_with("MATERIALIZED").c.id)


async def _hurry_left(session: AsyncSession, *, lane_id: int, chosen: ColumnElement[bool]) -> None:
    """Let a lane be due now, if it is still to be; waits for whoever holds it, and holds nothing meanwhile."""
    hurry = update(_LANE).where(_LANE.id == lane_id, chosen).values(_NOW).returning(_LANE.id)
    if (await session.execute(hurry, execution_options={"synchronize_session": False})).first() is not None:
        mark_owed(session)
