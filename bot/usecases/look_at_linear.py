"""How it stands between an organization and Linear, for its owner; and what its webhooks are signed with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_connection import Connection
from bot.domain.linear_team import LinearTeam
from bot.domain.organizations import Organization
from bot.usecases.linear_desk import LinearDesk
from bot.usecases.owners import owned_organization, owned_organizations
from storage import blocked, linear_connections, linear_teams, organizations
from storage.vault import split_keys


@dataclass(frozen=True, kw_only=True)
class LinearStanding:
    """How it stands.

    Args:
        organization: whose.
        choices: the organizations that its owner may administer.
        connection: its own; None: it has none.
        environment: whether the settings have a credential, which serves whoever has no connection.
        team: its team; None: it has none yet.
        taken: the ids of teams that are other organizations'.
        told_at: when Linear told something of it last (UTC).
        waiting: how many deliveries wait for Linear.
        refused: whether what waits is stuck because Linear does not let us in.
    """

    organization: Organization
    choices: Sequence[Organization]
    connection: Connection | None
    environment: bool
    team: LinearTeam | None
    taken: Collection[str]
    told_at: datetime | None
    waiting: int
    refused: bool


async def look_at_linear(
    session: AsyncSession, user_id: int, organization_id: int | None, *, environment: bool
) -> LinearStanding:
    """Return how it stands with Linear.

    Args:
        session: of the request.
        user_id: who asks.
        organization_id: of which organization; None: of the first that they may administer.
        environment: whether the settings have a credential.

    Raises:
        ForbiddenError: they may administer none, or not this one.
    """
    owned = await owned_organizations(session, user_id)
    asked = owned[0].id if organization_id is None else organization_id
    organization = await owned_organization(session, user_id, asked)
    team = await linear_teams.team_of(session, asked)
    connection = await linear_connections.connection(session, asked)
    # What was stuck before it was connected anew says nothing of the new connection.
    lost = None if connection is None else connection.problem is not None
    return LinearStanding(
        organization=organization,
        choices=owned,
        connection=connection,
        environment=environment,
        team=team,
        taken=await organizations.taken_linear_teams(session) - ({team.id} if team else set()),
        told_at=await linear_teams.told_at(session, asked),
        waiting=await blocked.waiting_for_linear(session, asked),
        refused=await blocked.is_refused_by_linear(session, asked) if lost is None else lost,
    )


async def webhook_secrets(
    session: AsyncSession, path: str, *, desk: LinearDesk
) -> tuple[int, tuple[str, ...]] | None:
    """Return whose webhook has this path, and with what it may be signed: several while they are changed.

    Nothing signs it while its owner has not given a secret. None: there is no such webhook.

    Raises:
        WrongKeyError: the secret was stored under another ``SECRET_KEY``.
    """
    connection = await linear_connections.connection_at(session, path)
    if connection is None:
        return None
    locked = connection.webhook_secret
    return connection.organization_id, () if locked is None else tuple(split_keys(desk.unlock(locked)))
