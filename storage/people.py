"""Users, their profiles and Slack identities, and the customer and vendor records."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Label, Row, exists, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.issues import IssueRef
from bot.domain.people import IdentityRule, ProfileKind, SlackAccount, User
from storage.built import answer, run, value
from storage.tables import (
    CrmUser,
    CustomerRecord,
    Issue,
    Profile,
    SlackIdentity,
    VendorRecord,
    WorkspaceOwner,
    core,
)
from storage.transaction import RunAgainError
from storage.upsert import upsert_in

_FIELDS = ("id", "email", "first_name", "last_name", "active")
_USER = tuple(getattr(CrmUser, field) for field in _FIELDS)
_IS_THEIRS = (Profile.user_id == value("user_id"), Profile.organization_id == value("organization_id"))


def to_user(row: Row[int, str | None, str, str, bool] | CrmUser) -> User:
    """Return a row, or the stored object, as the domain knows it."""
    return User(id=row.id, email=row.email, first_name=row.first_name, last_name=row.last_name, active=row.active)


def person(who: type[CrmUser], name: str) -> tuple[Label[Any], ...]:
    """Return the columns of somebody, for a statement that asks of several people; ``person_in`` reads them."""
    return tuple(getattr(who, field).label(f"{name}_{field}") for field in _FIELDS)


def person_in(row: Row[Any], name: str) -> User | None:
    """Return somebody of whom a statement asked as ``person``; None: there is nobody."""
    fields = {field: getattr(row, f"{name}_{field}") for field in _FIELDS}
    return None if fields["id"] is None else User(**fields)


async def user_of(session: AsyncSession, account: SlackAccount) -> User | None:
    """Who is this Slack account?"""
    row = (await run(session, _USER_OF, team=account.team_id, user=account.user_id)).one_or_none()
    return None if row is None else to_user(row)


_USER_OF = (
    select(*_USER)
    .join(SlackIdentity, SlackIdentity.user_id == CrmUser.id)
    .where(SlackIdentity.team_id == value("team"), SlackIdentity.slack_user_id == value("user"))
)


async def names_of(session: AsyncSession, team_id: str, slack_user_ids: Sequence[str]) -> dict[str, str]:
    """What are the names of these members of a workspace, as far as they are known?"""
    query = (
        select(SlackIdentity.slack_user_id, CrmUser)
        .join(CrmUser, CrmUser.id == SlackIdentity.user_id)
        .where(SlackIdentity.team_id == team_id, SlackIdentity.slack_user_id.in_(slack_user_ids))
    )
    named = {slack_user_id: to_user(user) for slack_user_id, user in await session.execute(query)}
    return {slack_user_id: user.name for slack_user_id, user in named.items() if user.first_name or user.last_name}


async def rule_of(session: AsyncSession, account: SlackAccount) -> IdentityRule | None:
    """By which rule was this Slack account recognized?"""
    query = select(SlackIdentity.rule).where(
        SlackIdentity.team_id == account.team_id, SlackIdentity.slack_user_id == account.user_id
    )
    rule = await session.scalar(query)
    return None if rule is None else IdentityRule(rule)


async def slack_account_of(session: AsyncSession, user_id: int) -> SlackAccount | None:
    """Where can this user be written to in Slack? The account that was known first."""
    row = (await run(session, _ACCOUNT_OF, user_id=user_id)).one_or_none()
    return None if row is None else SlackAccount(row.team_id, row.slack_user_id)


_ACCOUNT_OF = (
    select(SlackIdentity.team_id, SlackIdentity.slack_user_id)
    .where(SlackIdentity.user_id == value("user_id"))
    .order_by(SlackIdentity.created_at, SlackIdentity.team_id)
    .limit(1)
)


async def users_with_trusted_email(session: AsyncSession, email: str, team_id: str) -> list[User]:
    """Who has this e-mail, trusted, and an active profile in an organization that owns this workspace?

    Where a workspace vouched for the e-mail, it must be the same organization's: the admin of any other could have
    given a customer the address of somebody here.
    """
    return [to_user(row) for row in await run(session, _TRUSTED, email=email, team_id=team_id)]


_VOUCHING = aliased(WorkspaceOwner)
_OWNED = (
    exists()
    .where(Profile.user_id == CrmUser.id, Profile.active)
    .where(WorkspaceOwner.organization_id == Profile.organization_id, WorkspaceOwner.team_id == value("team_id"))
    .where(_VOUCHING.organization_id == Profile.organization_id)
    .where(CrmUser.email_team_id.is_(None) | (CrmUser.email_team_id == _VOUCHING.team_id))
)
_TRUSTED = select(*_USER).where(CrmUser.email == value("email"), CrmUser.email_trusted, _OWNED).limit(2)


async def users_called(session: AsyncSession, email: str) -> list[User]:
    """Who has this e-mail, trusted, anywhere? For an operator: nobody of one organization asks about another's."""
    query = select(*_USER).where(CrmUser.email == email, CrmUser.email_trusted).limit(2)
    return [to_user(row) for row in await session.execute(query)]


async def add_user(
    session: AsyncSession,
    *,
    email: str | None,
    email_trusted: bool,
    first_name: str,
    last_name: str,
    now: datetime,
    email_team_id: str | None = None,
) -> User:
    """Add a person. ``email`` is in its normal form; ``email_team_id`` is the workspace that vouches for it."""
    row = await run(
        session,
        _ADD_USER,
        email=email,
        email_trusted=email_trusted,
        email_team_id=email_team_id,
        first_name=first_name,
        last_name=last_name,
        now=now,
    )
    return to_user(row.one())


