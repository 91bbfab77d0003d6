"""Linear's webhooks on their way: late ones come when their time has come, and for a while none comes at all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sandbox.company import Company
from sandbox.linear.subscription import Webhook
from tests.faults.fleet import Fleet
from tests.faults.letters import Letters
from tests.faults.reading import Reading
from tests.faults.weather import Storm

SECRET = "the-secret-of-a-webhook-on-this-machine"
LOOK_SECONDS, DAY_SECONDS = 0.5, 8.0
# In seconds: when the webhook is switched off, and how often the bot is restarted then, so that it asks.
SILENT_AFTER, RESTART_SECONDS = 8.0, 4.0
# What the bot asks when nobody tells it anything.
ASKED_THEN = frozenset(
    {"IssuesUpdatedSince", "CommentsUpdatedSince", "IssueHistory", "IssuesByIds", "CommentsByIds"}
)
WHY = "Webhooks"


@dataclass
class Mail:
    """All that Linear tells the bot.

    Args:
        company: whose Linear it is.
        webhook: where it is told.
        letters: how each is carried while the storm blows.
        reading: what the bot asks Linear itself.
        storm: knows what was asked.
        fleet: asks when it starts.
    """

    company: Company
    webhook: Webhook
    letters: Letters
    reading: Reading
    storm: Storm
    fleet: Fleet
    silences: int = 0

    @contextlib.asynccontextmanager
    async def carried(self) -> AsyncIterator[None]:
        """Let webhooks meet their weather while this lasts, and time go by."""
        webhooks, over = self.company.linear.webhooks, asyncio.Event()
        webhooks.weather = self.letters
        going_by = asyncio.get_running_loop().create_task(self._go_by(over))
        try:
            yield
        finally:
            over.set()
            await going_by
            webhooks.weather = None

    async def _go_by(self, over: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        next_day = loop.time() + DAY_SECONDS
        while not over.is_set():
            await self.company.linear.webhooks.retry_due()
            # Nobody holds the database meanwhile, which would wait for us and we for it.
            async with self.fleet.struck:
                await self.reading.let_ten_minutes_pass()
                if loop.time() >= next_day:
                    await self.reading.let_a_day_pass()
                    next_day = loop.time() + DAY_SECONDS
            await asyncio.sleep(LOOK_SECONDS)

    async def fall_silent(self) -> None:
        """Switch the webhook off, as Linear does with one that fails, until the bot has asked for everything.

        It asks when it starts; so it is updated now and then, as whoever runs it would.
        """
        loop = asyncio.get_running_loop()
        await asyncio.sleep(SILENT_AFTER)
        self.webhook.enabled, update_at = False, loop.time() + RESTART_SECONDS
        try:
            while not self.storm.calls[WHY] or self.storm.missing & {*ASKED_THEN, WHY}:
                if not self.storm.calls[WHY]:
                    async with self.fleet.struck:
                        await self.reading.miss_many()
                await asyncio.sleep(LOOK_SECONDS)
                if loop.time() >= update_at:
                    await self.fleet.restart_one()
                    update_at = loop.time() + RESTART_SECONDS
        finally:
            self.silences += self.storm.calls[WHY] > 0
            self.webhook.enabled = True

    async def deliver_all(self) -> bool:
        """Send at once whatever waits for its time; tells whether there was anything."""
        webhooks = self.company.linear.webhooks
        waiting = [each for each in webhooks.deliveries if each.state in {"held", "waiting"}]
        await webhooks.release(*waiting)
        await webhooks.quiet()
        return bool(waiting)
