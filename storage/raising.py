"""What a group of submissions asks: one statement for all of them. What it adds is in ``storage.raised``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, String, Table, and_, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.domain.organizations import ChannelAddress, ChannelLink, Organization, Visibility
from bot.domain.people import CustomersJoin, ProfileKind, SlackAccount, User
from storage import tables
from storage.given import given, run_given

Column = ColumnElement[Any] | InstrumentedAttribute[Any]

_ID = tables.core(tables.Issue).c.id.type
_LINK, _PROFILE, _RECORD = tables.ChannelLink, tables.Profile, tables.CustomerRecord


@dataclass(frozen=True)
class Asked:
    """A Slack account that raises an issue in a channel, by a key."""

    account: SlackAccount
    channel: ChannelAddress
    raise_key: str


@dataclass(frozen=True)
class NewIds:
    """The ids that a new issue and its first event are to have: what it owes names them before it is stored."""

    issue_id: int
    event_id: int


@dataclass(frozen=True)
class Standing:
    """What there is of an issue that is about to be raised.

    Args:
        ids: which it and its first event are to have, if it is raised by the same transaction; None: nobody has a
            customer record.
        raised_already: by whoever raises it now, with the same key.
        record_id: of the customer record, if the customer profile there is switched on.
        triage: where the organization's vendors work.
    """

    ids: NewIds | None
    raised_already: bool
    record_id: int | None
    triage: ChannelLink | None


@dataclass(frozen=True)
class CustomerThere:
    """An active user with an active customer profile in the organization of a channel's link."""

    user: User
    organization: Organization
    link: ChannelLink
    standing: Standing


async def customers_there(session: AsyncSession, asked: Sequence[Asked]) -> list[CustomerThere | None]:
    """Who of these is a customer of the channel's organization already? None: look closer."""
    rows = [
        {
            "position": position,
            "account_team_id": one.account.team_id,
            "slack_user_id": one.account.user_id,
            "channel_team_id": one.channel.team_id,
            "channel_id": one.channel.channel_id,
            "raise_key": one.raise_key,
        }
        for position, one in enumerate(asked)
    ]
    found: list[CustomerThere | None] = [None] * len(rows)
    for row in await run_given(session, _customers_there, rows):
        found[row.position] = _customer_there(row, asked[row.position].channel)
    return found


@cache
def _customers_there(dialect: str) -> Any:
    texts = ("account_team_id", "slack_user_id", "channel_team_id", "channel_id", "raise_key")
    rows = given(dialect, {"position": Integer(), **dict.fromkeys(texts, String())})
    asked, user, identity, organization = rows.c, tables.CrmUser, tables.SlackIdentity, tables.Organization
    of_user = (user.id.label("user_id"), user.email, user.first_name, user.last_name)
    of_link = (_LINK.organization_id, _LINK.intake, _LINK.triage, _LINK.visibility)
    of_organization = (
        organization.name,
        organization.slug,
        organization.customers_join,
        organization.owner_user_id,
        organization.linear_team_id,
        organization.reply_marker,
        organization.reopen_days,
    )
    is_identity = (identity.team_id == asked.account_team_id) & (identity.slack_user_id == asked.slack_user_id)
    is_link = (_LINK.team_id == asked.channel_team_id) & (_LINK.channel_id == asked.channel_id)
    found = (
        rows.join(identity, is_identity)
        .join(user, (user.id == identity.user_id) & user.active)
        .join(_LINK, is_link)
        .join(organization, organization.id == _LINK.organization_id)
        .join(_PROFILE, _is_customer(_LINK.organization_id, user.id))
    )
    raised = _raised(rows, asked.raise_key, user.id)
    ids = _new_ids(dialect, asked.position)
    columns = (asked.position, raised, *ids, *of_user, *of_link, *of_organization, *_STANDING)
    return select(*columns).select_from(_with_standing(found, _LINK.organization_id, user.id))


