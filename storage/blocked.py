"""What is stuck, what waits, and how it is hurried.

A lane that is ``blocked`` keeps the reason until a delivery succeeds. It is tried again by itself, now and then;
whoever learns that its cause is gone hurries it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, Effect, EffectState, issue_lane
from bot.domain.issues import IssueRef
from bot.domain.trouble import Cause, Owed, Stuck, StuckSince, cause_of
from storage import linear_connections, tables
from storage.built import run, value
from storage.hurrying import hurry_lanes
from storage.types import database_now

_LANE, _EFFECT = tables.Lane, tables.Effect
_BLOCKED = _LANE.blocked.is_not(None)
_NOT_DELIVERED = _EFFECT.state.in_([EffectState.OWED, EffectState.SENDING, EffectState.DEAD])
# Linear's extras need both: files and addresses come out of Slack.
LINEAR = (Destination.LINEAR, Destination.LINEAR_EXTRAS)
SLACK = tuple(destination for destination in Destination if destination is not Destination.LINEAR)


@dataclass(frozen=True)
class Hurried:
    """A lane that is tried again at once: whose, where to, and why it was stuck."""

    organization_id: int
    destination: Destination
    cause: Cause


@dataclass(frozen=True)
class Waiting:
    """How many deliveries wait, those that are stuck included, and since how many seconds the oldest.

    ``now`` is when that was so, by the database's clock.
    """

    count: int
    oldest_seconds: float
    now: datetime


async def reason_before(session: AsyncSession, effect: Effect) -> str | None:
    """Why is the lane of this effect blocked already, if it is?"""
    query = (
        select(_LANE.blocked)
        .join(_EFFECT, _EFFECT.lane_id == _LANE.id)
        .where(_LANE.organization_id == effect.organization_id, _EFFECT.id == effect.id)
    )
    return await session.scalar(query)


async def causes(session: AsyncSession, organization_id: int) -> set[Cause]:
    """Why are lanes of this organization blocked?"""
    query = select(_LANE.blocked).where(_LANE.organization_id == organization_id, _BLOCKED).distinct()
    return {cause_of(reason) for reason in await session.scalars(query) if reason is not None}


async def stuck_of_issue(session: AsyncSession, ref: IssueRef) -> list[Stuck]:
    """What of this issue is stuck, and why?"""
    rows = await run(session, _STUCK, organization_id=ref.organization_id, subject=_subject(ref))
    return [Stuck(Destination(row.destination), cause_of(row.blocked or "")) for row in rows]


_STUCK = (
    select(_LANE.destination, _LANE.blocked)
    .where(_LANE.organization_id == value("organization_id"), _LANE.subject == value("subject"), _BLOCKED)
    .order_by(_LANE.id)
)


async def stuck_since(session: AsyncSession, organization_id: int) -> list[StuckSince]:
    """What of this organization is stuck, by cause, the oldest first? Each delivery is counted."""
    waiting = (_EFFECT.seq >= _LANE.head) & _NOT_DELIVERED
    return _by_cause(await session.execute(_stuck(waiting).where(_LANE.organization_id == organization_id)))


async def stuck_everywhere(session: AsyncSession) -> list[StuckSince]:
    """What is stuck, by cause, the oldest first? Lanes are counted.

    For who runs the program: of all organizations.
    """
    return _by_cause(await session.execute(_stuck(_EFFECT.seq == _LANE.head)))


async def on_the_way(session: AsyncSession, organization_id: int) -> Waiting:
    """How much of this organization waits, and is not stuck?"""
    return await _waiting(session, (_LANE.organization_id == organization_id) & ~_BLOCKED)


async def waiting_for_linear(session: AsyncSession, organization_id: int) -> int:
    """How many deliveries of this organization wait for Linear?"""
    theirs = (_LANE.organization_id == organization_id) & _LANE.destination.in_(LINEAR)
    return (await _waiting(session, theirs)).count


async def is_refused_by_linear(session: AsyncSession, organization_id: int) -> bool:
    """Is anything of this organization stuck, or its connection of no use, because Linear does not let us in?"""
    if await linear_connections.has_problem(session, organization_id):
        return True
    return Cause.LINEAR_CREDENTIAL in await causes(session, organization_id)


async def waiting_everywhere(session: AsyncSession) -> Waiting:
    """How much waits? For who runs the program: of all organizations."""
    return await _waiting(session, true())


async def owed_of_issues(
    session: AsyncSession, organization_id: int, issue_ids: Sequence[int]
) -> dict[int, list[Owed]]:
    """What is on its way of these issues, by issue and destination? Issues of which nothing is are left out."""
    subjects = {_subject(IssueRef(organization_id, issue_id)): issue_id for issue_id in issue_ids}
    query = (
        select(_LANE.subject, _LANE.destination, _LANE.blocked, func.count())
        .join(_EFFECT, and_(_EFFECT.lane_id == _LANE.id, _EFFECT.seq >= _LANE.head))
        .where(_LANE.organization_id == organization_id, _LANE.subject.in_(subjects), _NOT_DELIVERED)
        .group_by(_LANE.id, _LANE.subject, _LANE.destination, _LANE.blocked)
        .order_by(_LANE.id)
    )
    found = dict[int, list[Owed]]()
    for subject, destination, reason, count in await session.execute(query):
        owed = Owed(Destination(destination), count, None if reason is None else cause_of(reason))
        found.setdefault(subjects[subject], []).append(owed)
    return found


async def hurry_blocked(
    session: AsyncSession, organization_id: int, destinations: Collection[Destination]
) -> list[Hurried]:
    """Let the organization's blocked lanes to these destinations be tried again now."""
    mine = (_LANE.organization_id == organization_id) & _LANE.destination.in_(destinations)
    return await _hurry(session, mine)


