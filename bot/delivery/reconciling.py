"""Comparing our records with what stands in Slack and Linear. Nothing is changed here."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.compared_linear import LinearComparing
from bot.delivery.compared_slack import SlackComparing
from bot.delivery.linear_ways import LinearCalls, LinearWays
from bot.delivery.pacing import LINEAR, Pacing
from bot.delivery.slack_reading import Pause, SlackReading, patiently
from bot.domain.issues import IssueRef
from bot.domain.organizations import Organization
from bot.domain.pace import Pace
from bot.domain.reconciled import Compared, Difference, Wrong
from storage import reconciling
from storage.shown import IssueFacts, issue_facts
from storage.transaction import Transaction

T = TypeVar("T")


class Reconciler:
    """Compares. Every method raises ``DeliveryFailure`` where the outside cannot be asked.

    Args:
        transaction: our records.
        slack: without retry handlers.
        linear: each organization's.
        paces: how fast the outside is asked, together with a bot that runs meanwhile.
        since: from when on channels are read (UTC).
        pause: waits for so many seconds, until its turn comes or as long as the outside asks for it.
    """

    def __init__(
        self,
        transaction: Transaction,
        slack: AsyncWebClient,
        linear: LinearWays,
        *,
        paces: Mapping[str, Pace],
        since: datetime,
        pause: Pause,
    ) -> None:
        self._transaction = transaction
        self._linear = linear
        self._paces = paces
        self._since = since
        self._pause = pause
        pacing = Pacing(transaction, str(slack.token), paces)
        reading = SlackReading(slack, pacing, since=since, pause=pause)
        self._in_slack = SlackComparing(reading, transaction, linear.is_on)
        self._in_linear = LinearComparing(LinearCalls(linear), transaction)

    async def compare(self, ref: IssueRef) -> Compared:
        """Compare one issue."""
        look = partial(issue_facts, organization_id=ref.organization_id, issue_id=ref.issue_id)
        facts = await self._transaction.read(look)
        expected = await self._transaction.read(partial(reconciling.expected_messages, ref=ref))
        found = [one async for one in self._in_slack.threads(facts, expected)]
        found += await self._compare_linear(facts)
        return Compared(
            ref=ref,
            organization_id=ref.organization_id,
            name=facts.issue.number,
            on_its_way=await self._transaction.read(partial(reconciling.is_anything_owed, ref=ref)),
            differences=found,
        )

    async def compare_channels(self, organization: Organization) -> Compared:
        """Compare what an organization has in its channels, and with its owner, beside its issues."""
        look = partial(reconciling.expected_alone, organization_id=organization.id, since=self._since)
        expected = await self._transaction.read(look)
        owed = partial(reconciling.is_anything_owed_alone, organization_id=organization.id)
        return Compared(
            ref=None,
            organization_id=organization.id,
            name=organization.name,
            on_its_way=await self._transaction.read(owed),
            differences=[one async for one in self._in_slack.alone(expected)],
        )

    async def _compare_linear(self, facts: IssueFacts) -> list[Difference]:
        organization_id = facts.issue.organization_id
        if facts.unlinked or facts.linear_team_id is None or not await self._linear.is_on(organization_id):
            return []
        found = await self._asking(organization_id, partial(_all, self._in_linear.issue, facts))
        if facts.linear is not None and not any(one.wrong is Wrong.MISSING for one in found):
            found += await self._asking(organization_id, partial(_all, self._in_linear.comments, facts))
            attachments = partial(self._in_linear.attachments, link=await self._in_slack.permalink(facts))
            found += await self._asking(organization_id, partial(_all, attachments, facts))
        return found

    async def _asking(self, organization_id: int, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask Linear in its turn; what it asks to wait holds for everybody."""
        pacing = Pacing(self._transaction, (await self._linear.of(organization_id)).key, self._paces)

        async def in_turn() -> T:
            await pacing.wait_for_turn(LINEAR, self._pause)
            async with pacing.obeying(LINEAR):
                return await ask()

        return await patiently(in_turn, self._pause)


async def _all(compare: Callable[[IssueFacts], AsyncIterator[Difference]], facts: IssueFacts) -> list[Difference]:
    return [one async for one in compare(facts)]
