"""Connect an organization with Linear, choose its team there, disconnect it. For its owner."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination
from bot.domain.linear_connection import Connection, grant_key
from bot.domain.linear_team import LEFT_TEAM, LinearState, LinearTeam
from bot.domain.organizations import Organization
from bot.errors import ConflictError, InvalidError, NotFoundError
from bot.usecases.linear_desk import Tried
from bot.usecases.linear_links import look_for_linear_team, take_linear_team
from bot.usecases.owners import owned_organization
from storage import linear_connections, linear_grants, linear_installs, linear_teams, organizations, outbox
from storage.linear_grants import LockedTokens
from storage.linear_installs import Install

log = structlog.stdlib.get_logger(__name__)

NOT_CONNECTED_YET = "Connect your organization with Linear first; then it has a webhook."
TEAM_TAKEN = "This team is another organization's. Choose another one."
LINK_EXPIRED = "This link cannot be used any more. Type /threadline linear in Slack and begin anew."
# How long somebody may take to consent.
INSTALL_TIME = timedelta(minutes=15)


async def connect_linear(
    session: AsyncSession, user_id: int, organization_id: int, tried: Tried, now: datetime
) -> Organization:
    """Let an organization go to Linear by a credential that was tried; what waits for Linear goes on at once.

    Args:
        session: of the change.
        user_id: who connects it.
        organization_id: which.
        tried: the credential.
        now: the time, UTC.

    Raises:
        ForbiddenError: this is not its owner.
    """
    organization = await owned_organization(session, user_id, organization_id)
    await organizations.hold_organization(session, organization_id)
    connection = Connection(
        organization_id=organization_id,
        path=secrets.token_urlsafe(24),
        kind=tried.kind,
        secret=tried.secret,
        webhook_secret=None,
        account=tried.account,
        problem=None,
        created_at=now,
    )
    await linear_connections.put_connection(session, connection, user_id)
    key = grant_key(organization_id)
    if tried.tokens is None:
        await linear_grants.drop_tokens(session, key)
    else:
        await linear_grants.replace_tokens(session, key, tried.tokens)
    await _keep_team(session, organization_id, {team.id for team in tried.teams})
    await outbox.hurry(session, organization_id, Destination.LINEAR)
    log.info("an organization was connected with Linear", organization=organization.name, kind=tried.kind)
    return organization


async def _keep_team(session: AsyncSession, organization_id: int, seen: Collection[str]) -> None:
    """Keep the organization's team if the new credential sees it; else let another be found."""
    team = await linear_teams.team_of(session, organization_id)
    if team is not None and team.id not in seen:
        await linear_teams.leave_team(session, organization_id, LEFT_TEAM)
        team = None
    if team is None:
        await look_for_linear_team(session, organization_id)


async def choose_linear_team(
    session: AsyncSession, user_id: int, organization_id: int, team: LinearTeam, states: Sequence[LinearState]
) -> None:
    """Let an organization's issues go to a team that its credential sees; the same one again changes nothing.

    Raises:
        ForbiddenError: this is not its owner.
        ConflictError: it is another organization's.
    """
    await owned_organization(session, user_id, organization_id)
    await organizations.hold_organization(session, organization_id)
    present = await linear_teams.team_of(session, organization_id)
    if present is not None and present.id == team.id:
        return
    if await linear_teams.is_taken(session, organization_id, team.id):
        raise ConflictError(TEAM_TAKEN)
    await linear_teams.leave_team(session, organization_id, LEFT_TEAM)
    await linear_teams.return_to_team(session, organization_id, team.id, LEFT_TEAM)
    await take_linear_team(session, organization_id, team, states)
    log.info("an organization's Linear team was chosen", organization_id=organization_id, team=team.key)


async def set_webhook_secret(session: AsyncSession, user_id: int, organization_id: int, locked: str) -> None:
    """Remember, encrypted, with what Linear signs the webhooks of an organization's connection.

    Raises:
        ForbiddenError: this is not its owner.
        InvalidError: it has no connection of its own.
    """
    await owned_organization(session, user_id, organization_id)
    if not await linear_connections.set_webhook_secret(session, organization_id, locked):
        raise InvalidError(NOT_CONNECTED_YET)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A connection that is no more."""

    connection: Connection
    tokens: LockedTokens | None


async def disconnect_linear(session: AsyncSession, user_id: int, organization_id: int) -> Ended | None:
    """Forget an organization's connection; returns what it was. None: there was none (any more).

    Its team stays its own, so that it can be connected again.

    Raises:
        ForbiddenError: this is not its owner.
    """
    await owned_organization(session, user_id, organization_id)
    connection = await linear_connections.connection(session, organization_id)
    if connection is None:
        return None
    key = grant_key(organization_id)
    tokens = await linear_grants.tokens(session, key)
    await linear_grants.drop_tokens(session, key)
    await linear_connections.drop_connection(session, organization_id)
    # What was stuck goes by the environment's credential, or is not wanted in Linear any more.
    await outbox.hurry(session, organization_id, Destination.LINEAR)
    log.info("an organization was disconnected from Linear", organization_id=organization_id)
    return Ended(connection=connection, tokens=tokens)


async def begin_install(
    session: AsyncSession, user_id: int, organization_id: int, state: str, locked_verifier: str, now: datetime
) -> None:
    """Let an organization's owner consent to our app in Linear, within a quarter of an hour.

    Raises:
        ForbiddenError: this is not its owner.
    """
    await owned_organization(session, user_id, organization_id)
    new = Install(organization_id=organization_id, user_id=user_id, verifier=locked_verifier)
    await linear_installs.begin(session, _hash(state), new, now, now + INSTALL_TIME)


async def find_install(session: AsyncSession, state: str, now: datetime) -> Install:
    """Return who began with this state.

    Raises:
        NotFoundError: nobody, or too long ago, or it is used up.
    """
    found = await linear_installs.find(session, _hash(state), now)
    if found is None:
        raise NotFoundError(LINK_EXPIRED)
    return found


async def use_install(session: AsyncSession, state: str, now: datetime) -> Install:
    """Return who began with this state, which is used up now; raises as above."""
    found = await linear_installs.use(session, _hash(state), now)
    if found is None:
        raise NotFoundError(LINK_EXPIRED)
    return found


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
