"""What stands in Slack already: messages found again by the effect's id in their metadata."""

import contextlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.failures import slack_failure
from bot.delivery.pacing import Pacing
from bot.domain.effects import Effect
from bot.domain.retry import DeliveryFailure, NotSent, RetryAfter
from bot.slack_errors import SLACK_ERRORS, code_of

# The name under which an effect's id stands in a message's metadata. Every member of the workspace can read
# metadata, so nothing else goes there (Slack's documentation, "Message metadata").
METADATA_EVENT = "threadline_effect"
# Slack gives 15 to apps that are sold outside its Marketplace, whatever is asked for.
PAGE = 100
# How far, in seconds, our clock and Slack's may be apart: if they are further, Slack's signatures are refused, too.
SKEW_SECONDS = 300.0
# How long, in seconds, it is remembered how far something was read, and what was found: many may wait for a turn.
KEPT_SECONDS = 3600.0
# Slack's word for a page that it cannot go on with.
FORGOTTEN = "invalid_cursor"

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Where:
    """A channel, or a thread in it."""

    channel_id: str
    thread_ts: str | None


@dataclass(frozen=True)
class Found:
    """A message, and the effects that it carries out."""

    ts: str
    effect_ids: tuple[uuid.UUID, ...]


@dataclass
class _Reading:
    """How far a channel or thread was read from a moment on: it may be one page a minute.

    ``cursor`` is that of the next page, ``used`` when it was last gone on with.
    """

    where: Where
    oldest: str
    attempts: int
    used: datetime
    cursor: str | None = None
    ended: bool = False
    found: list[Found] = field(default_factory=list)


class SlackHistory:
    """Reads channels and threads. Every method raises ``DeliveryFailure``.

    Args:
        client: the way to Slack.
        pacing: how fast.
        clock: gives the time in UTC.
    """

    def __init__(self, client: AsyncWebClient, pacing: Pacing, clock: Clock) -> None:
        self._client = client
        self._pacing = pacing
        self._clock = clock
        # By the effect that asks, and where: when it has to wait half-way, it goes on where it was. What was found
        # is kept until whoever asked has changed it: to read it again would cost the turn that was waited for.
        self._readings: dict[tuple[uuid.UUID, Where], _Reading] = {}

    async def find(self, effect: Effect, wanted: uuid.UUID, where: Where, first: float) -> list[Found]:
        """Return the messages that carry an effect's id, the oldest first.

        Args:
            effect: on whose behalf it is read.
            wanted: the id.
            where: the channel or thread.
            first: how many seconds ago the oldest of them can have been posted.
        """
        reading = self._reading(effect, where, first)
        try:
            while not reading.ended:
                page = await self._page(effect, reading)
                reading.found += [found for found in marked(page) if wanted in found.effect_ids]
                reading.cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
                reading.ended = reading.cursor is None
                # The turn that was kept is taken.
                effect = replace(effect, granted=None)
        except RetryAfter:
            raise
        except DeliveryFailure:
            self._readings.pop((effect.id, where), None)
            raise
        return sorted(reading.found, key=lambda found: float(found.ts))

    def settle(self, effect: Effect, where: Where) -> None:
        """Take it that nothing of what was found stands there any more, while the same attempt waits for more."""
        reading = self._readings.get((effect.id, where))
        if reading is not None:
            reading.found.clear()

    def _reading(self, effect: Effect, where: Where, first: float) -> _Reading:
        """Return how far it was read in this attempt, or a new reading."""
        now = self._clock()
        kept = timedelta(seconds=KEPT_SECONDS)
        self._readings = {key: each for key, each in self._readings.items() if now - each.used < kept}
        reading = self._readings.get((effect.id, where))
        # Nobody has done anything since but wait for a turn: attempts count, whoever makes them.
        if reading is None or reading.attempts != effect.attempts:
            oldest = max((now - timedelta(seconds=first + SKEW_SECONDS)).timestamp(), 0)
            reading = _Reading(where, f"{oldest:.6f}", effect.attempts, now)
            self._readings[effect.id, where] = reading
        if not reading.ended:
            reading.used = now
        return reading

    async def _page(self, effect: Effect, reading: _Reading) -> Mapping[str, Any]:
        where = reading.where
        method = "conversations.history" if where.thread_ts is None else "conversations.replies"
        asked: dict[str, Any] = {
            "channel": where.channel_id,
            "oldest": reading.oldest,
            "include_all_metadata": True,
            "limit": PAGE,
            "cursor": reading.cursor,
        }
        await self._pacing.take_turn(effect, method)
        async with self._pacing.obeying(method):
            try:
                if where.thread_ts is None:
                    answer = await self._client.conversations_history(**asked)
                else:
                    answer = await self._client.conversations_replies(ts=where.thread_ts, **asked)
            except SLACK_ERRORS as error:
                if reading.cursor is not None and isinstance(error, SlackApiError) and code_of(error) == FORGOTTEN:
                    raise NotSent("Slack does not know any more how far it was read") from error
                raise slack_failure(error) from error
        data: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {}
        return data


def marked(page: Mapping[str, Any]) -> Iterator[Found]:
    """Return the messages of a page that carry out effects of ours."""
    for message in page.get("messages") or ():
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") == METADATA_EVENT:
            yield Found(str(message["ts"]), tuple(_ids(payload)))


def _ids(payload: Mapping[str, Any]) -> Iterator[uuid.UUID]:
    for one in (str(payload.get("id")), *str(payload.get("also")).split(",")):
        # Anybody's app may write metadata of our name, with anything in it.
        with contextlib.suppress(ValueError):
            yield uuid.UUID(one)
