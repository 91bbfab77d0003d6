"""The customer records of an organization, for who runs the program."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Status
from bot.domain.people import ProfileKind, SlackAccount, User
from storage import tables
from storage.people import to_user

_RECORD, _ISSUE = tables.CustomerRecord, tables.Issue
_AT_WORK = (Status.OPEN, Status.IN_PROGRESS)


@dataclass(frozen=True, kw_only=True)
class CustomerFacts:
    """A customer record with whose it is.

    Args:
        record_id: of the customer record.
        user: whose it is.
        accounts: the Slack accounts that are this user's, the one known first before the others.
        since: when the record was made, in UTC.
        open_issues: how many of the customer's issues are neither resolved nor closed.
        all_issues: how many issues the customer has there.
        profile_active: whether their customer profile there is switched on; None: there is none.
    """

    record_id: int
    user: User
    accounts: list[SlackAccount]
    since: datetime
    open_issues: int
    all_issues: int
    profile_active: bool | None


async def customers_of(session: AsyncSession, organization_id: int) -> list[CustomerFacts]:
    """Who are this organization's customers? Who came first, first."""
    profile = tables.Profile
    its_profile = and_(
        profile.user_id == _RECORD.user_id,
        profile.organization_id == _RECORD.organization_id,
        profile.kind == ProfileKind.CUSTOMER,
    )
    query = (
        select(_RECORD, tables.CrmUser, profile.active)
        .join(tables.CrmUser, tables.CrmUser.id == _RECORD.user_id)
        .outerjoin(profile, its_profile)
        .where(_RECORD.organization_id == organization_id)
        .order_by(_RECORD.created_at, _RECORD.id)
    )
    accounts, counts = await _accounts(session, organization_id), await _counts(session, organization_id)
    found = []
    for record, user, active in await session.execute(query):
        open_issues, all_issues = counts.get(record.id, (0, 0))
        found.append(
            CustomerFacts(
                record_id=record.id,
                user=to_user(user),
                accounts=accounts[record.user_id],
                since=record.created_at,
                open_issues=open_issues,
                all_issues=all_issues,
                profile_active=active,
            )
        )
    return found


async def _accounts(session: AsyncSession, organization_id: int) -> defaultdict[int, list[SlackAccount]]:
    identity = tables.SlackIdentity
    query = (
        select(identity.user_id, identity.team_id, identity.slack_user_id)
        .join(_RECORD, _RECORD.user_id == identity.user_id)
        .where(_RECORD.organization_id == organization_id)
        .order_by(identity.created_at, identity.team_id, identity.slack_user_id)
    )
    found = defaultdict[int, list[SlackAccount]](list)
    for row in await session.execute(query):
        found[row.user_id].append(SlackAccount(row.team_id, row.slack_user_id))
    return found


async def _counts(session: AsyncSession, organization_id: int) -> dict[int, tuple[int, int]]:
    at_work = func.count(case((_ISSUE.status.in_(_AT_WORK), 1)))
    query = (
        select(_ISSUE.customer_record_id, at_work, func.count())
        .where(_ISSUE.organization_id == organization_id)
        .group_by(_ISSUE.customer_record_id)
    )
    return {record_id: (working, total) for record_id, working, total in await session.execute(query)}
