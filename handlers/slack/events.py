"""Events of Slack's Events API: a table of those that we act on, and an explicit list of those that we leave."""

import asyncio
from collections.abc import Mapping
from functools import partial

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from handlers.inbox import NotYetError, Sweep, act_on, finish, is_final
from handlers.slack.acts import Body
from handlers.slack.channel_events import (
    on_channel_back,
    on_channel_id_changed,
    on_channel_lost,
    on_channel_shared,
    on_member_joined,
)
from handlers.slack.errors import tell_of_late_end, words_for
from handlers.slack.occurrences import DOOR_KEYS, Occurrence, OnEvent, occurrence_again, occurrence_of
from handlers.slack.parts import SlackParts
from handlers.slack.threads import on_message
from handlers.tasks import ends_within
from storage import inbox
from storage.inbox import Told

log = structlog.stdlib.get_logger(__name__)

# Subscribed to from the first day, because a later scope would make every workspace reinstall the app.
# Nothing is owed for these yet: App Home, links and reactions come with their features.
LEFT_ALONE = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_rename",
        "channel_unshared",
        "file_shared",
        "link_shared",
        "reaction_added",
        "tokens_revoked",
        "user_change",
    }
)
# Slack tells it again after any status but 2xx: at once, after a minute and after five.
AGAIN = BoltResponse(status=503, body="not stored yet")


class Events:
    """Answers events: remembered first, then acted on, acknowledged last.

    Unknown ones are logged once, so that they are noticed.
    """

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self._noticed: set[str] = set()
        self.table: Mapping[str, OnEvent] = {
            "message": on_message,
            "channel_archive": on_channel_lost,
            "channel_id_changed": on_channel_id_changed,
            "channel_left": on_channel_lost,
            "channel_shared": on_channel_shared,
            "channel_unarchive": on_channel_back,
            "group_archive": on_channel_lost,
            "group_left": on_channel_lost,
            "group_unarchive": on_channel_back,
            "member_joined_channel": on_member_joined,
        }

    async def accept(
        self, ack: AsyncAck, body: Body, client: AsyncWebClient, context: AsyncBoltContext
    ) -> BoltResponse:
        """Accept any event; Bolt would answer 404 to one without a listener, and Slack counts that against us."""
        occurrence = occurrence_of(self._parts, body, client, context)
        on_event = self.table.get(occurrence.kind)
        if on_event is None:
            self._leave(occurrence.kind)
            return await ack()
        task = self._parts.tasks.start(_take(occurrence, on_event))
        if await ends_within(task, self._parts.answer_seconds):
            return await ack() if _is_settled(task) else AGAIN
        # It goes on to its end; told again, it is found done.
        task.add_done_callback(tell_of_late_end)
        return AGAIN

    async def act_again(self, told: Told, client: AsyncWebClient) -> None:
        """Act on an event that the inbox remembers, as if it were just told.

        Raises:
            NotYetError: it is to come again.
            Exception: whatever acting on it raises.
        """
        parts, occurrence = self._parts, occurrence_again(self._parts, told, client)
        deed = await self.table[occurrence.kind](occurrence)
        if deed is None:
            await finish(parts.transaction, told.key, parts.clock())
        else:
            await act_on(parts.transaction, told.key, parts.clock(), deed)

    def _leave(self, kind: str) -> None:
        if kind not in LEFT_ALONE and kind not in self._noticed:
            self._noticed.add(kind)
            log.warning("an event that we do not know", event_type=kind)


def event_sweep(parts: SlackParts, client: AsyncWebClient) -> Sweep:
    """Return what acts again on events that failed half-way."""
    return Sweep(parts.transaction, parts.clock, DOOR_KEYS, partial(Events(parts).act_again, client=client))


async def _take(occurrence: Occurrence, on_event: OnEvent) -> bool:
    """Remember an event and act on it; tells whether it needs no second telling."""
    deed = await on_event(occurrence)
    if deed is None:
        return True
    transaction, key, now = occurrence.parts.transaction, occurrence.key, occurrence.parts.clock()
    if await transaction.write(partial(inbox.remember, key=key, body=occurrence.body, now=now)):
        try:
            await act_on(transaction, key, now, deed)
        except NotYetError:
            log.info("an event that is to come again", key=key)
            return False
    return True


def _is_settled(task: asyncio.Task[bool]) -> bool:
    """Tell whether an event needs no second telling: carried out, or refused for good."""
    error = task.exception()
    if error is None:
        return task.result()
    if not isinstance(error, Exception):
        raise error
    words_for(error)
    return is_final(error)
