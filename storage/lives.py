"""The life of an issue: its state, who stands where towards it, and what happened to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.issues import Issue, IssueRef, Status
from bot.domain.life import IssueState, Role
from bot.domain.linear_seen import LINEAR_DOOR, first_name_of
from bot.domain.people import ProfileKind, User
from bot.domain.shown import EventFacts
from storage import tables
from storage.built import answer, run, value, values
from storage.issues import ISSUE, to_issue
from storage.people import person, person_in, to_user

# By which events an issue is closed.
_CLOSINGS = ("confirmed", "closed")
_ROLE_OF = {
    ProfileKind.VENDOR: Role.VENDOR,
    ProfileKind.EMPLOYEE: Role.EMPLOYEE,
}


@dataclass(frozen=True, kw_only=True)
class LivingIssue:
    """An issue with what decides about it. ``number`` and the rest stand in ``issue``."""

    issue: Issue
    state: IssueState
    customer_user_id: int
    reopen_days: int
    organization_name: str
    assignee_first_name: str | None


async def living_issue(session: AsyncSession, ref: IssueRef, *, lock: bool = False) -> LivingIssue | None:
    """What decides about this issue? ``lock``: nobody else changes it until the commit."""
    if lock:
        await hold_issue(session, ref)
    row = (await run(session, _LIVING, **vars(ref))).one_or_none()
    if row is None:
        return None
    issue = to_issue(row)
    return LivingIssue(
        issue=issue,
        state=IssueState(status=issue.status, assignee_user_id=issue.assignee_user_id, closed_at=row.closed_at),
        customer_user_id=row.customer_user_id,
        reopen_days=row.reopen_days,
        organization_name=row.organization_name,
        assignee_first_name=row.assignee_first_name,
    )


_ISSUE, _ACTOR, _ASSIGNEE = tables.Issue, aliased(tables.CrmUser), aliased(tables.CrmUser)
_IS_IT = (_ISSUE.organization_id == value("organization_id"), _ISSUE.id == value("issue_id"))
_LIVING = (
    select(
        *ISSUE,
        _ISSUE.closed_at,
        tables.CustomerRecord.user_id.label("customer_user_id"),
        tables.Organization.reopen_days,
        tables.Organization.name.label("organization_name"),
        _ASSIGNEE.first_name.label("assignee_first_name"),
    )
    .join(tables.Organization, tables.Organization.id == _ISSUE.organization_id)
    .join(tables.CustomerRecord, tables.CustomerRecord.id == _ISSUE.customer_record_id)
    .outerjoin(_ASSIGNEE, _ASSIGNEE.id == _ISSUE.assignee_user_id)
    .where(*_IS_IT)
)


async def hold_issue(session: AsyncSession, ref: IssueRef) -> None:
    """Let nobody else hold or change this issue until the commit.

    SQLite has one writer at a time. On PostgreSQL it is ``FOR NO KEY UPDATE``: rows that only refer to the issue
    can still be added, or whoever adds one and holds its lanes would wait for us, and we for the lanes.
    """
    await run(session, _HOLD, **vars(ref))


_HOLD = select(_ISSUE.id).where(*_IS_IT).with_for_update(key_share=True)


async def roles_in(session: AsyncSession, user_id: int, organization_id: int) -> set[Role]:
    """What is this user in the organization, by active profiles? Nobody, when the user is switched off.

    ``CUSTOMER`` stands for a customer of the organization: whether it is the issue's own is for the caller.
    """
    roles = set[Role]()
    for kind, owner_user_id in await run(session, _ROLES, user_id=user_id, organization_id=organization_id):
        roles.add(_ROLE_OF.get(ProfileKind(kind), Role.CUSTOMER))
        if owner_user_id == user_id and kind == ProfileKind.VENDOR:
            roles.add(Role.OWNER)
    return roles


_ROLES = (
    select(tables.Profile.kind, tables.Organization.owner_user_id)
    .join(tables.CrmUser, tables.CrmUser.id == tables.Profile.user_id)
    .join(tables.Organization, tables.Organization.id == tables.Profile.organization_id)
    .where(
        tables.Profile.user_id == value("user_id"),
        tables.Profile.organization_id == value("organization_id"),
        tables.Profile.active,
        tables.CrmUser.active,
    )
)


async def assignable(session: AsyncSession, ref: IssueRef) -> list[User]:
    """Who could take this issue on: the organization's active vendors, but for who works on it? By name."""
    user, issue = tables.CrmUser, tables.Issue
    query = (
        select(user)
        .join(tables.Profile, tables.Profile.user_id == user.id)
        .join(issue, issue.organization_id == tables.Profile.organization_id)
        .where(
            issue.organization_id == ref.organization_id,
            issue.id == ref.issue_id,
            tables.Profile.kind == ProfileKind.VENDOR,
            tables.Profile.active,
            user.active,
            (issue.assignee_user_id.is_(None)) | (issue.assignee_user_id != user.id),
        )
        .order_by(user.first_name, user.last_name, user.id)
    )
    return [to_user(row) for row in await session.scalars(query)]


