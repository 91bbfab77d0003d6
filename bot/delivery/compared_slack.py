"""Our records compared with what stands in Slack: an issue's messages with their threads, and what stands alone."""

import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from bot.delivery.slack import GoesToLinear, message_view
from bot.delivery.slack_history import Found, marked
from bot.delivery.slack_reading import SlackReading, as_read
from bot.delivery.slack_words import words_of
from bot.domain.reconciled import Difference, Expected, SeenFile, What, Wrong, compare, compare_files
from storage import reconciling_files
from storage.links import IssueMessage
from storage.shown import IssueFacts
from storage.transaction import Transaction

Seen = Mapping[uuid.UUID, Collection[str]]


class SlackComparing:
    """Compares. Every method raises ``DeliveryFailure`` where Slack cannot be asked.

    Args:
        reading: the way to Slack.
        transaction: our records.
        goes_to_linear: tells whether an organization's issues go to Linear.
    """

    def __init__(self, reading: SlackReading, transaction: Transaction, goes_to_linear: GoesToLinear) -> None:
        self._reading = reading
        self._transaction = transaction
        self._goes_to_linear = goes_to_linear

    async def thread(
        self, facts: IssueFacts, message: IssueMessage, expected: Sequence[Expected]
    ) -> AsyncIterator[Difference]:
        """Compare a message that shows an issue, and what stands below it; ``expected`` is of all its messages."""
        here = [_placed(one, message) for one in expected if one.audience is message.audience]
        mine = [one for one in here if _belongs(one, message)]
        thread = await self._thread(message)
        above = [] if message.channel_id is None else await self._reading.channel(message.channel_id)
        seen = _seen((*marked({"messages": thread}), *above))
        found = list(compare(mine, seen))
        if message.ts is None and not any(one.what is What.MESSAGE for one in found):
            yield Difference(wrong=Wrong.MISSING, what=What.MESSAGE, audience=message.audience)
        for difference in found:
            yield difference
        texts = {str(one.get("ts")): str(one.get("text")) for one in thread}
        there = [one for one in mine if one.wanted and one.ts in seen.get(one.effect_id, ())]
        async for different in self._texts(facts, message, there, texts):
            yield different
        for difference in await self._files(facts, message, thread):
            yield difference

    async def alone(self, channel_id: str | None, expected: Sequence[Expected]) -> AsyncIterator[Difference]:
        """Compare what stands in a channel and in no issue's thread; None: what was never posted."""
        found = [] if channel_id is None else await self._reading.channel(channel_id)
        for difference in compare(expected, _seen(found)):
            yield difference

    async def permalink(self, message: IssueMessage) -> str | None:
        """Return the address of a message that was posted; None: it is gone."""
        if message.channel_id is None or message.ts is None:
            return None
        return await self._reading.permalink(message.channel_id, message.ts)

    async def _thread(self, message: IssueMessage) -> Sequence[Mapping[str, Any]]:
        if message.channel_id is None or message.ts is None:
            return []
        return await self._reading.thread(message.channel_id, message.ts)

    async def _files(
        self, facts: IssueFacts, message: IssueMessage, thread: Sequence[Mapping[str, Any]]
    ) -> Sequence[Difference]:
        if not thread:
            # They follow the message when it is there (again).
            return []
        look = partial(reconciling_files.expected_files, ref=facts.issue.ref, audience=message.audience)
        return list(compare_files(await self._transaction.read(look), list(_files_of_ours(thread))))

    async def _texts(
        self, facts: IssueFacts, message: IssueMessage, there: Sequence[Expected], texts: Mapping[str, str]
    ) -> AsyncIterator[Difference]:
        """Return the messages that do not say what they would today."""
        groups = defaultdict[str, list[Expected]](list)
        for one in there:
            if one.ts is not None and one.ts in texts:
                groups[one.ts].append(one)
        for ts, told in groups.items():
            says = await self._says(facts, message, told)
            if says is not None and as_read(says) != as_read(texts[ts]):
                first = told[0]
                yield Difference(wrong=Wrong.DIFFERENT, what=first.what, audience=message.audience, expected=first)

    async def _says(self, facts: IssueFacts, message: IssueMessage, told: Sequence[Expected]) -> str | None:
        if told[0].what is What.MESSAGE:
            linear_on = await self._goes_to_linear(facts.issue.organization_id)
            return message_view(facts, message.audience, linear_on=linear_on).text
        view = await words_of(self._transaction, facts, told[0].kind, [one.about for one in told])
        return None if view is None else view.text


def _placed(one: Expected, message: IssueMessage) -> Expected:
    """Return what was never posted with the place where it would stand."""
    if one.ts is not None:
        return one
    thread_ts = None if one.what is What.MESSAGE else message.ts
    return replace(one, channel_id=message.channel_id, thread_ts=thread_ts)


def _belongs(one: Expected, message: IssueMessage) -> bool:
    """Tell whether it concerns this message: one that was in its place before had a thread of its own."""
    # Slack gives out a ts once in a channel.
    return one.ts is None or (one.channel_id == message.channel_id and message.ts in {one.ts, one.thread_ts})


def _seen(found: Iterable[Found]) -> Seen:
    seen = defaultdict[uuid.UUID, set[str]](set)
    for one in found:
        for effect_id in one.effect_ids:
            seen[effect_id].add(one.ts)
    return seen


def _files_of_ours(thread: Sequence[Mapping[str, Any]]) -> Iterator[SeenFile]:
    """Return the files that whoever wrote the first message, which are we, shared in its thread."""
    first, *replies = thread
    for reply in replies:
        for file in reply.get("files") or () if reply.get("user") == first.get("user") else ():
            # Of a file that was deleted its name is left ("tombstone").
            if file.get("mode") != "tombstone":
                yield SeenFile(str(file["id"]), str(file.get("name")), int(file.get("size") or 0))
