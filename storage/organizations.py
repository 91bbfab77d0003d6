"""Organizations, the workspaces that they own, and invitations to register one."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, organization_lane
from bot.domain.linear_team import LinearState, LinearTeam
from bot.domain.organizations import Organization, OrganizationSettings
from bot.domain.people import CustomersJoin, ProfileKind, SlackAccount
from storage import people, tables
from storage.built import run, value, values
from storage.given import insert_given, run_given
from storage.outbox import lock_subject
from storage.transaction import RunAgainError

_COLUMNS = (
    tables.Organization.id,
    tables.Organization.name,
    tables.Organization.slug,
    tables.Organization.customers_join,
    tables.Organization.owner_user_id,
    tables.Organization.linear_team_id,
    tables.Organization.reply_marker,
    tables.Organization.reopen_days,
)


def _organization(row: Row[int, str, str, str, int, str | None, str, int]) -> Organization:
    return Organization(
        id=row.id,
        name=row.name,
        slug=row.slug,
        customers_join=CustomersJoin(row.customers_join),
        owner_user_id=row.owner_user_id,
        linear_team_id=row.linear_team_id,
        reply_marker=row.reply_marker,
        reopen_days=row.reopen_days,
    )


async def organization(session: AsyncSession, organization_id: int) -> Organization:
    """Which organization is this? It must exist."""
    return _organization((await run(session, _ORGANIZATION, organization_id=organization_id)).one())


_ORGANIZATION = select(*_COLUMNS).where(tables.Organization.id == value("organization_id"))


async def hold_organization(session: AsyncSession, organization_id: int) -> None:
    """Let nobody else hold or change this organization until the commit; see ``lives.hold_issue``.

    Its lanes are locked first: what is delivered in them changes it, too.
    """
    await lock_subject(session, organization_lane(organization_id, Destination.PERSON))
    query = select(tables.Organization.id).where(tables.Organization.id == organization_id)
    await session.execute(query.with_for_update(key_share=True))


async def all_organizations(session: AsyncSession) -> list[Organization]:
    """Which organizations are there? By name; for who runs the program."""
    query = select(*_COLUMNS).order_by(tables.Organization.name_key)
    return [_organization(row) for row in await session.execute(query)]


async def organization_named(session: AsyncSession, *, id_: int | None, slug: str) -> Organization | None:
    """Which organization has this id? Else: which has this slug?"""
    table = tables.Organization
    for condition in ([] if id_ is None else [table.id == id_]) + [table.slug == slug]:
        row = (await session.execute(select(*_COLUMNS).where(condition))).one_or_none()
        if row is not None:
            return _organization(row)
    return None


async def organizations_of(session: AsyncSession, user_id: int) -> list[Organization]:
    """Where does this user belong: an active profile of any kind? By name."""
    belongs = exists().where(
        and_(
            tables.Profile.organization_id == tables.Organization.id,
            tables.Profile.user_id == user_id,
            tables.Profile.active,
        )
    )
    query = select(*_COLUMNS).where(belongs).order_by(tables.Organization.name_key)
    return [_organization(row) for row in await session.execute(query)]


async def organizations_of_vendor(session: AsyncSession, user_id: int) -> list[Organization]:
    """Where is this user a vendor, by an active profile? By name."""
    query = (
        select(*_COLUMNS)
        .join(tables.Profile, tables.Profile.organization_id == tables.Organization.id)
        .where(tables.Profile.user_id == user_id, tables.Profile.kind == ProfileKind.VENDOR, tables.Profile.active)
        .order_by(tables.Organization.name_key)
    )
    return [_organization(row) for row in await session.execute(query)]


async def owner_in_slack(session: AsyncSession, organization_id: int) -> tuple[str, SlackAccount | None]:
    """What is this organization called, and where can its owner be written to in Slack?"""
    found = await organization(session, organization_id)
    return found.name, await people.slack_account_of(session, found.owner_user_id)


async def organization_of_request(session: AsyncSession, request_key: str) -> Organization | None:
    """Which organization was registered by this request?"""
    query = select(*_COLUMNS).where(tables.Organization.request_key == request_key)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _organization(row)


async def organizations_owned_by(session: AsyncSession, user_id: int) -> list[Organization]:
    """Which organizations may this user administer: the owner, and an active vendor there? By name."""
    is_vendor = (
        exists()
        .where(tables.Profile.organization_id == tables.Organization.id, tables.Profile.user_id == user_id)
        .where(tables.Profile.kind == ProfileKind.VENDOR, tables.Profile.active)
        .where(tables.CrmUser.id == tables.Profile.user_id, tables.CrmUser.active)
    )
    query = select(*_COLUMNS).where(tables.Organization.owner_user_id == user_id, is_vendor)
    return [_organization(row) for row in await session.execute(query.order_by(tables.Organization.name_key))]


async def change_settings(session: AsyncSession, organization_id: int, settings: OrganizationSettings) -> None:
    """Store what an organization's owner decided."""
    await session.execute(
        update(tables.Organization)
        .where(tables.Organization.id == organization_id)
        .values(
            customers_join=settings.customers_join,
            reply_marker=settings.reply_marker,
            reopen_days=settings.reopen_days,
        )
    )


