"""Carrying a webhook through, after its answer: at once, and again by the sweep where that failed."""

import asyncio
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_told import Heard, Served
from bot.usecases.hear_linear import concerned_by, hear
from handlers.inbox import Sweep, act_on, finish, is_final
from handlers.linear.events import Events
from handlers.linear.parts import LinearParts
from handlers.linear.payloads import actor_of
from storage import inbox, linear_events
from storage.inbox import Told

# How the keys begin under which the inbox remembers what Linear told.
DOOR_KEYS = "linear:"
# Few: of a burst, the answers come before what follows from them.
CARRIED_AT_ONCE = 2
log = structlog.stdlib.get_logger(__name__)


def remembered(payload: dict[str, Any], served: Served, *, apply: bool) -> dict[str, Any]:
    """Return what the inbox remembers of a delivery: its words, whom it may concern, whether they may be used."""
    return {"payload": payload, "organization_id": served.organization_id, "apply": apply}


class Carrying:
    """Carries through what the inbox remembers.

    Args:
        parts: of the door.
        events: read what it is about.
    """

    def __init__(self, parts: LinearParts, events: Events) -> None:
        self._parts = parts
        self._events = events
        self._free = asyncio.Semaphore(CARRIED_AT_ONCE)

    async def carry(self, told: Told) -> None:
        """Carry a delivery through; what fails now is left to the sweep."""
        try:
            async with self._free:
                await self.act_again(told)
        except Exception as error:
            if is_final(error):
                log.info("a webhook of Linear led to nothing", key=told.key, reason=str(error))
            else:
                log.warning("a webhook of Linear is not carried through yet", key=told.key, exc_info=error)

    async def act_again(self, told: Told) -> None:
        """Act on a delivery that the inbox remembers, as if it were just told.

        Raises:
            Exception: whatever acting on it raises.
        """
        parts = self._parts
        await act_on(parts.transaction, told.key, parts.clock(), partial(self._act, told))

    async def _act(self, told: Told) -> None:
        parts, payload = self._parts, told.body["payload"]
        served = Served(told.body["organization_id"])
        about = self._events.about(payload)
        if about is None:
            # Other rules than those under which it was remembered: the program was changed meanwhile.
            await finish(parts.transaction, told.key, parts.clock())
            return
        concerned = await parts.transaction.read(partial(concerned_by, about=about, served=served))
        ours = None
        for organization_id in concerned.organization_ids:
            ours = ours or await parts.ourselves(organization_id)
        by = actor_of(payload.get("actor"), ours)
        now, apply = parts.clock(), told.body["apply"]

        async def follow(session: AsyncSession) -> Heard:
            if not await inbox.is_news(session, told.key, now):
                return Heard.DOUBLED
            for organization_id in concerned.organization_ids if apply else ():
                await linear_events.keep(session, organization_id, told.key, payload, now)
            return await hear(session, about, by, served, now, apply=apply)

        heard = await parts.transaction.write(follow)
        log.info(
            "a webhook of Linear",
            key=told.key,
            event_type=payload["type"],
            action=payload["action"],
            heard=heard.value,
        )
        parts.meter.hear_linear(heard)


def webhook_sweep(parts: LinearParts) -> Sweep:
    """Return what carries through what was remembered and not done."""
    carrying = Carrying(parts, Events())
    return Sweep(parts.transaction, parts.clock, DOOR_KEYS, carrying.act_again)
