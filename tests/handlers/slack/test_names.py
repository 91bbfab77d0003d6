"""Names for the ids in a message, for readers to whom an id means nothing."""

from datetime import UTC, datetime

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.people import ProfileKind, SlackAccount
from handlers.slack.acts import Act
from handlers.slack.names import MOST_NAMES, names_in
from handlers.slack.parts import SlackParts
from handlers.slack.text import as_typed
from handlers.tasks import TaskKeeper
from sandbox.faults import Answer, Fault, slack_rate_limit
from tests.world import World


def act_in(world: World) -> Act:
    """Return an act of Ada's in the intake channel."""
    company = world.company
    parts = SlackParts(transaction=world.bot.transaction, clock=lambda: datetime.now(UTC), tasks=TaskKeeper())
    client = AsyncWebClient(token=company.app.bot_token, base_url=company.slack.api_url, retry_handlers=[])
    return Act(
        parts=parts,
        client=client,
        account=SlackAccount(company.team.id, company.ada.id),
        team_id=company.team.id,
        trigger_id="",
        channel_id=company.intake.id,
    )


async def typed(world: World, text: str) -> str:
    return as_typed(text, await names_in(act_in(world), text))


async def test_people_and_channels_are_named(world: World) -> None:
    company = world.company
    await world.join(company.victor, ProfileKind.VENDOR)
    text = f"<@{company.victor.id}> and <@{company.bo.id}>, see <#{company.intake.id}> or <#{company.intake.id}|>"
    shown = f"@Victor Vendor and @Bo Nilsson, see #{company.intake.name} or #{company.intake.name}"
    assert await typed(world, text) == shown
    # Who is known here need not be asked for; each of the others is asked for once.
    asked = [call.args["user"] for call in company.slack.calls_of("users.info")]
    assert asked.count(company.bo.id) == 1
    assert company.victor.id not in asked
    assert len(company.slack.calls_of("conversations.info")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no mention",
        "<@U1|ada> has her name beside her",
        "<#C1|help> too",
        "<!channel> <!subteam^S1|team> <https://a.example|x>",
        "<@lower> <@U1 2> <@>",
        "&lt;@U1&gt;",
    ],
)
async def test_where_a_name_stands_already_or_nobody_is_mentioned_slack_is_not_asked(
    world: World, text: str
) -> None:
    before = len(world.company.slack.calls)
    assert await names_in(act_in(world), text) == {}
    assert len(world.company.slack.calls) == before


@pytest.mark.parametrize(
    "fault",
    [Fault(drop=True), Fault(answer=slack_rate_limit(30)), Fault(answer=Answer(500, "no"))],
    ids=["lost", "429", "500"],
)
async def test_a_name_that_slack_does_not_tell_leaves_the_id_and_the_rest(world: World, fault: Fault) -> None:
    company = world.company
    for method in ("users.info", "conversations.info"):
        company.slack.faults.plant(method, *[fault] * 2)
    text = f"<@{company.bo.id}> in <#{company.intake.id}>"
    assert await typed(world, text) == f"@{company.bo.id} in #{company.intake.id}"
    assert await typed(world, "<@UNOBODY> in <#CNOWHERE>") == "@UNOBODY in #CNOWHERE"


async def test_no_more_are_asked_for_than_a_reply_can_wait_for(world: World) -> None:
    text = " ".join(f"<@U{number:05d}>" for number in range(100)) + " <#C1> <#C2>"
    await names_in(act_in(world), text)
    slack = world.company.slack
    asked = [call for call in slack.calls_of("users.info") if call.args["user"].startswith("U0")]
    assert len(asked) == MOST_NAMES
    assert len(slack.calls_of("conversations.info")) == 2


async def test_a_name_that_looks_like_markup_mentions_nobody(world: World) -> None:
    company = world.company
    evil = company.slack.add_user(company.team, "<!channel>", "&amp;")
    company.slack.invite(company.intake, evil)
    assert await typed(world, f"hello <@{evil.id}>") == "hello @<!channel> &"
