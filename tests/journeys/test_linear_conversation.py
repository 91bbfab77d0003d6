"""A conversation that goes on in Slack and in Linear at once, told by signed webhooks in any weather."""

from collections.abc import AsyncIterator

import pytest

from bot.views.comment_lines import FROM_ORGANIZATION, IN_LINEAR, TRIAGE_INTERNAL, TRIAGE_TO_CUSTOMER
from sandbox.linear.engineer import Engineer
from sandbox.linear.switches import Switches
from tests.journeys.threads import raised, said_in
from tests.world import World, open_world

NAME = "Dana Engineer"


def to_customer(text: str) -> str:
    return f"{FROM_ORGANIZATION.format(name='Dana', organization='Acme')}\n> {text}"


def in_triage(text: str, *, public: bool = False) -> str:
    heading = TRIAGE_TO_CUSTOMER if public else TRIAGE_INTERNAL
    return f"{heading.format(name=IN_LINEAR.format(name=NAME))}\n> {text}"


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, webhook=True) as opened:
        yield opened


@pytest.fixture
def dana(world: World) -> Engineer:
    linear = world.company.linear
    return linear.as_user(linear.add_user(world.company.linear_organization, NAME, "dana@elsewhere.example"))


def bodies(world: World) -> list[str]:
    [issue] = world.company.linear.issues()
    return [comment.body for comment in issue.comments]


async def test_what_is_said_anywhere_is_read_where_it_may_be(world: World, dana: Engineer) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    [issue] = company.linear.issues()
    await slack.as_user(company.ada).post(company.intake, "It began *today*.", thread=shown.customer)
    # Neither does Slack keep an order.
    await world.settle()
    await slack.as_user(company.vera).post(company.triage, "Our migration?", thread=shown.triage)
    await world.settle()
    assert bodies(world) == [
        "**Ada Lovelace** (customer)\n\nIt began \\*today\\*.",
        "**Internal note** by Vera Vendor\n\nOur migration?",
    ]
    assert [one.parent_id for one in company.linear.issues()[0].comments] == [None, None]
    note = dana.comment(issue, "**Yes**, our migration.")
    # Nor do webhooks: of two at once either may be heard first.
    await world.settle()
    said = dana.comment(issue, "@customer We found it.", answering=note)
    await world.settle()
    assert said_in(world, shown.customer) == [to_customer("We found it.")]
    assert said_in(world, shown.triage)[-2:] == [
        in_triage("Yes, our migration."),
        in_triage("We found it.", public=True),
    ]
    world.clock.move(1)
    dana.edit_comment(said, "We found it, and it was us.")
    dana.delete_comment(note)
    await world.settle()
    assert said_in(world, shown.customer) == []
    assert len(bodies(world)) == 2


@pytest.mark.parametrize(
    "weather",
    [Switches(copies=2), Switches(order="before"), Switches(stale=3600.0)],
    ids=["twice", "early", "late"],
)
async def test_the_weather_changes_nothing(world: World, dana: Engineer, weather: Switches) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    [issue] = company.linear.issues()
    company.linear.webhooks.switches = weather
    await slack.as_user(company.ada).post(company.intake, "It began today.", thread=shown.customer)
    await world.settle()
    dana.comment(issue, "Our migration.")
    await world.settle()
    dana.comment(issue, "@customer We found it.")
    await world.settle()
    assert said_in(world, shown.customer) == [to_customer("We found it.")]
    mine = [line for line in said_in(world, shown.triage) if NAME in line]
    assert mine == [in_triage("Our migration."), in_triage("We found it.", public=True)]
    assert len(bodies(world)) == 3
