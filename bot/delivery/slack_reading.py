"""What stands in channels and threads, read by somebody who has time: at the pace that all of us keep together."""

import html
import re
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.failures import slack_failure
from bot.delivery.pacing import Pacing
from bot.delivery.slack_history import PAGE, Found, marked
from bot.domain.retry import DeliveryFailure, GiveUp, RetryAfter
from bot.slack_errors import SLACK_ERRORS, code_of

T = TypeVar("T")
# Waits for so many seconds.
Pause = Callable[[float], Awaitable[None]]
# Slack's words for a thread that is gone. A channel that it does not find may only be closed to us.
_NOTHING_THERE = frozenset({"thread_not_found", "message_not_found"})
# Half an hour of being asked to wait a minute: then somebody has to look later.
MOST_WAITS = 30
# How Slack gives back an address or a mention, with the words that are shown for it or without.
_LINK = re.compile(r"<(?:[^<>|]*\|)?([^<>|]*)>")
_SHORTCODE = re.compile(r":[a-z0-9_+'-]+:")
_SYMBOLS = frozenset({"So", "Sk", "Cf", "Cn", "Mn"})


async def patiently(ask: Callable[[], Awaitable[T]], pause: Pause) -> T:
    """Ask until one is not asked to wait any more.

    Raises:
        DeliveryFailure: the outside cannot be asked, or asks to wait too often.
    """
    for _ in range(MOST_WAITS):
        try:
            return await ask()
        except RetryAfter as failure:
            await pause(failure.seconds)
    raise DeliveryFailure("it asked to wait again and again")


class SlackReading:
    """Reads. Every method raises ``DeliveryFailure`` where Slack cannot be asked.

    Args:
        client: without retry handlers.
        pacing: whose turns it takes, and whom it tells when Slack asks to wait.
        since: from when on channels are read (UTC).
        pause: waits until its turn comes, or for as long as Slack asks.
    """

    def __init__(self, client: AsyncWebClient, pacing: Pacing, *, since: datetime, pause: Pause) -> None:
        self._client = client
        self._pacing = pacing
        self._since = since
        self._pause = pause
        self._channels: dict[str, Sequence[Found]] = {}
        # What was refused stays refused for as long as we read.
        self._refused: dict[tuple[str, str], str] = {}

    async def channel(self, channel_id: str) -> Sequence[Found]:
        """Return what of ours stands in a channel itself, read once."""
        if channel_id not in self._channels:
            oldest = f"{self._since.timestamp():.6f}"
            asked = {"channel": channel_id, "oldest": oldest, "limit": PAGE, "include_all_metadata": True}
            pages = self._pages("conversations.history", self._client.conversations_history, asked)
            self._channels[channel_id] = [found async for page in pages for found in marked(page)]
        return self._channels[channel_id]

    async def thread(self, channel_id: str, ts: str) -> list[Mapping[str, Any]]:
        """Return a message with its replies, as Slack gives them; nothing when it is gone."""
        asked = {"channel": channel_id, "ts": ts, "limit": PAGE, "include_all_metadata": True}
        pages = self._pages("conversations.replies", self._client.conversations_replies, asked)
        return [message async for page in pages for message in page.get("messages") or ()]

    async def permalink(self, channel_id: str, ts: str) -> str | None:
        """Return a message's address; None when it is gone."""
        asked = {"channel": channel_id, "message_ts": ts}
        found = await self._page("chat.getPermalink", self._client.chat_getPermalink, asked)
        permalink: str | None = found.get("permalink")
        return permalink

    async def _pages(
        self, name: str, method: Callable[..., Awaitable[Any]], asked: dict[str, Any]
    ) -> AsyncIterator[Any]:
        while True:
            page = await self._page(name, method, asked)
            yield page
            asked = asked | {"cursor": (page.get("response_metadata") or {}).get("next_cursor")}
            if not asked["cursor"]:
                return

    async def _page(self, name: str, method: Callable[..., Awaitable[Any]], asked: dict[str, Any]) -> Any:
        refused = self._refused.get(this := (name, asked["channel"]))
        if refused is not None:
            raise GiveUp(refused)
        try:
            return await self._ask(name, method, asked)
        except GiveUp as failure:
            self._refused[this] = failure.reason
            raise

    async def _ask(self, name: str, method: Callable[..., Awaitable[Any]], asked: dict[str, Any]) -> Any:
        async def ask() -> Any:
            await self._pacing.wait_for_turn(name, self._pause)
            async with self._pacing.obeying(name):
                try:
                    return (await method(**asked)).data
                except SLACK_ERRORS as error:
                    if isinstance(error, SlackApiError) and code_of(error) in _NOTHING_THERE:
                        return {}
                    raise slack_failure(error) from error

        return await patiently(ask, self._pause)


def as_read(text: str) -> str:
    """Return a text as it is read, the same for one that was sent and for what Slack gives back of it.

    That may be escaped, spaced in another way, with addresses in brackets and emoji by their names.
    """
    plain = _SHORTCODE.sub("", html.unescape(_LINK.sub(r"\1", text)))
    return " ".join("".join(one for one in plain if unicodedata.category(one) not in _SYMBOLS).split())
