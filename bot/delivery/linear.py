"""Effects that are owed to Linear: the team of an organization, issues, and the link back to Slack."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_conflict, is_forbidden, linear_failure
from bot.delivery.linear_api import LinearApi, LinearError
from bot.delivery.worker import Record, nothing_more
from bot.domain.addresses import short_address
from bot.domain.effects import Effect, LinearField
from bot.domain.issues import Priority
from bot.domain.linear_state import state_to_write
from bot.domain.linear_team import LinearState, LinearTeam, Otherwise, choose_team
from bot.domain.retry import AlreadyDone, NotSent, RetryAfter
from bot.usecases.linear_links import accept_linear_state, ask_for_linear_team, link_linear_issue, take_linear_team
from bot.views.linear_markdown import issue_description
from storage import links, lives, organizations
from storage.links import NewLinearIssue
from storage.shown import IssueFacts, issue_facts
from storage.transaction import Transaction

# Linear counts the other way round; 0 is "no priority" (schema: IssueCreateInput.priority).
PRIORITY_NUMBERS = {Priority.URGENT: 1, Priority.HIGH: 2, Priority.MEDIUM: 3, Priority.LOW: 4}
# How long, in seconds, until a team is looked for again.
TEAM_PAUSE_SECONDS = 300.0
# How long an issue waits before it looks whether the team is there: that costs a read, and no call to Linear. It is
# hurried when the team comes, unless it was raised in that very moment.
ISSUE_PAUSE_SECONDS = 20.0
NO_TEAM_YET = "the organization has no Linear team yet"

Clock = Callable[[], datetime]
Permalink = Callable[[IssueFacts], Awaitable[str | None]]


class LinearDelivery:
    """Delivers to Linear.

    Args:
        api: the credential's way to Linear.
        transaction: state is read at the moment of sending.
        permalink: tells the address of the message in which vendors see an issue.
        clock: gives the time in UTC.
    """

    def __init__(self, api: LinearApi, transaction: Transaction, *, permalink: Permalink, clock: Clock) -> None:
        self._api = api
        self._transaction = transaction
        self._permalink = permalink
        self._clock = clock

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
        chosen = choose_team(organization.name, await self._teams(), taken)
        if chosen is Otherwise.CREATE:
            made = await self._create_team(str(effect.id), organization.name)
            if made is None:
                return self._without_team(effect, organization_id)
            chosen = made
        states = await self._states(chosen.id)
        return partial(_take_team, organization_id=organization_id, team=chosen, states=states)

    async def create_issue(self, effect: Effect) -> Record:
        """Open the issue in the organization's team, under the effect's own id; raises as above."""
        facts = await self._facts(effect)
        if facts.linear is not None:
            raise AlreadyDone("the issue is in Linear")
        if facts.linear_team_id is None:
            raise RetryAfter(NO_TEAM_YET, ISSUE_PAUSE_SECONDS)
        created = await self._create_issue(str(effect.id), facts.linear_team_id, facts)
        new = NewLinearIssue(
            linear_id=created["id"],
            team_id=created["team"]["id"],
            identifier=created["identifier"],
            url=short_address(created["url"]),
            state_id=created["state"]["id"],
            state_name=created["state"]["name"],
            state_type=created["state"]["type"],
        )
        return partial(
            link_linear_issue,
            organization_id=effect.organization_id,
            issue_id=effect.issue_id,
            new=new,
            now=self._clock(),
        )

    async def update_issue(self, effect: Effect) -> Record:
        """Bring one field of the Linear issue to what it is now with us; raises as ``configure_team``."""
        facts, linear_id = await self._transaction.read(partial(_linked, effect=effect))
        if linear_id is None:
            raise AlreadyDone("the issue is not in Linear")
        wanted = await self._wanted(LinearField(str(effect.about["field"])), facts, linear_id)
        if not wanted:
            raise AlreadyDone("Linear says the same already")
        updated = (await self._run("IssueUpdate", {"id": linear_id, "input": wanted}))["issueUpdate"]["issue"]
        state = updated["state"]
        return partial(
            accept_linear_state,
            ref=effect.ref,
            state_id=state["id"],
            state_name=state["name"],
            state_type=state["type"],
        )

    async def _wanted(self, field: LinearField, facts: IssueFacts, linear_id: str) -> dict[str, Any]:
        if field is LinearField.TITLE:
            return {"title": facts.public.title}
        if field is LinearField.PRIORITY:
            return {"priority": PRIORITY_NUMBERS[facts.public.priority]}
        # What Linear has now, not what it had: engineers move issues too.
        present = (await self._run("Issue", {"id": linear_id}))["issue"]["state"]["type"]
        read = partial(organizations.linear_states, organization_id=facts.issue.organization_id)
        states = await self._transaction.read(read)
        solved = await self._transaction.read(partial(lives.was_solved, ref=facts.issue.ref))
        state = state_to_write(facts.issue.status, present, states, solved=solved)
        return {} if state is None else {"stateId": state.id}

    async def attach_thread(self, effect: Effect) -> Record:
        """Attach the address of the vendors' message to the Linear issue; raises as above."""
        facts, linear_id = await self._transaction.read(partial(_linked, effect=effect))
        url = None if linear_id is None else await self._permalink(facts)
        if url is None:
            # The lane keeps the order: what was not opened in Linear by now was skipped, because Linear was off.
            raise AlreadyDone("there is nothing to attach, or nothing to attach it to")
        # The same address gives the same attachment: AttachmentCreate is an upsert by issue and url.
        title = f"Slack: {facts.issue.number}"
        await self._run("AttachmentCreate", {"input": {"issueId": linear_id, "url": url, "title": title}})
        return nothing_more

    async def _facts(self, effect: Effect) -> IssueFacts:
        look = partial(issue_facts, organization_id=effect.organization_id, issue_id=effect.issue_id)
        return await self._transaction.read(look)

    async def _create_issue(self, client_id: str, team_id: str, facts: IssueFacts) -> dict[str, Any]:
        wanted = {
            "id": client_id,
            "teamId": team_id,
            "title": facts.public.title,
            "description": issue_description(facts.public),
            "priority": PRIORITY_NUMBERS[facts.public.priority],
        }
        try:
            data = await self._api.run("IssueCreate", {"input": wanted})
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_conflict(error, "Issue", client_id):
                return dict((await self._run("Issue", {"id": client_id}))["issue"])
            raise linear_failure(error) from error
        return dict(data["issueCreate"]["issue"])

    def _without_team(self, effect: Effect, organization_id: int) -> Record:
        if effect.about.get("asked"):
            raise RetryAfter(NO_TEAM_YET, TEAM_PAUSE_SECONDS)
        return partial(ask_for_linear_team, organization_id=organization_id)

    async def _teams(self) -> list[LinearTeam]:
        found: list[LinearTeam] = []
        after: str | None = None
        while True:
            page = (await self._run("Teams", {"after": after}))["teams"]
            found += [LinearTeam(node["id"], node["key"], node["name"]) for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def _create_team(self, client_id: str, name: str) -> LinearTeam | None:
        """Make a team under the effect's own id; None: the credential may not."""
        try:
            made = (await self._api.run("TeamCreate", {"input": {"id": client_id, "name": name}}))["teamCreate"][
                "team"
            ]
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_conflict(error, "Team", client_id):
                made = (await self._run("Team", {"id": client_id}))["team"]
            elif isinstance(error, LinearError) and is_forbidden(error):
                return None
            else:
                raise linear_failure(error) from error
        return LinearTeam(made["id"], made["key"], made["name"])

    async def _states(self, team_id: str) -> list[LinearState]:
        nodes = (await self._run("TeamStates", {"teamId": team_id}))["team"]["states"]["nodes"]
        return [LinearState(node["id"], node["name"], node["type"], node["position"]) for node in nodes]

    async def _run(self, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        try:
            return await self._api.run(operation, variables)
        except (LinearError, httpx.TransportError) as error:
            raise linear_failure(error) from error


async def _linked(session: AsyncSession, *, effect: Effect) -> tuple[IssueFacts, str | None]:
    """Return an issue and its id in Linear, both of one moment."""
    organization_id, issue_id = effect.organization_id, effect.issue_id
    facts = await issue_facts(session, organization_id, issue_id)
    return facts, await links.linear_id(session, organization_id, issue_id)


async def _take_team(
    session: AsyncSession, *, organization_id: int, team: LinearTeam, states: Sequence[LinearState]
) -> None:
    # Two organizations that look at once choose the same free team: the later one looks again.
    if team.id in await organizations.taken_linear_teams(session):
        raise NotSent("another organization took the Linear team meanwhile")
    await take_linear_team(session, organization_id, team, states)
