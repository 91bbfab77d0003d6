"""What is read of Slack's answers about channels; the answers are planted as Slack documents them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.channels import SlackChannel
from bot.domain.organizations import ChannelAddress
from bot.errors import UnavailableError
from handlers.slack.channels import AT_ONCE, MEMBERS_LOOKED_AT, look_at_channel, look_at_crowd
from sandbox.clock import SettableClock
from sandbox.faults import Answer, Fault
from sandbox.slack import App, Slack, Team
from tests.handlers.slack.door import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Street:
    """A workspace with the bot in it."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.team: Team = slack.add_team("Acme", "acme")
        self.app: App = slack.install_app(self.team)
        self.client = AsyncWebClient(token=self.app.bot_token, base_url=slack.api_url, retry_handlers=[])

    def answer(self, method: str, body: dict[str, Any]) -> None:
        self.slack.faults.plant(method, Fault(answer=Answer(200, json.dumps(body))))

    async def look(self, **shown: Any) -> SlackChannel:
        self.answer("conversations.info", {"ok": True, "channel": {"id": "C1", **shown}})
        return await look_at_channel(self.client, ChannelAddress(self.team.id, "C1"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street() -> AsyncIterator[Street]:
    slack = Slack(SettableClock(NOW))
    await slack.serve()
    yield Street(slack)
    await slack.aclose()


@pytest.mark.parametrize(
    ("shown", "external", "companies"),
    [
        ({}, False, set()),
        ({"is_ext_shared": True, "connected_team_ids": ["T1", "T2"]}, True, {"T1", "T2"}),
        ({"is_pending_ext_shared": True}, True, set()),
        ({"pending_shared": ["T3"]}, True, {"T3"}),
        ({"pending_connected_team_ids": ["T3"]}, True, {"T3"}),
        ({"is_shared": True, "is_org_shared": True}, False, set()),
        ({"is_shared": True}, True, set()),
        ({"connected_team_ids": None}, False, set()),
    ],
)
async def test_who_else_may_read_a_channel(
    street: Street, shown: dict[str, Any], *, external: bool, companies: set[str]
) -> None:
    found = await street.look(**shown)
    assert found.external is external
    assert found.companies == companies


async def test_the_workspaces_own_id_is_no_other_company(street: Street) -> None:
    assert not (await street.look(connected_team_ids=[street.team.id])).external


async def test_a_direct_message_is_not_asked_for(street: Street) -> None:
    calls = len(street.slack.calls)
    found = await look_at_channel(street.client, ChannelAddress(street.team.id, "D1"))
    assert found.direct
    assert len(street.slack.calls) == calls
    assert (await street.look(is_mpim=True)).direct


async def test_a_channel_that_the_bot_cannot_see_is_a_private_one(street: Street) -> None:
    found = await look_at_channel(street.client, ChannelAddress(street.team.id, "CSECRET"))
    assert (found.private, found.joined, found.direct) == (True, False, False)


async def test_slack_that_is_away_is_said(street: Street) -> None:
    street.slack.faults.plant("conversations.info", Fault(answer=Answer(503, "", content_type="text/html")))
    with pytest.raises(UnavailableError):
        await look_at_channel(street.client, ChannelAddress(street.team.id, "C1"))


async def test_looking_ends_at_the_second_company_and_at_a_hundred_people(street: Street) -> None:
    guests = [
        street.slack.add_user(street.team, f"G{number}", email="g@one.example", guest=True)
        for number in range(MEMBERS_LOOKED_AT + 1)
    ]
    channel = street.slack.add_channel(street.team, "crowded", members=guests)
    address = ChannelAddress(street.team.id, channel.id)
    seen = await look_at_channel(street.client, address)

    crowd = await look_at_crowd(street.client, address, seen)
    assert crowd.companies == {"one.example"}
    assert not crowd.complete
    assert len(street.slack.calls_of("users.info")) == MEMBERS_LOOKED_AT

    guests[0].email = "g@two.example"
    crowd = await look_at_crowd(street.client, address, seen)
    assert crowd.companies == {"one.example", "two.example"}
    assert len(street.slack.calls_of("users.info")) == MEMBERS_LOOKED_AT + AT_ONCE

    channel.members = guests[1:]
    assert (await look_at_crowd(street.client, address, seen)).complete