async def is_name_taken(session: AsyncSession, name: str, slug: str) -> bool:
    """Does an organization have this name, or one that makes the same slug?"""
    query = select(tables.Organization.id).where(
        (tables.Organization.name_key == name.casefold()) | (tables.Organization.slug == slug)
    )
    return await session.scalar(query.limit(1)) is not None


async def add_organization(
    session: AsyncSession,
    *,
    name: str,
    slug: str,
    owner_user_id: int,
    now: datetime,
    request_key: str | None = None,
) -> int:
    """Add an organization that customers may join; returns its id.

    Raises:
        RunAgainError: its name was taken by another transaction meanwhile, or the request carried out by one.
    """
    statement = insert(tables.Organization).values(
        name=name,
        name_key=name.casefold(),
        slug=slug,
        customers_join=CustomersJoin.OPEN,
        owner_user_id=owner_user_id,
        request_key=request_key,
        created_at=now,
    )
    try:
        return (await session.execute(statement.returning(tables.Organization.id))).scalar_one()
    except IntegrityError as error:
        raise RunAgainError from error


async def own_workspace(session: AsyncSession, organization_id: int, team_id: str) -> None:
    """Let the organization own a Slack workspace."""
    await session.execute(insert(tables.WorkspaceOwner).values(team_id=team_id, organization_id=organization_id))


async def organizations_without_team(session: AsyncSession, *, connected: bool) -> list[int]:
    """Which organizations have no Linear team? ``connected``: of those with a connection of their own alone."""
    query = select(tables.Organization.id).where(tables.Organization.linear_team_id.is_(None))
    if connected:
        own = tables.LinearConnection.organization_id
        query = query.where(exists().where(own == tables.Organization.id))
    return list(await session.scalars(query.order_by(tables.Organization.id)))


async def taken_linear_teams(session: AsyncSession) -> set[str]:
    """Which Linear teams belong to an organization? Asked across organizations: a team has only one."""
    query = select(tables.Organization.linear_team_id).where(tables.Organization.linear_team_id.is_not(None))
    return {team for team in await session.scalars(query) if team is not None}


async def take_linear_team(
    session: AsyncSession, organization_id: int, team: LinearTeam, states: Sequence[LinearState]
) -> None:
    """Give the organization its Linear team, with the team's states.

    Raises:
        RunAgainError: another organization took the team meanwhile.
    """
    statement = (
        update(tables.Organization)
        .where(tables.Organization.id == organization_id)
        .values(linear_team_id=team.id, linear_team_key=team.key, linear_team_name=team.name)
    )
    try:
        await session.execute(statement)
    except IntegrityError as error:
        raise RunAgainError from error
    await replace_linear_states(session, organization_id, states)


async def replace_linear_states(session: AsyncSession, organization_id: int, states: Sequence[LinearState]) -> None:
    """Remember the states of the organization's Linear team; those that are not among them are gone."""
    kept = [state.id for state in states]
    await run(session, _DROP_STATES, organization_id=organization_id, kept=kept)
    rows = [
        {
            "organization_id": organization_id,
            "state_id": state.id,
            "name": state.name,
            "type": state.type,
            "position": state.position,
        }
        for state in states
    ]
    await run_given(session, _put_states, rows)


_STATE = tables.core(tables.LinearState)
_DROP_STATES = delete(_STATE).where(
    _STATE.c.organization_id == value("organization_id"), _STATE.c.state_id.not_in(values("kept"))
)


@cache
def _put_states(dialect: str) -> Any:
    fields = ("name", "type", "position")
    new = insert_given(dialect, _STATE, ("organization_id", "state_id", *fields))
    return new.on_conflict_do_update(
        index_elements=["organization_id", "state_id"], set_={name: new.excluded[name] for name in fields}
    )


async def linear_team_name(session: AsyncSession, organization_id: int) -> str | None:
    """What is the organization's Linear team called?"""
    query = select(tables.Organization.linear_team_name).where(tables.Organization.id == organization_id)
    return await session.scalar(query)


async def linear_states(session: AsyncSession, organization_id: int) -> list[LinearState]:
    """Which states has the organization's Linear team, as they were last read?"""
    rows = await run(session, _STATES, organization_id=organization_id)
    return [LinearState(row.state_id, row.name, row.type, row.position) for row in rows]


_STATES = select(_STATE.c.state_id, _STATE.c.name, _STATE.c.type, _STATE.c.position).where(
    _STATE.c.organization_id == value("organization_id")
)


async def add_invite(session: AsyncSession, code_hash: str, *, now: datetime, expires_at: datetime) -> None:
    """Remember a one-time code by its hash."""
    await session.execute(insert(tables.Invite).values(code_hash=code_hash, created_at=now, expires_at=expires_at))


async def use_invite(session: AsyncSession, code_hash: str, now: datetime) -> bool:
    """Use up a one-time code; returns whether it was valid: known, unused, not expired."""
    statement = (
        update(tables.Invite)
        .where(
            tables.Invite.code_hash == code_hash,
            tables.Invite.used_at.is_(None),
            tables.Invite.expires_at > now,
        )
        .values(used_at=now)
        .returning(tables.Invite.code_hash)
    )
    return (await session.execute(statement)).first() is not None
