"""Effects that are owed to Linear for an issue: the issue itself, and the link back to Slack."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_conflict, linear_failure
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record, nothing_more
from bot.domain.addresses import short_address
from bot.domain.effects import Effect, LinearField
from bot.domain.issues import Priority
from bot.domain.linear_state import state_to_write
from bot.domain.linear_team import NO_TEAM_YET
from bot.domain.retry import AlreadyDone, RetryAfter
from bot.usecases.linear_links import accept_linear_state, link_linear_issue
from bot.views.linear_markdown import issue_description
from storage import links, lives, organizations
from storage.links import NewLinearIssue
from storage.shown import IssueFacts, issue_facts
from storage.transaction import Transaction

# Linear counts the other way round; 0 is "no priority" (schema: IssueCreateInput.priority).
PRIORITY_NUMBERS = {Priority.URGENT: 1, Priority.HIGH: 2, Priority.MEDIUM: 3, Priority.LOW: 4}
# How long an issue waits before it looks whether the team is there: that costs a read, and no call to Linear. It is
# hurried when the team comes, unless it was raised in that very moment.
ISSUE_PAUSE_SECONDS = 20.0

Clock = Callable[[], datetime]
Permalink = Callable[[IssueFacts], Awaitable[str | None]]


class LinearIssues:
    """Delivers issues to Linear.

    Args:
        linear: asks Linear.
        transaction: state is read at the moment of sending.
        permalink: tells the address of the message in which vendors see an issue.
        clock: gives the time in UTC.
    """

    def __init__(
        self, linear: LinearCalls, transaction: Transaction, *, permalink: Permalink, clock: Clock
    ) -> None:
        self._linear = linear
        self._transaction = transaction
        self._permalink = permalink
        self._clock = clock

    async def create_issue(self, effect: Effect) -> Record:
        """Open the issue in the organization's team, under the effect's own id.

        Raises:
            DeliveryFailure: it was not done, or maybe.
        """
        facts = await self._facts(effect)
        if facts.linear is not None:
            raise AlreadyDone("the issue is in Linear")
        if facts.linear_team_id is None:
            raise RetryAfter(NO_TEAM_YET, ISSUE_PAUSE_SECONDS)
        created = await self._create_issue(effect, facts.linear_team_id, facts)
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
        """Bring one field of the Linear issue to what it is now with us; raises as above."""
        facts, linear_id = await self._transaction.read(partial(_linked, effect=effect))
        if linear_id is None:
            raise AlreadyDone("the issue is not in Linear")
        wanted = await self._wanted(LinearField(str(effect.about["field"])), facts, linear_id)
        if not wanted:
            raise AlreadyDone("Linear says the same already")
        updated = await self._linear.run(effect.organization_id, "IssueUpdate", {"id": linear_id, "input": wanted})
        state = updated["issueUpdate"]["issue"]["state"]
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
        organization_id = facts.issue.organization_id
        answer = await self._linear.run(organization_id, "Issue", {"id": linear_id})
        present = answer["issue"]["state"]["type"]
        read = partial(organizations.linear_states, organization_id=organization_id)
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
        wanted = {"issueId": linear_id, "url": url, "title": title}
        await self._linear.run(effect.organization_id, "AttachmentCreate", {"input": wanted})
        return nothing_more

    async def _facts(self, effect: Effect) -> IssueFacts:
        look = partial(issue_facts, organization_id=effect.organization_id, issue_id=effect.issue_id)
        return await self._transaction.read(look)

    async def _create_issue(self, effect: Effect, team_id: str, facts: IssueFacts) -> dict[str, Any]:
        client_id = str(effect.id)
        wanted = {
            "id": client_id,
            "teamId": team_id,
            "title": facts.public.title,
            "description": issue_description(facts.public),
            "priority": PRIORITY_NUMBERS[facts.public.priority],
        }
        try:
            data = await self._linear.try_to_run(effect.organization_id, "IssueCreate", {"input": wanted})
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_conflict(error, "Issue", client_id):
                found = await self._linear.run(effect.organization_id, "Issue", {"id": client_id})
                return dict(found["issue"])
            raise linear_failure(error) from error
        return dict(data["issueCreate"]["issue"])


async def _linked(session: AsyncSession, *, effect: Effect) -> tuple[IssueFacts, str | None]:
    """Return an issue and its id in Linear, both of one moment."""
    organization_id, issue_id = effect.organization_id, effect.issue_id
    facts = await issue_facts(session, organization_id, issue_id)
    return facts, await links.linear_id(session, organization_id, issue_id)
