"""Comparing our records with what stands in Slack and Linear. Nothing is changed here."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.compared_linear import LinearComparing
from bot.delivery.compared_slack import SlackComparing
from bot.delivery.linear_ways import LinearCalls, LinearWays
from bot.delivery.looking import Looking
from bot.delivery.pacing import LINEAR, Pacing
from bot.delivery.slack_reading import Pause, SlackReading, patiently
from bot.domain.issues import IssueRef
from bot.domain.organizations import Organization
from bot.domain.pace import Pace
from bot.domain.reconciled import Compared, Difference, Expected, Unread, Wrong
from bot.domain.retry import Platform
from storage import reconciling
from storage.shown import IssueFacts, issue_facts, vendors_message
from storage.transaction import Transaction

T = TypeVar("T")


class Reconciler:
    """Compares, as far as the outside can be read: what cannot be is noted, and the rest is compared.

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
        self._at_slack = Looking(Platform.SLACK)
        self._at_linear = defaultdict[int, Looking](partial(Looking, Platform.LINEAR))

    async def compare(self, ref: IssueRef) -> Compared:
        """Compare one issue."""
        look = partial(issue_facts, organization_id=ref.organization_id, issue_id=ref.issue_id)
        facts = await self._transaction.read(look)
        expected = await self._transaction.read(partial(reconciling.expected_messages, ref=ref))
        unread = list[Unread]()
        found = await self._compare_threads(facts, expected, unread)
        found += await self._compare_linear(facts, unread)
        return Compared(
            ref=ref,
            organization_id=ref.organization_id,
            organization_name=facts.public.organization_name,
            number=facts.issue.number,
            on_its_way=await self._transaction.read(partial(reconciling.is_anything_owed, ref=ref)),
            differences=found,
            unread=unread,
        )

    async def compare_channels(self, organization: Organization) -> Compared:
        """Compare what an organization has in its channels, and with its owner, beside its issues."""
        look = partial(reconciling.expected_alone, organization_id=organization.id, since=self._since)
        expected = await self._transaction.read(look)
        owed = partial(reconciling.is_anything_owed_alone, organization_id=organization.id)
        found, unread = list[Difference](), list[Unread]()
        for channel_id in dict.fromkeys(one.channel_id for one in expected):
            here = [one for one in expected if one.channel_id == channel_id]
            ask, missed = partial(_all, self._in_slack.alone, channel_id, here), list[Unread]()
            found += await self._at_slack.look(ask, missed, channel_id) or []
            # Whoever took us out of a channel has unlinked it: then nothing is missed there.
            unread += [one for one in missed if one.over or any(each.wanted for each in here)]
        return Compared(
            ref=None,
            organization_id=organization.id,
            organization_name=organization.name,
            number=None,
            on_its_way=await self._transaction.read(owed),
            differences=found,
            unread=unread,
        )

    async def _compare_threads(
        self, facts: IssueFacts, expected: list[Expected], unread: list[Unread]
    ) -> list[Difference]:
        found = list[Difference]()
        for message in facts.messages:
            ask = partial(_all, self._in_slack.thread, facts, message, expected)
            found += await self._at_slack.look(ask, unread, message.channel_id, message.audience) or []
        return found

    async def _compare_linear(self, facts: IssueFacts, unread: list[Unread]) -> list[Difference]:
        organization_id, found = facts.issue.organization_id, list[Difference]()
        if facts.unlinked or facts.linear_team_id is None or not await self._linear.is_on(organization_id):
            return found
        if facts.linear is not None and facts.linear.gone is not None:
            # The records know, and vendors see it; whether it is back is asked once a day.
            return found

        async def ask() -> None:
            found.extend(await self._asking(organization_id, partial(_all, self._in_linear.issue, facts)))
            if facts.linear is None or any(one.wrong is Wrong.MISSING for one in found):
                return
            found.extend(await self._asking(organization_id, partial(_all, self._in_linear.comments, facts)))
            attachments = partial(self._in_linear.attachments, link=await self._permalink(facts, unread))
            found.extend(await self._asking(organization_id, partial(_all, attachments, facts)))

        await self._at_linear[organization_id].look(ask, unread)
        return found

    async def _permalink(self, facts: IssueFacts, unread: list[Unread]) -> str | None:
        """Return the address of the message in which vendors see an issue; None: there is none, or it is unread."""
        message = vendors_message(facts)
        if message is None:
            return None
        ask = partial(self._in_slack.permalink, message)
        return await self._at_slack.look(ask, unread, message.channel_id, message.audience)

    async def _asking(self, organization_id: int, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask Linear in its turn; what it asks to wait holds for everybody."""
        pacing = Pacing(self._transaction, (await self._linear.of(organization_id)).key, self._paces)

        async def in_turn() -> T:
            await pacing.wait_for_turn(LINEAR, self._pause)
            async with pacing.obeying(LINEAR):
                return await ask()

        return await patiently(in_turn, self._pause)


async def _all(compare: Callable[..., AsyncIterator[Difference]], *of: object) -> list[Difference]:
    return [one async for one in compare(*of)]
