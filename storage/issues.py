"""Issues, their numbers and events."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Draft, Issue, Priority, Status
from bot.domain.organizations import ChannelAddress
from bot.domain.people import ProfileKind
from bot.domain.places import Origin
from storage import tables
from storage.built import run, value

# The columns that ``to_issue`` reads.
ISSUE = (
    tables.Issue.id,
    tables.Issue.organization_id,
    tables.Issue.number,
    tables.Issue.title,
    tables.Issue.description,
    tables.Issue.status,
    tables.Issue.priority,
    tables.Issue.category,
    tables.Issue.customer_record_id,
    tables.Issue.assignee_user_id,
    tables.Issue.created_at,
)
_EVENT = tables.core(tables.IssueEvent)
_ADD_EVENT = insert(_EVENT).returning(_EVENT.c.id)


def to_issue(row: Row[int, int, str, str, str, str, str, str, int, int | None, datetime] | tables.Issue) -> Issue:
    """Return a row, or the stored object, as the domain knows it."""
    return Issue(
        id=row.id,
        organization_id=row.organization_id,
        number=row.number,
        title=row.title,
        description=row.description,
        status=Status(row.status),
        priority=Priority(row.priority),
        category=row.category,
        customer_record_id=row.customer_record_id,
        assignee_user_id=row.assignee_user_id,
        created_at=row.created_at,
    )


@dataclass(frozen=True, kw_only=True)
class NewIssue:
    """What is stored of an issue when it is raised; ``now`` is in UTC, and its year the number's."""

    organization_id: int
    draft: Draft
    customer_record_id: int
    origin: Origin
    origin_channel: ChannelAddress | None
    raise_key: str
    raised_by_user_id: int | None = None
    source_url: str | None = None
    now: datetime


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """One thing that happened to an issue. ``assignee_user_id`` is who works on it since.

    ``actor_name`` and ``assignee_name`` are of people in Linear whom the CRM does not know.
    """

    organization_id: int
    issue_id: int
    actor_user_id: int | None
    what: str
    was: str | None
    becomes: str | None
    door: str
    now: datetime
    assignee_user_id: int | None = None
    actor_name: str | None = None
    assignee_name: str | None = None


async def issue_raised_by(session: AsyncSession, user_id: int, raise_key: str) -> Issue | None:
    """Did this user already raise the issue of this key, for themselves or as a vendor for somebody else?

    The key is unique across organizations.
    """
    row = (await run(session, _RAISED_BY, raise_key=raise_key, user_id=user_id)).one_or_none()
    return None if row is None else to_issue(row)


_RAISED_BY = (
    select(*ISSUE)
    .join(tables.CustomerRecord, tables.CustomerRecord.id == tables.Issue.customer_record_id)
    .where(
        tables.Issue.raise_key == value("raise_key"),
        func.coalesce(tables.Issue.raised_by_user_id, tables.CustomerRecord.user_id) == value("user_id"),
    )
)


async def add_event(session: AsyncSession, event: NewEvent) -> int:
    """Add what happened; returns the event's id."""
    row = {
        "organization_id": event.organization_id,
        "issue_id": event.issue_id,
        "actor_user_id": event.actor_user_id,
        "actor_name": event.actor_name,
        "what": event.what,
        "was": event.was,
        "becomes": event.becomes,
        "assignee_user_id": event.assignee_user_id,
        "assignee_name": event.assignee_name,
        "door": event.door,
        "at": event.now,
    }
    return int((await session.execute(_ADD_EVENT, row)).scalar_one())


async def newest_issues(session: AsyncSession, organization_id: int, limit: int) -> list[Issue]:
    """Which are this organization's newest issues?"""
    query = select(*ISSUE).where(tables.Issue.organization_id == organization_id)
    return [to_issue(row) for row in await session.execute(query.order_by(tables.Issue.id.desc()).limit(limit))]


async def unclosed_issues_assigned_to(
    session: AsyncSession, organization_id: int, user_id: int | None, limit: int
) -> list[Issue]:
    """On which issues does this user work there, or nobody (None)? The newest first."""
    query = select(*ISSUE).where(
        tables.Issue.organization_id == organization_id,
        tables.Issue.status != Status.CLOSED,
        # SQLAlchemy writes IS NULL for None.
        tables.Issue.assignee_user_id == user_id,
    )
    return [to_issue(row) for row in await session.execute(query.order_by(tables.Issue.id.desc()).limit(limit))]


async def issues_of_user(session: AsyncSession, user_id: int, limit: int) -> list[Issue]:
    """Which issues did this user raise, wherever they are an active customer? The newest first."""
    is_customer = exists().where(
        tables.Profile.user_id == user_id,
        tables.Profile.organization_id == tables.Issue.organization_id,
        tables.Profile.kind == ProfileKind.CUSTOMER,
        tables.Profile.active,
    )
    query = (
        select(*ISSUE)
        .join(tables.CustomerRecord, tables.CustomerRecord.id == tables.Issue.customer_record_id)
        .where(
            tables.CustomerRecord.user_id == user_id,
            tables.CustomerRecord.organization_id == tables.Issue.organization_id,
            is_customer,
        )
        .order_by(tables.Issue.id.desc())
        .limit(limit)
    )
    return [to_issue(row) for row in await session.execute(query)]
