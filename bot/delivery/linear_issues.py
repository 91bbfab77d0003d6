"""Effects that are owed to Linear for an issue: the issue itself, and the link back to Slack."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_conflict, is_gone, linear_failure, missing_entity
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_lookups import LinearLookups
from bot.delivery.linear_reading import seen_issue
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect
from bot.domain.issues import Status
from bot.domain.linear_seen import SeenIssue
from bot.domain.linear_state import AGREES
from bot.domain.linear_team import NO_TEAM_YET
from bot.domain.retry import AlreadyDone, RetryAfter
from bot.domain.synced import PRIORITY_NUMBERS
from bot.usecases.linear_gone import NOT_FOUND
from bot.usecases.linear_links import link_linear_issue
from bot.views.linear_markdown import issue_description
from storage import links
from storage.links import NewLinearIssue
from storage.shown import IssueFacts, issue_facts
from storage.transaction import Transaction

# The type of state in which a new issue is, as far as it matters.
NEW_STATE_TYPE = "unstarted"
# How long an issue waits before it looks whether the team is there: that costs a read, and no call to Linear. It is
# hurried when the team comes, unless it was raised in that very moment.
ISSUE_PAUSE_SECONDS = 20.0

Clock = Callable[[], datetime]
Permalink = Callable[[IssueFacts], Awaitable[str | None]]


class LinearIssues:
    """Delivers issues to Linear.

    Args:
        linear: asks Linear.
        lookups: who is who there.
        transaction: state is read at the moment of sending.
        permalink: tells the address of the message in which vendors see an issue.
        clock: gives the time in UTC.
    """

    def __init__(
        self,
        linear: LinearCalls,
        lookups: LinearLookups,
        transaction: Transaction,
        *,
        permalink: Permalink,
        clock: Clock,
    ) -> None:
        self._linear = linear
        self._lookups = lookups
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
        assignee_id = None
        if facts.issue.assignee_user_id is not None:
            assignee_id = await self._lookups.person(effect.organization_id, facts.issue.assignee_user_id)
        seen = await self._create_issue(effect, facts.linear_team_id, facts, assignee_id)
        return partial(
            link_linear_issue,
            organization_id=effect.organization_id,
            issue_id=effect.issue_id,
            new=_linked_as(seen, facts, assignee_id),
            now=self._clock(),
        )

    async def attach_thread(self, effect: Effect) -> Record:
        """Attach the address of the vendors' message to the Linear issue; raises as above."""
        facts, linear_id = await self._transaction.read(partial(_linked, effect=effect))
        # Where the channel is closed to us, only what else Linear is to have of this issue waits, until it is open.
        url = None if linear_id is None else await self._permalink(facts)
        if url is None:
            # It was unlinked since, or its message taken away.
            raise AlreadyDone("there is nothing to attach, or nothing to attach it to")
        # The same address gives the same attachment: AttachmentCreate is an upsert by issue and url.
        title = f"Slack: {facts.issue.number}"
        wanted = {"issueId": linear_id, "url": url, "title": title}
        try:
            await self._linear.try_to_run(effect.organization_id, "AttachmentCreate", {"input": wanted})
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_gone(error):
                raise AlreadyDone(NOT_FOUND) from error
            raise linear_failure(error) from error
        return nothing_more

    async def _facts(self, effect: Effect) -> IssueFacts:
        look = partial(issue_facts, organization_id=effect.organization_id, issue_id=effect.issue_id)
        return await self._transaction.read(look)

    async def _create_issue(
        self, effect: Effect, team_id: str, facts: IssueFacts, assignee_id: str | None
    ) -> SeenIssue:
        client_id = str(effect.id)
        wanted = {
            "id": client_id,
            "teamId": team_id,
            "title": facts.public.title,
            "description": issue_description(facts.public),
            "priority": PRIORITY_NUMBERS[facts.public.priority],
        }
        if assignee_id is not None:
            wanted["assigneeId"] = assignee_id
        try:
            data = await self._linear.try_to_run(effect.organization_id, "IssueCreate", {"input": wanted})
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_conflict(error, "Issue", client_id):
                found = await self._linear.run(effect.organization_id, "Issue", {"id": client_id})
                return seen_issue(found["issue"])
            if isinstance(error, LinearError) and assignee_id and missing_entity(error) == "User":
                # They are told of it later, should they come (back).
                await self._lookups.forget_person(effect.organization_id, facts.issue.assignee_user_id or 0)
                return await self._create_issue(effect, team_id, facts, None)
            raise linear_failure(error) from error
        return seen_issue(data["issueCreate"]["issue"])


def _linked_as(seen: SeenIssue, facts: IssueFacts, assignee_id: str | None) -> NewLinearIssue:
    """Return what is known of an issue that was opened.

    Where somebody there was quicker than the answer, what we sent is the common ground, and it is read anew.
    """
    issue = facts.issue
    sent = (issue.title, PRIORITY_NUMBERS[issue.priority], assignee_id)
    assignee = None if seen.assignee is None else seen.assignee.id
    as_sent = (seen.title, seen.priority, assignee) == sent and seen.state_type in AGREES[Status.OPEN]
    return NewLinearIssue(
        linear_id=seen.linear_id,
        team_id=seen.team_id,
        identifier=seen.identifier,
        url=seen.url,
        state_id=seen.state_id if as_sent else "",
        state_name=seen.state_name,
        state_type=seen.state_type if as_sent else NEW_STATE_TYPE,
        title=issue.title,
        description=seen.description,
        priority=PRIORITY_NUMBERS[issue.priority],
        assignee=seen.assignee if assignee == assignee_id else None,
        seen_at=seen.updated_at if as_sent and not seen.gone else None,
    )


async def _linked(session: AsyncSession, *, effect: Effect) -> tuple[IssueFacts, str | None]:
    """Return an issue and its id in Linear, both of one moment."""
    organization_id, issue_id = effect.organization_id, effect.issue_id
    facts = await issue_facts(session, organization_id, issue_id)
    return facts, await links.linear_id(session, organization_id, issue_id)
