"""Many deliveries at once: what is fresh is followed once, what is stale asked for, the rest changes nothing."""

from bot.domain.linear_told import Heard
from tests.handlers.linear.many import send_many
from tests.world import WEBHOOK_SECRET, open_world

FIFTH = 8


async def test_of_many_deliveries_each_has_its_own_outcome(database_url: str) -> None:
    async with open_world(database_url, linear_webhook_secret=WEBHOOK_SECRET) as world:
        await world.raise_issue(world.company.ada, world.company.intake, "Export fails")
        await world.settle()
        sent = await send_many(world, FIFTH)
        assert sent.statuses == {
            ("fresh", 200): 2 * FIFTH,
            ("doubled", 200): FIFTH,
            ("stale", 200): FIFTH,
            ("forged", 401): FIFTH,
        }
        assert {heard: count for heard, count in sent.outcomes.items() if count} == {
            Heard.APPLIED: 2 * FIFTH,
            Heard.DOUBLED: FIFTH,
            Heard.STALE: FIFTH,
            Heard.FORGED: FIFTH,
        }
        assert (sent.comments, sent.asked) == (2 * FIFTH, FIFTH)