async def roles_towards(session: AsyncSession, user_id: int, living: LivingIssue) -> set[Role]:
    """What is this user towards this issue? ``CUSTOMER`` only of their own."""
    roles = await roles_in(session, user_id, living.issue.organization_id)
    return roles if living.customer_user_id == user_id else roles - {Role.CUSTOMER}


async def store_change(session: AsyncSession, ref: IssueRef, values: dict[str, Any], now: datetime) -> None:
    """Write new values of an issue's own columns."""
    await run(session, _change(tuple(values)), **vars(ref), **values, updated_at=now)


@cache
def _change(names: tuple[str, ...]) -> Update:
    issue = tables.core(_ISSUE)
    it = (issue.c.organization_id == value("organization_id"), issue.c.id == value("issue_id"))
    return update(issue).where(*it).values({name: value(name) for name in (*names, "updated_at")})


def state_values(state: IssueState) -> dict[str, Any]:
    """Return a state as the columns in which it is stored."""
    return {
        "status": state.status,
        "assignee_user_id": state.assignee_user_id,
        "closed_at": state.closed_at,
    }


async def event_facts(session: AsyncSession, ref: IssueRef, event_id: int) -> EventFacts:
    """What happened, by whom? It must exist."""
    return _to_facts((await run(session, _EVENT_FACTS, **vars(ref), event_id=event_id)).one())


async def timeline(session: AsyncSession, ref: IssueRef) -> Sequence[EventFacts]:
    """What happened to this issue, the oldest first?"""
    return [_to_facts(row) for row in await run(session, _TIMELINE, **vars(ref))]


_EVENT = tables.IssueEvent
_IS_OF_IT = (_EVENT.organization_id == value("organization_id"), _EVENT.issue_id == value("issue_id"))
_TIMELINE = (
    select(
        *tables.core(_EVENT).c,
        *person(_ACTOR, "by"),
        *person(_ASSIGNEE, "to"),
        tables.CustomerRecord.user_id.label("customer_user_id"),
    )
    .join(_ISSUE, _ISSUE.id == _EVENT.issue_id)
    .join(tables.CustomerRecord, tables.CustomerRecord.id == _ISSUE.customer_record_id)
    .outerjoin(_ACTOR, _ACTOR.id == _EVENT.actor_user_id)
    .outerjoin(_ASSIGNEE, _ASSIGNEE.id == _EVENT.assignee_user_id)
    .where(*_IS_OF_IT)
    .order_by(_EVENT.id)
)
_EVENT_FACTS = _TIMELINE.where(_EVENT.id == value("event_id"))


async def last_event(session: AsyncSession, ref: IssueRef, kinds: Collection[str]) -> str | None:
    """Which of these kinds of events happened last?"""
    found: str | None = await answer(session, _LAST_EVENT, **vars(ref), kinds=list(kinds))
    return found


_LAST_EVENT = (
    select(_EVENT.what).where(*_IS_OF_IT, _EVENT.what.in_(values("kinds"))).order_by(_EVENT.id.desc()).limit(1)
)


async def was_solved(session: AsyncSession, ref: IssueRef) -> bool:
    """Was this issue resolved when it was closed last?"""
    return bool(await answer(session, _LAST_CLOSED_FROM, **vars(ref)) == Status.RESOLVED)


_LAST_CLOSED_FROM = (
    select(_EVENT.was).where(*_IS_OF_IT, _EVENT.what.in_(_CLOSINGS)).order_by(_EVENT.id.desc()).limit(1)
)


def _to_facts(row: Row[Any]) -> EventFacts:
    actor, assignee = person_in(row, "by"), person_in(row, "to")
    return EventFacts(
        what=row.what,
        was=row.was,
        becomes=row.becomes,
        actor_name=row.actor_name if actor is None else actor.name,
        actor_first_name=first_name_of(row.actor_name) if actor is None else actor.short_name,
        # Whoever works in Linear is no customer there, though they may be one of the organization's here.
        by_customer=row.actor_user_id == row.customer_user_id and row.door != LINEAR_DOOR,
        assignee_name=row.assignee_name if assignee is None else assignee.name,
        assignee_first_name=first_name_of(row.assignee_name) if assignee is None else assignee.short_name,
        door=row.door,
        at=row.at,
    )
