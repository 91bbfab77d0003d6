"""What the program finds out before the first customer does."""

import pytest

from app import running_bot
from bot.errors import InvalidError
from sandbox.faults import Answer, Fault
from tests.world import World, open_world

STARTS = 2


async def test_a_token_that_slack_refuses_is_named_at_the_start(database_url: str) -> None:
    with pytest.raises(InvalidError, match="SLACK_BOT_TOKEN is refused by Slack"):
        async with open_world(database_url, slack_bot_token="xoxb-of-another-app"):
            pass


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault(answer=Answer(503, "away", content_type="text/plain"))])
async def test_slack_being_away_is_no_reason_not_to_start(world: World, fault: Fault) -> None:
    world.company.slack.faults.plant("auth.test", fault)
    async with running_bot(world.settings, works=False):
        assert len(world.company.slack.calls_of("auth.test")) == STARTS
