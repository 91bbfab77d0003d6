"""The life of an issue: its state, who stands where towards it, and what happened to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.issues import Issue, IssueRef, Status
from bot.domain.life import IssueState, Role
from bot.domain.linear_seen import LINEAR_DOOR, first_name_of
from bot.domain.people import ProfileKind, User
from bot.domain.shown import EventFacts
from storage import tables
from storage.issues import to_issue
from storage.people import to_user

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
    assignee, issue = aliased(tables.CrmUser), tables.Issue
    if lock:
        await hold_issue(session, ref)
    query = (
        select(
            issue,
            tables.CustomerRecord.user_id,
            tables.Organization.reopen_days,
            tables.Organization.name,
            assignee.first_name,
        )
        .join(tables.Organization, tables.Organization.id == issue.organization_id)
        .join(tables.CustomerRecord, tables.CustomerRecord.id == issue.customer_record_id)
        .outerjoin(assignee, assignee.id == issue.assignee_user_id)
        .where(issue.organization_id == ref.organization_id, issue.id == ref.issue_id)
    )
    row = (await session.execute(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        return None
    stored, customer_user_id, reopen_days, name, assignee_name = row
    state = IssueState(
        status=Status(stored.status), assignee_user_id=stored.assignee_user_id, closed_at=stored.closed_at
    )
    return LivingIssue(
        issue=to_issue(stored),
        state=state,
        customer_user_id=customer_user_id,
        reopen_days=reopen_days,
        organization_name=name,
        assignee_first_name=assignee_name,
    )


async def hold_issue(session: AsyncSession, ref: IssueRef) -> None:
    """Let nobody else hold or change this issue until the commit.

    SQLite has one writer at a time. On PostgreSQL it is ``FOR NO KEY UPDATE``: rows that only refer to the issue
    can still be added, or whoever adds one and holds its lanes would wait for us, and we for the lanes.
    """
    issue = tables.Issue
    query = select(issue.id).where(issue.organization_id == ref.organization_id, issue.id == ref.issue_id)
    await session.execute(query.with_for_update(key_share=True))


async def roles_in(session: AsyncSession, user_id: int, organization_id: int) -> set[Role]:
    """What is this user in the organization, by active profiles? Nobody, when the user is switched off.

    ``CUSTOMER`` stands for a customer of the organization: whether it is the issue's own is for the caller.
    """
    query = (
        select(tables.Profile.kind, tables.Organization.owner_user_id)
        .join(tables.CrmUser, tables.CrmUser.id == tables.Profile.user_id)
        .join(tables.Organization, tables.Organization.id == tables.Profile.organization_id)
        .where(
            tables.Profile.user_id == user_id,
            tables.Profile.organization_id == organization_id,
            tables.Profile.active,
            tables.CrmUser.active,
        )
    )
    roles = set[Role]()
    for kind, owner_user_id in await session.execute(query):
        roles.add(_ROLE_OF.get(ProfileKind(kind), Role.CUSTOMER))
        if owner_user_id == user_id and kind == ProfileKind.VENDOR:
            roles.add(Role.OWNER)
    return roles


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
    await session.execute(
        update(tables.Issue)
        .where(tables.Issue.organization_id == ref.organization_id, tables.Issue.id == ref.issue_id)
        .values(updated_at=now, **values)
    )


def state_values(state: IssueState) -> dict[str, Any]:
    """Return a state as the columns in which it is stored."""
    return {
        "status": state.status,
        "assignee_user_id": state.assignee_user_id,
        "closed_at": state.closed_at,
    }


async def event_facts(session: AsyncSession, ref: IssueRef, event_id: int) -> EventFacts:
    """What happened, by whom? It must exist."""
    return (await _events(session, ref, event_id))[0]


async def timeline(session: AsyncSession, ref: IssueRef) -> Sequence[EventFacts]:
    """What happened to this issue, the oldest first?"""
    return await _events(session, ref, None)


async def last_event(session: AsyncSession, ref: IssueRef, kinds: Collection[str]) -> str | None:
    """Which of these kinds of events happened last?"""
    event = tables.IssueEvent
    mine = (event.organization_id == ref.organization_id, event.issue_id == ref.issue_id, event.what.in_(kinds))
    return await session.scalar(select(event.what).where(*mine).order_by(event.id.desc()).limit(1))


async def was_solved(session: AsyncSession, ref: IssueRef) -> bool:
    """Was this issue resolved when it was closed last?"""
    event = tables.IssueEvent
    closings = select(event.was).where(
        event.organization_id == ref.organization_id,
        event.issue_id == ref.issue_id,
        event.what.in_(_CLOSINGS),
    )
    return await session.scalar(closings.order_by(event.id.desc()).limit(1)) == Status.RESOLVED


async def _events(session: AsyncSession, ref: IssueRef, event_id: int | None) -> list[EventFacts]:
    actor, assignee, event = aliased(tables.CrmUser), aliased(tables.CrmUser), tables.IssueEvent
    query = (
        select(event, actor, assignee, tables.CustomerRecord.user_id)
        .join(tables.Issue, tables.Issue.id == event.issue_id)
        .join(tables.CustomerRecord, tables.CustomerRecord.id == tables.Issue.customer_record_id)
        .outerjoin(actor, actor.id == event.actor_user_id)
        .outerjoin(assignee, assignee.id == event.assignee_user_id)
        .where(event.organization_id == ref.organization_id, event.issue_id == ref.issue_id)
        .order_by(event.id)
    )
    if event_id is not None:
        query = query.where(event.id == event_id)
    return [_to_facts(*row) for row in await session.execute(query)]


def _to_facts(
    event: tables.IssueEvent, actor: tables.CrmUser | None, assignee: tables.CrmUser | None, customer_user_id: int
) -> EventFacts:
    return EventFacts(
        what=event.what,
        was=event.was,
        becomes=event.becomes,
        actor_name=event.actor_name if actor is None else to_user(actor).name,
        actor_first_name=first_name_of(event.actor_name) if actor is None else to_user(actor).short_name,
        # Whoever works in Linear is no customer there, though they may be one of the organization's here.
        by_customer=event.actor_user_id == customer_user_id and event.door != LINEAR_DOOR,
        assignee_name=event.assignee_name if assignee is None else to_user(assignee).name,
        assignee_first_name=(
            first_name_of(event.assignee_name) if assignee is None else to_user(assignee).short_name
        ),
        door=event.door,
        at=event.at,
    )
