"""Effects that are owed to Linear for an organization as a whole: its team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_conflict, is_forbidden, linear_failure
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_lookups import LinearLookups
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record
from bot.domain.effects import Effect
from bot.domain.linear_team import NO_TEAM_YET, LinearState, LinearTeam, Otherwise, choose_team
from bot.domain.retry import AlreadyDone, NotSent, RetryAfter
from bot.usecases.linear_links import ask_for_linear_team, take_linear_team
from storage import organizations
from storage.transaction import Transaction

# How long, in seconds, until a team is looked for again.
TEAM_PAUSE_SECONDS = 300.0


class LinearTeams:
    """Finds, or makes, the teams of organizations.

    Args:
        linear: asks Linear.
        lookups: reads a team's states.
        transaction: state is read at the moment of sending.
    """

    def __init__(self, linear: LinearCalls, lookups: LinearLookups, transaction: Transaction) -> None:
        self._linear = linear
        self._lookups = lookups
        self._transaction = transaction

    async def configure_team(self, effect: Effect) -> Record:
        """Find, or make, the organization's team.

        Raises:
            DeliveryFailure: not now.
        """
        organization_id = effect.organization_id
        organization = await self._transaction.read(
            partial(organizations.organization, organization_id=organization_id)
        )
        if organization.linear_team_id is not None:
            raise AlreadyDone("the organization has its Linear team")
        taken = await self._transaction.read(organizations.taken_linear_teams)
        way = _Way(self._linear, organization_id)
        chosen = choose_team(organization.name, await read_teams(way), taken)
        if chosen is Otherwise.CREATE:
            made = await self._create_team(effect, organization.name)
            if made is None:
                return self._without_team(effect, organization_id)
            chosen = made
        states = await self._lookups.states(organization_id, chosen.id)
        return partial(_take_team, organization_id=organization_id, team=chosen, states=states)

    def _without_team(self, effect: Effect, organization_id: int) -> Record:
        if effect.about.get("asked"):
            raise RetryAfter(NO_TEAM_YET, TEAM_PAUSE_SECONDS)
        return partial(ask_for_linear_team, organization_id=organization_id)

    async def _create_team(self, effect: Effect, name: str) -> LinearTeam | None:
        """Make a team under the effect's own id; None: the credential may not."""
        organization_id, client_id = effect.organization_id, str(effect.id)
        wanted = {"input": {"id": client_id, "name": name}}
        try:
            made = (await self._linear.try_to_run(organization_id, "TeamCreate", wanted))["teamCreate"]["team"]
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_conflict(error, "Team", client_id):
                made = (await self._linear.run(organization_id, "Team", {"id": client_id}))["team"]
            elif isinstance(error, LinearError) and is_forbidden(error):
                return None
            else:
                raise linear_failure(error) from error
        return LinearTeam(made["id"], made["key"], made["name"])


class Runs(Protocol):
    """Asks Linear in one way."""

    async def run(self, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run one of the documents and return its ``data``."""
        ...


@dataclass(frozen=True)
class _Way:
    """An organization's way, whose failures are named."""

    calls: LinearCalls
    organization_id: int

    async def run(self, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        return await self.calls.run(self.organization_id, operation, variables)


async def read_teams(way: Runs) -> list[LinearTeam]:
    """Return the teams that a credential sees; raises as the way does."""
    found: list[LinearTeam] = []
    after: str | None = None
    while True:
        page = (await way.run("Teams", {"after": after}))["teams"]
        found += [LinearTeam(node["id"], node["key"], node["name"]) for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def _take_team(
    session: AsyncSession, *, organization_id: int, team: LinearTeam, states: Sequence[LinearState]
) -> None:
    # Two organizations that look at once choose the same free team: the later one looks again.
    if team.id in await organizations.taken_linear_teams(session):
        raise NotSent("another organization took the Linear team meanwhile")
    await take_linear_team(session, organization_id, team, states)
