"""A channel is closed to the bot, for good as it seems: what is owed there is parked, and goes on later."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from sandbox.company import Company
from tests.faults.ledger import Ledger

ARCHIVED, REMOVED = "channel archived for a while", "bot removed from a channel for a while"
# How long it is waited for something to be owed to the channel, in seconds, and then for more behind it.
PATIENCE_SECONDS, MORE_SECONDS = 20.0, 1.5
LOOK_SECONDS = 0.1


@dataclass
class Closing:
    """Closes the triage channel, where every issue is owed something.

    Args:
        company: whose channel it is.
        ledger: says what is parked.
        chance: the same one gives the same ways and moments.
    """

    company: Company
    ledger: Ledger
    chance: random.Random
    parked: set[int] = field(default_factory=set)
    ways: Counter[str] = field(default_factory=Counter)

    async def close_and_open(self, times: int) -> None:
        """Close it so often, and open it again once something is parked."""
        ways = [ARCHIVED, REMOVED] if self.chance.random() < 0.5 else [REMOVED, ARCHIVED]
        for number in range(times):
            await asyncio.sleep(self.chance.uniform(2.0, 4.0))
            way = ways[number % len(ways)]
            self.ways[way] += 1
            self._close(way)
            try:
                await self._wait_for_parked()
            finally:
                self._open(way)

    def _close(self, way: str) -> None:
        slack, triage = self.company.slack, self.company.triage
        if way == ARCHIVED:
            slack.archive(triage, by=self.company.vera)
        else:
            slack.remove_member(triage, self.company.app.bot_user, by=self.company.vera)

    def _open(self, way: str) -> None:
        slack, triage = self.company.slack, self.company.triage
        if way == ARCHIVED:
            slack.unarchive(triage, by=self.company.vera)
        else:
            slack.invite(triage, self.company.app.bot_user)

    async def _wait_for_parked(self) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + PATIENCE_SECONDS
        while loop.time() < ends:
            found = await self.ledger.parked()
            if found:
                self.parked |= found
                await asyncio.sleep(MORE_SECONDS)
                self.parked |= await self.ledger.parked()
                return
            await asyncio.sleep(LOOK_SECONDS)
