"""How fast one credential asks the outside. All replicas keep the pace together."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect
from bot.domain.pace import Pace
from bot.domain.retry import NotYourTurn, Platform, RateLimited
from storage import pace as turns
from storage.transaction import Transaction

# Slack's tiers (docs.slack.dev/apis/web-api/rate-limits): 20 calls a minute in tier 2, 50 in tier 3, of each method
# in each workspace; the burst is part of the minute. Posts: about one a second in a channel.
_TIER_2, _TIER_3 = Pace(60 / 17, 4), Pace(60 / 45, 6)
# Linear lets whole hours be spent at once, and tells in its headers what is left: we pause only when it says so.
LINEAR = "linear"
PACES: Mapping[str, Pace] = MappingProxyType(
    {
        LINEAR: Pace(0.0),
        "chat.postMessage": Pace(1.0, 3),
        "chat.update": _TIER_3,
        "chat.delete": _TIER_3,
        "conversations.open": _TIER_3,
        "conversations.history": _TIER_3,
        "conversations.replies": _TIER_3,
        "pins.add": _TIER_2,
    }
)
# For tests, whose Slack has no limits: nobody waits, and nothing is written for it.
NO_PACES: Mapping[str, Pace] = MappingProxyType({})


def fingerprint(credential: str) -> str:
    """Return what tells one credential from another, and does not tell it: limits are each credential's own."""
    return hashlib.sha256(credential.encode()).hexdigest()[:12]


class Pacing:
    """Gives out turns.

    Args:
        transaction: where the turns are kept.
        credential: whose limits they are; only its fingerprint is kept.
        paces: how fast each method may be called; one that is not there may be called at any time.
    """

    def __init__(self, transaction: Transaction, credential: str, paces: Mapping[str, Pace]) -> None:
        self._transaction = transaction
        self._prefix = fingerprint(credential)
        self._paces = paces

    async def take_turn(
        self, effect: Effect | None, method: str, channel_id: str = "", *, then: Record = nothing_more
    ) -> None:
        """Go on when it is this effect's turn; None: that of somebody who keeps none, and comes again.

        ``then`` is written with it, in one transaction.

        Raises:
            NotYourTurn: it comes later, and is kept for it.
        """
        pace, key = self._paces.get(method), self._key(method, channel_id)
        if pace is None:
            if then is not nothing_more:
                await self._transaction.write(then)
            return
        granted = effect is not None and effect.granted == key
        wait = await self._transaction.write(partial(_take, key=key, pace=pace, granted=granted, then=then))
        if wait > 0:
            raise NotYourTurn(key, wait)

    async def wait_for_turn(self, method: str, pause: Callable[[float], Awaitable[None]]) -> None:
        """Go on when it is one's turn, for somebody who can wait for it; ``pause`` waits for so many seconds."""
        pace, key = self._paces.get(method), self._key(method, "")
        granted = False
        while pace is not None:
            take = partial(turns.take_turn, key=key, pace=pace, granted=granted)
            wait = await self._transaction.write(take)
            if wait <= 0:
                return
            await pause(wait)
            granted = True

    @contextlib.asynccontextmanager
    async def obeying(self, method: str, channel_id: str = "") -> AsyncIterator[None]:
        """Let nobody call a method as long as its platform asks for it; what another one asks is none of it."""
        try:
            yield
        except RateLimited as asked:
            pace, key = self._paces.get(method), self._key(method, channel_id)
            platform = Platform.LINEAR if method == LINEAR else Platform.SLACK
            if pace is not None and asked.platform is platform:
                await self._transaction.write(partial(turns.pause, key=key, pace=pace, seconds=asked.seconds))
            raise

    def _key(self, method: str, channel_id: str) -> str:
        return f"{self._prefix}:{method}:{channel_id}"


async def _take(session: AsyncSession, *, key: str, pace: Pace, granted: bool, then: Record) -> float:
    wait = await turns.take_turn(session, key, pace, granted=granted)
    if wait <= 0:
        await then(session)
    return wait
