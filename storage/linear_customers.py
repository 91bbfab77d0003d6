"""Customers and their needs in Linear: whether its workspace has them at all, and which are ours."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef, Priority
from storage import tables
from storage.built import answer, run, value
from storage.people import to_user
from storage.upsert import upsert_in

_LINEAR, _RECORD, _SYNC = tables.LinearIssue, tables.CustomerRecord, tables.LinearSync


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a customer asks for with an issue.

    Args:
        record_id: the customer record's id.
        slug: the organization's.
        customer_name: whose issue it is.
        linear_customer_id: who that is in Linear; None: not there yet.
        priority: the issue's.
        need_id: the need in Linear; None: not there yet.
    """

    record_id: int
    slug: str
    customer_name: str
    linear_customer_id: str | None
    priority: Priority
    need_id: str | None


async def need_of(session: AsyncSession, ref: IssueRef) -> Need:
    """What does the issue's customer ask for with it? It must be in Linear."""
    issue, organization, user = tables.Issue, tables.Organization, tables.CrmUser
    query = (
        select(_RECORD, organization.slug, user, issue.priority, _LINEAR.need_id)
        .join(issue, issue.customer_record_id == _RECORD.id)
        .join(organization, organization.id == issue.organization_id)
        .join(user, user.id == _RECORD.user_id)
        .join(_LINEAR, _LINEAR.issue_id == issue.id)
        .where(issue.organization_id == ref.organization_id, issue.id == ref.issue_id)
    )
    record, slug, person, priority, need_id = (await session.execute(query)).one()
    return Need(
        record_id=record.id,
        slug=slug,
        customer_name=to_user(person).name,
        linear_customer_id=record.linear_customer_id,
        priority=Priority(priority),
        need_id=need_id,
    )


async def set_linear_customer(
    session: AsyncSession, organization_id: int, record_id: int, linear_customer_id: str | None
) -> None:
    """Remember who a customer is in Linear; None: nobody any more."""
    mine = (_RECORD.organization_id == organization_id) & (_RECORD.id == record_id)
    await session.execute(update(_RECORD).where(mine).values(linear_customer_id=linear_customer_id))


async def recorded_need(session: AsyncSession, ref: IssueRef) -> str | None:
    """Which need in Linear is the issue's? None: it has none there."""
    need_id: str | None = await answer(session, _RECORDED, **vars(ref))
    return need_id


_RECORDED = select(_LINEAR.need_id).where(
    _LINEAR.organization_id == value("organization_id"), _LINEAR.issue_id == value("issue_id")
)


async def set_need(session: AsyncSession, ref: IssueRef, need_id: str | None) -> None:
    """Remember the need in Linear that is an issue's; None: none is any more."""
    mine = (_LINEAR.organization_id == ref.organization_id) & (_LINEAR.issue_id == ref.issue_id)
    await session.execute(update(_LINEAR).where(mine).values(need_id=need_id))


async def has_customers(session: AsyncSession, organization_id: int, since: datetime) -> bool | None:
    """Has the organization's Linear workspace customers? None: that was not read since then."""
    has: bool | None = await answer(session, _HAS_CUSTOMERS, organization_id=organization_id, since=since)
    return has


_HAS_CUSTOMERS = select(_SYNC.customers).where(
    _SYNC.organization_id == value("organization_id"),
    _SYNC.customers_at.is_not(None),
    _SYNC.customers_at > value("since"),
)


async def set_customers(session: AsyncSession, organization_id: int, at: datetime, *, has: bool) -> None:
    """Remember whether the organization's Linear workspace has customers, as it was read then."""
    await run(session, _set_customers, organization_id=organization_id, has=has, at=at)


@cache
def _set_customers(dialect: str) -> Executable:
    fields = {"customers": value("has"), "customers_at": value("at")}
    new = upsert_in(dialect, tables.core(_SYNC)).values(organization_id=value("organization_id"), **fields)
    statement: Executable = new.on_conflict_do_update(
        index_elements=["organization_id"], set_={name: new.excluded[name] for name in fields}
    )
    return statement