async def hurry_issue(session: AsyncSession, ref: IssueRef) -> list[Hurried]:
    """Let what is stuck of this issue be tried again now."""
    mine = (_LANE.organization_id == ref.organization_id) & (_LANE.subject == _subject(ref))
    return await _hurry(session, mine)


async def hurry_everything(session: AsyncSession) -> list[Hurried]:
    """Let whatever is stuck be tried again now. For who runs the program: of all organizations."""
    return await _hurry(session, true())


async def _hurry(session: AsyncSession, chosen: ColumnElement[bool]) -> list[Hurried]:
    # The reason stays until a delivery succeeds: who looks meanwhile sees it.
    rows = await hurry_lanes(session, and_(chosen, _BLOCKED))
    return [Hurried(row.organization_id, Destination(row.destination), cause_of(row.blocked)) for row in rows]


def _subject(ref: IssueRef) -> str:
    return issue_lane(ref.organization_id, ref.issue_id, Destination.LINEAR).subject


def _stuck(counted: ColumnElement[bool]) -> Any:
    """Select why lanes are blocked, how much of their effects is counted, and since when the oldest is owed."""
    return (
        select(_LANE.blocked, func.count(), func.min(_EFFECT.created_at))
        .join(_EFFECT, and_(_EFFECT.lane_id == _LANE.id, counted))
        .where(_BLOCKED)
        .group_by(_LANE.blocked)
    )


def _by_cause(rows: Any) -> list[StuckSince]:
    found = dict[Cause, StuckSince]()
    for reason, count, since in rows:
        cause = cause_of(reason)
        before = found.get(cause, StuckSince(cause=cause, count=0, since=since))
        found[cause] = StuckSince(cause=cause, count=before.count + count, since=min(before.since, since))
    return sorted(found.values(), key=lambda each: each.since)


async def _waiting(session: AsyncSession, chosen: ColumnElement[bool]) -> Waiting:
    query = (
        select(func.count(), func.min(_EFFECT.created_at), database_now())
        .select_from(_LANE)
        .join(_EFFECT, and_(_EFFECT.lane_id == _LANE.id, _EFFECT.seq >= _LANE.head))
        .where(chosen, _LANE.due.is_not(None), _NOT_DELIVERED)
    )
    count, oldest, now = (await session.execute(query)).one()
    # No row has no oldest.
    age: timedelta = now - oldest if count else timedelta(0)
    return Waiting(count, age.total_seconds(), now)