def _customer_there(row: Any, channel: ChannelAddress) -> CustomerThere:
    organization = Organization(
        id=row.organization_id,
        name=row.name,
        slug=row.slug,
        customers_join=CustomersJoin(row.customers_join),
        owner_user_id=row.owner_user_id,
        linear_team_id=row.linear_team_id,
        reply_marker=row.reply_marker,
        reopen_days=row.reopen_days,
    )
    link = ChannelLink(
        address=channel,
        organization_id=row.organization_id,
        intake=row.intake,
        triage=row.triage,
        visibility=Visibility(row.visibility),
    )
    user = User(id=row.user_id, email=row.email, first_name=row.first_name, last_name=row.last_name, active=True)
    return CustomerThere(user, organization, link, _standing(row, organization.id))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An issue that is about to be raised: whose, where, by whom, and by which key."""

    organization_id: int
    user_id: int
    raiser_id: int
    raise_key: str


async def standings(session: AsyncSession, wanted: Sequence[Wanted]) -> list[Standing]:
    """What is there of each of these already?"""
    rows = [{"position": position, **vars(one)} for position, one in enumerate(wanted)]
    found = {row.position: row for row in await run_given(session, _standings, rows)}
    return [_standing_of(found[position], one.organization_id) for position, one in enumerate(wanted)]


def _standing_of(row: Any, organization_id: int) -> Standing:
    standing = _standing(row, organization_id)
    return standing if row.profile_id is not None else replace(standing, record_id=None)


@cache
def _standings(dialect: str) -> Any:
    numbers = dict.fromkeys(("position", "organization_id", "user_id", "raiser_id"), _ID)
    rows = given(dialect, {**numbers, "raise_key": String()})
    asked = rows.c
    joined = _with_standing(rows, asked.organization_id, asked.user_id)
    is_profile = _is_customer(asked.organization_id, asked.user_id)
    raised = _raised(rows, asked.raise_key, asked.raiser_id)
    ids = _new_ids(dialect, asked.position)
    columns = (asked.position, raised, *ids, _PROFILE.id.label("profile_id"), *_STANDING)
    return select(*columns).select_from(joined.outerjoin(_PROFILE, is_profile))


# The triage channel's link; another one may stand beside it.
_TRIAGE = aliased(_LINK)
_STANDING = (
    _RECORD.id.label("record_id"),
    _TRIAGE.team_id.label("triage_team_id"),
    _TRIAGE.channel_id.label("triage_channel_id"),
    _TRIAGE.intake.label("triage_intake"),
    _TRIAGE.visibility.label("triage_visibility"),
)


def _with_standing(source: FromClause, organization_id: Column, user_id: Column) -> FromClause:
    """Add what is there of an issue to what it is asked of."""
    is_record = (_RECORD.organization_id == organization_id) & (_RECORD.user_id == user_id)
    is_triage = (_TRIAGE.organization_id == organization_id) & _TRIAGE.triage
    return source.outerjoin(_RECORD, is_record).outerjoin(_TRIAGE, is_triage)


def _is_customer(organization_id: Column, user_id: Column) -> ColumnElement[bool]:
    return and_(
        _PROFILE.organization_id == organization_id,
        _PROFILE.user_id == user_id,
        _PROFILE.kind == ProfileKind.CUSTOMER,
        _PROFILE.active,
    )


def _raised(rows: FromClause, raise_key: Column, raiser_id: Column) -> Column:
    """Return the issue that was raised with the same key already.

    A subquery of its own for each row: joined, PostgreSQL could plan to read all issues while they are few.
    """
    issue, raised_for = tables.Issue, aliased(_RECORD)
    found = (
        select(issue.id)
        .join(raised_for, raised_for.id == issue.customer_record_id)
        .where(issue.raise_key == raise_key)
        .where(func.coalesce(issue.raised_by_user_id, raised_for.user_id) == raiser_id)
    )
    return found.correlate(rows, tables.CrmUser).scalar_subquery().label("raised")


def _new_ids(dialect: str, position: Column) -> tuple[Column, Column]:
    """Return the ids for a new issue and its event, each once for a position; null for who has no record."""
    issue, event = tables.core(tables.Issue), tables.core(tables.IssueEvent)
    has_record = _RECORD.id.is_not(None)
    return (
        case((has_record, _new_id(dialect, issue, position))).label("issue_id"),
        case((has_record, _new_id(dialect, event, position))).label("event_id"),
    )


def _new_id(dialect: str, table: Table, position: Column) -> Column:
    if dialect == "sqlite":
        # Nobody else writes until the commit.
        return select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery() + position + 1
    # Whence the column takes it where it is not given one (PostgreSQL's documentation, "Serial Types").
    return func.nextval(literal_column(f"'{table.name}_id_seq'"), type_=table.c.id.type)


def _standing(row: Any, organization_id: int) -> Standing:
    triage = None
    if row.triage_channel_id is not None:
        triage = ChannelLink(
            address=ChannelAddress(row.triage_team_id, row.triage_channel_id),
            organization_id=organization_id,
            intake=row.triage_intake,
            triage=True,
            visibility=Visibility(row.triage_visibility),
        )
    ids = None if row.issue_id is None else NewIds(row.issue_id, row.event_id)
    return Standing(ids, row.raised is not None, row.record_id, triage)