_ADD_USER = (
    insert(core(CrmUser))
    .values(
        email=value("email"),
        email_trusted=value("email_trusted"),
        email_team_id=value("email_team_id"),
        first_name=value("first_name"),
        last_name=value("last_name"),
        active=True,
        created_at=value("now"),
    )
    .returning(*(core(CrmUser).c[field] for field in _FIELDS))
)


async def add_identity(
    session: AsyncSession, account: SlackAccount, user_id: int, rule: IdentityRule, now: datetime
) -> None:
    """Remember who a Slack account is.

    Raises:
        RunAgainError: it was remembered by another transaction meanwhile; run again, it is found.
    """
    given = {"team": account.team_id, "user": account.user_id, "user_id": user_id, "rule": rule, "now": now}
    try:
        await run(session, _ADD_IDENTITY, **given)
    except IntegrityError as error:
        raise RunAgainError from error


_ADD_IDENTITY = insert(core(SlackIdentity)).values(
    team_id=value("team"),
    slack_user_id=value("user"),
    user_id=value("user_id"),
    rule=value("rule"),
    created_at=value("now"),
)


async def has_customer_profile(session: AsyncSession, user_id: int, organization_id: int) -> bool | None:
    """Is this user an active customer there? False: they were switched off there.

    None: there is no customer profile, active or not, and whatever else they are there is switched on.
    """
    rows = await run(session, _PROFILES, user_id=user_id, organization_id=organization_id)
    active = {row.kind: row.active for row in rows}
    if ProfileKind.CUSTOMER in active:
        return bool(active[ProfileKind.CUSTOMER])
    return False if active and not any(active.values()) else None


_PROFILES = select(Profile.kind, Profile.active).where(*_IS_THEIRS)


async def add_profiles(
    session: AsyncSession, user_id: int, organization_id: int, kinds: Iterable[ProfileKind], now: datetime
) -> None:
    """Give a user these profiles. The first is the primary one, where the user has none there yet.

    Raises:
        RunAgainError: another transaction gave the user a primary profile meanwhile.
    """
    whose = {"user_id": user_id, "organization_id": organization_id}
    has_primary = await answer(session, _PRIMARY, **whose) is not None
    for position, kind in enumerate(kinds):
        is_primary = position == 0 and not has_primary
        try:
            await run(session, _add_profile, **whose, kind=kind, is_primary=is_primary, now=now)
        except IntegrityError as error:
            raise RunAgainError from error


_PRIMARY = select(Profile.id).where(*_IS_THEIRS, Profile.is_primary)


@cache
def _add_profile(dialect: str) -> Executable:
    new = upsert_in(dialect, core(Profile)).values(
        user_id=value("user_id"),
        organization_id=value("organization_id"),
        kind=value("kind"),
        active=True,
        is_primary=value("is_primary"),
        created_at=value("now"),
    )
    statement: Executable = new.on_conflict_do_nothing(index_elements=["user_id", "organization_id", "kind"])
    return statement


async def customer_record_id(session: AsyncSession, user_id: int, organization_id: int) -> int | None:
    """Which is this user's customer record in this organization?"""
    found: int | None = await answer(session, _RECORD, user_id=user_id, organization_id=organization_id)
    return found


_RECORD = select(CustomerRecord.id).where(
    CustomerRecord.user_id == value("user_id"), CustomerRecord.organization_id == value("organization_id")
)


async def customer_of(session: AsyncSession, ref: IssueRef) -> User:
    """Whose is this issue? It must exist."""
    query = (
        select(*_USER)
        .join(CustomerRecord, CustomerRecord.user_id == CrmUser.id)
        .join(Issue, Issue.customer_record_id == CustomerRecord.id)
        .where(Issue.organization_id == ref.organization_id, Issue.id == ref.issue_id)
    )
    return to_user((await session.execute(query)).one())


async def get_or_add_customer_record(
    session: AsyncSession, user_id: int, organization_id: int, now: datetime
) -> tuple[int, bool]:
    """Add the customer record unless it is there; returns its id and whether it was added. Free of races."""
    whose = {"user_id": user_id, "organization_id": organization_id}
    added = await answer(session, _add_customer_record, **whose, now=now)
    found = added or await customer_record_id(session, user_id, organization_id)
    if found is None:
        raise RunAgainError
    return int(found), added is not None


@cache
def _add_customer_record(dialect: str) -> Executable:
    statement: Executable = _new_record(dialect, CustomerRecord).returning(core(CustomerRecord).c.id)
    return statement


async def add_vendor_record(session: AsyncSession, user_id: int, organization_id: int, now: datetime) -> None:
    """Add the vendor record unless it is there."""
    await run(session, _add_vendor_record, user_id=user_id, organization_id=organization_id, now=now)


@cache
def _add_vendor_record(dialect: str) -> Executable:
    statement: Executable = _new_record(dialect, VendorRecord)
    return statement


def _new_record(dialect: str, table: type[CustomerRecord | VendorRecord]) -> Any:
    fields = {"user_id": value("user_id"), "organization_id": value("organization_id"), "created_at": value("now")}
    new = upsert_in(dialect, core(table)).values(**fields)
    return new.on_conflict_do_nothing(index_elements=["user_id", "organization_id"])
