"""Messages on their way to Slack: posted under an effect's id, edited, deleted; failures named for the queue."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial

from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import slack_failure
from bot.delivery.pacing import Pacing
from bot.delivery.slack_history import METADATA_EVENT, Found, SlackHistory, Where
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import POSTING, SHOWING_THE_PRESENT, Effect, Posted, Unsettled
from bot.domain.retry import AlreadyDone, GiveUp, NotSent, RetryAfter, Unchangeable
from bot.slack_errors import SLACK_ERRORS
from bot.usecases.tidying import owe_tidying
from bot.views.issue_message import MessageView
from storage.effects import begin_posting, set_posted

# So many direct messages are known at most.
MOST_DIRECT = 10_000


@contextlib.contextmanager
def named_failures() -> Iterator[None]:
    """Turn what Slack's client raises into a ``DeliveryFailure``."""
    try:
        yield
    except SLACK_ERRORS as error:
        raise slack_failure(error) from error


class SlackPosts:
    """Posts messages. Every method raises ``DeliveryFailure``.

    Args:
        client: no retry handlers: a dropped answer must reach this code, which alone knows what follows.
        pacing: how fast.
        history: finds what was posted.
        settle_seconds: how long a post whose answer was lost is left before it is looked for.
    """

    def __init__(
        self, client: AsyncWebClient, pacing: Pacing, history: SlackHistory, *, settle_seconds: float
    ) -> None:
        self.client = client
        self._pacing = pacing
        self._history = history
        self._settle_seconds = settle_seconds
        # By the person: whoever waits for a turn to post does not ask again where.
        self._direct: dict[str, str] = {}

    async def post(
        self,
        effect: Effect,
        channel_id: str,
        view: MessageView,
        *,
        thread_ts: str | None = None,
        also: Sequence[uuid.UUID] = (),
    ) -> Posted:
        """Post a message under its effect's id - unless an earlier attempt did: then that one is it.

        Args:
            effect: whose id it carries.
            channel_id: where.
            view: what it says.
            thread_ts: the message under which it is a reply.
            also: other effects that it carries out.

        Raises:
            ValueError: the effect's kind is not known to post: nobody would look for what it leaves.
        """
        if effect.kind not in POSTING:
            raise ValueError(effect.kind)
        where = Where(channel_id, thread_ts)
        if effect.unsettled is not None:
            found = await self._settled(effect, effect.unsettled, where)
            if found:
                return await self._adopted(effect, effect.unsettled, where, found, view)
        effect_ids = (effect.id, *also)
        begin = partial(_begin, effect=effect, where=where)
        async with self._forgetting(channel_id), self._turn(effect, "chat.postMessage", channel_id, begin=begin):
            answer = await self.client.chat_postMessage(
                channel=channel_id,
                thread_ts=thread_ts,
                text=view.text,
                blocks=view.blocks,
                metadata=_metadata(effect_ids),
                unfurl_links=False,
                unfurl_media=False,
            )
        return Posted(channel_id, str(answer["ts"]), thread_ts, effect_ids, again=effect.unsettled is not None)

    def recorded(self, effect: Effect, posted: Posted, then: Record = nothing_more) -> Record:
        """Return what is to be written of a message, and what follows from it."""
        return partial(_record, effect=effect, posted=posted, then=then, seconds=self._settle_seconds)

    async def edit(self, effect: Effect, channel_id: str, ts: str, view: MessageView) -> None:
        """Bring a message up to date; its metadata stays."""
        async with self._turn(effect, "chat.update"):
            await self.client.chat_update(channel=channel_id, ts=ts, text=view.text, blocks=view.blocks)

    async def delete(self, effect: Effect, channel_id: str, ts: str) -> None:
        """Delete a message of ours."""
        async with self._turn(effect, "chat.delete"):
            await self.client.chat_delete(channel=channel_id, ts=ts)

    async def pin(self, effect: Effect, channel_id: str, ts: str) -> None:
        """Pin a message."""
        async with self._turn(effect, "pins.add"):
            await self.client.pins_add(channel=channel_id, timestamp=ts)

    async def direct_message(self, effect: Effect, slack_user_id: str) -> str:
        """Return the direct message with a person; Slack gives the same one each time, and is asked once."""
        known = self._direct.get(slack_user_id)
        if known is not None:
            return known
        async with self._turn(effect, "conversations.open"):
            answer = await self.client.conversations_open(users=slack_user_id)
        if len(self._direct) >= MOST_DIRECT:
            self._direct.clear()
        self._direct[slack_user_id] = channel_id = str(answer["channel"]["id"])
        return channel_id

    async def permalink(self, channel_id: str, ts: str) -> str:
        """Return a message's address."""
        with named_failures():
            answer = await self.client.chat_getPermalink(channel=channel_id, message_ts=ts)
        return str(answer["permalink"])

    async def found(self, effect: Effect, wanted: uuid.UUID, where: Where, first: float) -> list[Found]:
        """Return every message that carries an effect's id, of those since ``first`` seconds ago."""
        return await self._history.find(effect, wanted, where, first)

    async def _settled(self, effect: Effect, unsettled: Unsettled, where: Where) -> list[Found]:
        """Return the messages that earlier attempts left there; what they left elsewhere is deleted."""
        if unsettled.last < self._settle_seconds:
            # Slack may still be about to take it: looking too soon would find nothing, and it would come twice.
            raise RetryAfter("its answer was lost; it is looked for first", self._settle_seconds - unsettled.last)
        before = where if unsettled.channel_id is None else Where(unsettled.channel_id, unsettled.thread_ts)
        if before != where:
            # It is shown elsewhere by now. Where that channel has a new id, or is closed to us, nothing is found.
            with contextlib.suppress(GiveUp, AlreadyDone):
                for left in await self.found(effect, effect.id, before, unsettled.first):
                    await self.delete(effect, before.channel_id, left.ts)
            self._history.settle(effect, before)
        return await self.found(effect, effect.id, where, unsettled.first)

    async def _adopted(
        self, effect: Effect, unsettled: Unsettled, where: Where, found: Sequence[Found], view: MessageView
    ) -> Posted:
        """Take the first message that earlier attempts left for the effect's own; others are looked for later."""
        first = found[0]
        if effect.kind in SHOWING_THE_PRESENT:
            # It says what was so when it was posted, and those that wait behind it will not be sent. One that may
            # not be edited any more is ours all the same.
            with contextlib.suppress(Unchangeable):
                await self.edit(effect, where.channel_id, first.ts, view)
        again = unsettled.repeated or len(found) > 1
        return Posted(where.channel_id, first.ts, where.thread_ts, first.effect_ids, again=again)

    @contextlib.asynccontextmanager
    async def _forgetting(self, channel_id: str) -> AsyncIterator[None]:
        """Ask anew for a direct message that Slack refuses."""
        try:
            yield
        except GiveUp:
            self._direct = {user: known for user, known in self._direct.items() if known != channel_id}
            raise

    @contextlib.asynccontextmanager
    async def _turn(
        self, effect: Effect, method: str, channel_id: str = "", *, begin: Record = nothing_more
    ) -> AsyncIterator[None]:
        await self._pacing.take_turn(effect, method, channel_id, then=begin)
        async with self._pacing.obeying(method, channel_id):
            with named_failures():
                yield


def _metadata(effect_ids: Sequence[uuid.UUID]) -> Metadata:
    first, *others = map(str, effect_ids)
    payload = {"id": first, "also": ",".join(others)} if others else {"id": first}
    return Metadata(event_type=METADATA_EVENT, event_payload=payload)


async def _begin(session: AsyncSession, *, effect: Effect, where: Where) -> None:
    if not await begin_posting(session, effect.id, where.channel_id, where.thread_ts):
        raise NotSent("another worker took the lane over")


async def _record(session: AsyncSession, *, effect: Effect, posted: Posted, then: Record, seconds: float) -> None:
    await set_posted(session, posted)
    if posted.again:
        await owe_tidying(session, effect, seconds=seconds)
    await then(session)
