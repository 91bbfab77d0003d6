"""Reading for a comparison keeps the pace of those who deliver meanwhile."""

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.pacing import Pacing
from bot.domain.pace import Pace
from bot.domain.retry import NotYourTurn
from sandbox.faults import Fault, slack_rate_limit
from storage import tables
from storage.types import database_now
from tests.bot.delivery.office import Office
from tests.bot.delivery.test_reconciling import reconciler, told

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Bystander:
    """Somebody else who reads threads with the same credential, and lets time pass where reading waits."""

    def __init__(self, office: Office, pace: Pace) -> None:
        self.paces, self.waited = {"conversations.replies": pace}, list[float]()
        self._office = office
        self._pacing = Pacing(office.transaction, str(office.client.token), self.paces)

    async def pause(self, seconds: float) -> None:
        """Let so many seconds pass; meanwhile nobody else has a turn."""
        self.waited.append(seconds)
        with pytest.raises(NotYourTurn):
            await self._pacing.take_turn(None, "conversations.replies")
        await self._office.transaction.write(self._come)

    @staticmethod
    async def _come(session: AsyncSession) -> None:
        await session.execute(update(tables.Pace).values(free_at=database_now(), paused_until=None))


@pytest.mark.both_databases
async def test_reading_waits_for_its_turn_and_what_slack_asks_holds_for_everybody(office: Office) -> None:
    issue = await told(office)
    other = Bystander(office, Pace(60.0, 1))
    reading = reconciler(office, paces=other.paces, pause=other.pause)
    assert (await reading.compare(issue.ref)).differences == []
    assert other.waited == [pytest.approx(60, abs=20)]

    other = Bystander(office, Pace(0.0))
    office.slack.faults.plant("conversations.replies", Fault(answer=slack_rate_limit(90)))
    reading = reconciler(office, paces=other.paces, pause=other.pause)
    assert (await reading.compare(issue.ref)).differences == []
    assert other.waited == [90]
