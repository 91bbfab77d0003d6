"""Comparing our records with what stands in Slack and Linear. Nothing is changed here."""

import html
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import httpx
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.failures import is_gone, linear_failure, slack_failure
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_reading import seen_issue
from bot.delivery.linear_ways import LinearCalls, LinearWays
from bot.delivery.slack import message_view
from bot.delivery.slack_history import PAGE, Found, marked
from bot.domain.effects import EffectKind
from bot.domain.issues import IssueRef
from bot.domain.reconciled import IN_LINEAR, Compared, Difference, Expected, What, Wrong, compare
from bot.domain.retry import DeliveryFailure, RetryAfter
from bot.domain.sync import Verdict
from bot.slack_errors import SLACK_ERRORS, code_of
from bot.usecases.agree_with_linear import rehearse_linear_issue
from storage import links
from storage.links import IssueMessage
from storage.reconciling import expected_messages, is_anything_owed
from storage.shown import IssueFacts, issue_facts
from storage.transaction import Transaction

# Slack's words for a thread, or a channel, in which nothing of ours stands.
_NOTHING_THERE = frozenset({"thread_not_found", "message_not_found", "channel_not_found"})
# Half an hour of being asked to wait a minute: then somebody has to look later.
MOST_WAITS = 30


class Reconciler:
    """Compares. Every method raises ``DeliveryFailure`` where the outside cannot be asked.

    Args:
        transaction: our records.
        slack: without retry handlers.
        linear: each organization's.
        since: from when on channels are read (UTC).
        pause: waits for so many seconds, when the outside asks for it.
    """

    def __init__(
        self,
        transaction: Transaction,
        slack: AsyncWebClient,
        linear: LinearWays,
        *,
        since: datetime,
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._transaction = transaction
        self._slack = slack
        self._linear = linear
        self._since = since
        self._pause = pause
        self._channels: dict[str, Sequence[Found]] = {}

    async def compare(self, ref: IssueRef) -> Compared:
        """Compare one issue."""
        look = partial(issue_facts, organization_id=ref.organization_id, issue_id=ref.issue_id)
        facts = await self._transaction.read(look)
        expected = await self._transaction.read(partial(expected_messages, ref=ref))
        found = [one async for one in self._in_slack(facts, expected)]
        found += [one async for one in self._in_linear(facts)]
        owed = await self._transaction.read(partial(is_anything_owed, ref=ref))
        return Compared(ref=ref, number=facts.issue.number, on_its_way=owed, differences=found)

    async def _in_slack(self, facts: IssueFacts, expected: Sequence[Expected]) -> AsyncIterator[Difference]:
        for message in facts.messages:
            if message.channel_id is None or message.ts is None:
                continue
            thread = await self._thread(message.channel_id, message.ts)
            here = [one for one in expected if one.audience is message.audience]
            mine = [one for one in here if message.ts in {one.ts, one.thread_ts}]
            seen = defaultdict[uuid.UUID, set[str]](set)
            for one in (*marked({"messages": thread}), *await self._channel(message.channel_id)):
                for effect_id in one.effect_ids:
                    seen[effect_id].add(one.ts)
            for difference in compare(mine, seen):
                yield difference
            if (stale := await self._stale(facts, message, mine, thread)) is not None:
                yield stale

    async def _stale(
        self, facts: IssueFacts, message: IssueMessage, mine: Sequence[Expected], thread: Sequence[Any]
    ) -> Difference | None:
        """Return the issue message as a difference if it does not say what it should."""
        linear_on = await self._linear.is_on(facts.issue.organization_id)
        view = message_view(facts, message.audience, linear_on=linear_on)
        posts = [one for one in mine if one.kind is EffectKind.SLACK_POST_ISSUE]
        shown = [one for one in thread if one.get("ts") == message.ts]
        if not posts or not shown or _read(str(shown[0].get("text"))) == _read(view.text):
            return None
        return Difference(wrong=Wrong.DIFFERENT, what=What.MESSAGE, audience=message.audience, expected=posts[0])

    async def _in_linear(self, facts: IssueFacts) -> AsyncIterator[Difference]:
        ref = facts.issue.ref
        if facts.unlinked or facts.linear_team_id is None or not await self._linear.is_on(ref.organization_id):
            return
        look = partial(links.linear_id, organization_id=ref.organization_id, issue_id=ref.issue_id)
        linear_id = await self._transaction.read(look)
        found = None if linear_id is None else await self._linear_issue(ref.organization_id, linear_id)
        seen = None if found is None else seen_issue(found)
        if seen is None or seen.gone:
            yield Difference(wrong=Wrong.MISSING, what=What.LINEAR_ISSUE)
            return
        rehearse = partial(rehearse_linear_issue, organization_id=ref.organization_id, seen=seen, by={})
        for decision in await self._transaction.read(rehearse):
            if decision.ref == ref and decision.verdict in {Verdict.WRITE, Verdict.ACCEPT}:
                yield Difference(wrong=Wrong.DIFFERENT, what=IN_LINEAR[decision.field])

    async def _linear_issue(self, organization_id: int, linear_id: str) -> Any | None:
        calls = LinearCalls(self._linear)

        async def ask() -> Any:
            try:
                return (await calls.try_to_run(organization_id, "Issue", {"id": linear_id}))["issue"]
            except (LinearError, httpx.TransportError) as error:
                if isinstance(error, LinearError) and is_gone(error):
                    return None
                raise linear_failure(error) from error

        return await self._patiently(ask)

    async def _channel(self, channel_id: str) -> Sequence[Found]:
        """Return what of ours stands in a channel, read once: a double of a message has no thread with it."""
        if channel_id not in self._channels:
            oldest = f"{self._since.timestamp():.6f}"
            asked = {"channel": channel_id, "oldest": oldest, "limit": PAGE, "include_all_metadata": True}
            pages = self._pages(self._slack.conversations_history, asked)
            self._channels[channel_id] = [found async for page in pages for found in marked(page)]
        return self._channels[channel_id]

    async def _thread(self, channel_id: str, ts: str) -> list[Any]:
        """Return an issue message with its replies; nothing when it is gone."""
        asked = {"channel": channel_id, "ts": ts, "limit": PAGE, "include_all_metadata": True}
        pages = self._pages(self._slack.conversations_replies, asked)
        return [message async for page in pages for message in page.get("messages") or ()]

    async def _pages(self, method: Callable[..., Awaitable[Any]], asked: dict[str, Any]) -> AsyncIterator[Any]:
        while True:
            page = await self._page(method, asked)
            yield page
            asked = asked | {"cursor": (page.get("response_metadata") or {}).get("next_cursor")}
            if not asked["cursor"]:
                return

    async def _page(self, method: Callable[..., Awaitable[Any]], asked: dict[str, Any]) -> Any:
        async def ask() -> Any:
            try:
                return (await method(**asked)).data
            except SLACK_ERRORS as error:
                if isinstance(error, SlackApiError) and code_of(error) in _NOTHING_THERE:
                    return {}
                raise slack_failure(error) from error

        return await self._patiently(ask)

    async def _patiently(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        for _ in range(MOST_WAITS):
            try:
                return await ask()
            except RetryAfter as failure:
                await self._pause(failure.seconds)
        raise DeliveryFailure("too fast for too long")


def _read(text: str) -> list[str]:
    """Return a text as it is read: Slack may give it back escaped and spaced in another way than it was sent."""
    return html.unescape(text).split()
