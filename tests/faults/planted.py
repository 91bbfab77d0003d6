"""The bot with a fault in it, for the harness alone: a harness that cannot fail shows nothing.

    PLANTED=no-fence python -m tests.faults.planted serve

is ``python app.py serve`` with one part replaced by a wrong one. Nothing of it is in the program: the names under
which it finds its parts are given other classes, in the process that is started for it and nowhere else. That is
what the house forbids in tests, which prove how the program behaves; here a program is made that behaves wrongly,
and the harness is what is proven. ``running_bot`` does not take these parts: nothing but this would give it others.
"""

import asyncio
import enum
import os
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import app
from bot.delivery import routes
from bot.delivery.slack_posts import SlackPosts
from bot.delivery.worker import Record, Worker, nothing_more
from bot.domain.effects import Effect, Lease, Posted, Unsettled
from bot.domain.retry import AlreadyDone, Ambiguous, DeliveryFailure, RetryAfter
from bot.views.issue_message import MessageView
from storage import tables

# The variable that names the fault, and the module that runs the bot with it.
VARIABLE, PROGRAM = "planted", "tests.faults.planted"
# How often a send is tried, and how long it waits between, in seconds.
TRIES, PAUSE = 20, 0.5


class Planted(enum.StrEnum):
    """A fault that the harness is to find."""

    NO_LOOKUP = "no-lookup"
    PAID_FIRST = "paid-first"
    NO_FENCE = "no-fence"


class PostsWithoutLooking(SlackPosts):
    """Posts again after a lost answer, and does not look whether the first one stands there."""

    async def post(
        self,
        effect: Effect,
        channel_id: str,
        view: MessageView,
        **more: Any,
    ) -> Posted:
        """Post, as if nothing had been tried before."""
        return await super().post(replace(effect, unsettled=None), channel_id, view, **more)


class PaysFirst(Worker):
    """Marks an effect as done, and sends it then: with care, but a kill between loses it."""

    async def _deliver_one(self, held: Lease) -> Lease | None:
        following = await self._write_record(held, nothing_more)
        effect = held.effect
        for _ in range(TRIES):
            try:
                await self._transaction.write(await self._deliver(effect))
            except AlreadyDone:
                break
            except DeliveryFailure as failure:
                await asyncio.sleep(failure.seconds if isinstance(failure, RetryAfter) else PAUSE)
                if isinstance(failure, Ambiguous):
                    effect = replace(effect, unsettled=Unsettled(first=60.0, last=60.0))
            else:
                break
        return following


class Unfenced(Worker):
    """Records what came of a delivery whoever holds the lane by then."""

    async def _write_record(self, held: Lease, record: Record) -> Lease | None:
        return await super()._write_record(await self._as_if_held(held), record)

    async def _accept_failure(self, held: Lease, failure: DeliveryFailure) -> Lease | None:
        return await super()._accept_failure(await self._as_if_held(held), failure)

    async def _as_if_held(self, held: Lease) -> Lease:
        async def look(session: AsyncSession) -> int:
            return (await session.scalars(select(tables.Lane.fence).where(tables.Lane.id == held.lane_id))).one()

        return replace(held, fence=await self._transaction.read(look))


# Which module finds which part under which name.
_PARTS: Mapping[Planted, tuple[ModuleType, type]] = {
    Planted.NO_LOOKUP: (routes, PostsWithoutLooking),
    Planted.PAID_FIRST: (app, PaysFirst),
    Planted.NO_FENCE: (app, Unfenced),
}


def cli() -> None:
    """Run the program with the fault that the environment names."""
    module, wrong = _PARTS[Planted(os.environ[VARIABLE.upper()])]
    [right, *_] = wrong.__bases__
    vars(module)[right.__name__] = wrong
    app.cli()


if __name__ == "__main__":
    cli()
