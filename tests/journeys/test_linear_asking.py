"""Asking Linear for what no webhook told: all of it, once, in turn, and of nobody else's team."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from bot.domain.linear_webhook import WebhookFault, fault_of
from bot.views.linear_lines import IS_IT_SOLVED
from sandbox.faults import Fault, broken_answer
from sandbox.linear.history import SETTLED_SECONDS
from storage import linear_sync, tables
from tests.journeys.messages import change
from tests.journeys.test_linear_webhooks import an_engineer, in_linear, reconcile, settle
from tests.journeys.threads import comments, raised, thread
from tests.world import World, register

URL = "https://threadline.example/linear/webhook"


@pytest.mark.parametrize(
    ("webhooks", "fault"),
    [
        ([], WebhookFault.MISSING),
        ([{"url": "https://other.example/hook", "enabled": True}], WebhookFault.MISSING),
        ([{"url": URL, "enabled": False}], WebhookFault.DISABLED),
        ([{"url": f"{URL}/own", "enabled": False}, {"url": URL, "enabled": True}], WebhookFault.NOT_ARRIVING),
    ],
)
def test_what_is_wrong_with_the_webhook_is_told_by_linears_own_list(
    webhooks: list[dict[str, object]], fault: WebhookFault
) -> None:
    assert fault_of(webhooks) is fault


async def test_every_page_is_read_and_the_next_time_begins_where_it_ended(world: World) -> None:
    await raised(world)
    engineer = an_engineer(world)
    for number in range(55):
        engineer.comment(in_linear(world), f"Word {number}")
    await reconcile(world, after=300)
    said = sorted(await comments(world))
    assert said == sorted(("internal", f"Word {number}") for number in range(55))
    assert len(world.company.linear.calls_of("CommentsUpdatedSince")) == 2
    await reconcile(world)
    assert sorted(await comments(world)) == said


def move_on(world: World) -> None:
    """Let it be so long after the issue's opening that what changes is in its history."""
    world.clock.move(SETTLED_SECONDS)


def lose_webhooks(world: World) -> None:
    world.company.linear.webhooks.switches.lose = True


async def test_who_did_what_only_asking_found_is_told_by_name_and_asked_once(world: World) -> None:
    shown, engineer, linear = await raised(world), an_engineer(world), world.company.linear
    move_on(world)
    lose_webhooks(world)
    frank = linear.add_user(world.company.linear_organization, "Frank Fixer", "frank@acme.example")
    engineer.set_priority(in_linear(world), "Urgent")
    linear.as_user(frank).move(in_linear(world), "In Progress")
    await reconcile(world)
    [told] = thread(world, shown.customer)[1:]
    assert told == ("In Linear, Eve set the priority to Urgent.\nIn Linear, Frank started working on it.")
    [asked] = linear.calls_of("IssueHistory")
    assert asked.variables == {"ids": [in_linear(world).id]}
    await reconcile(world)
    await reconcile(world, after=86_400)
    assert len(linear.calls_of("IssueHistory")) == 1


@pytest.mark.parametrize("history", ["cannot be asked", "has no entry"])
async def test_what_nobody_is_known_for_is_told_without_a_name(world: World, history: str) -> None:
    shown, engineer = await raised(world), an_engineer(world)
    lose_webhooks(world)
    if history == "cannot be asked":
        move_on(world)
        world.company.linear.faults.plant("IssueHistory", Fault(answer=broken_answer()))
    engineer.move(in_linear(world), "Done")
    await reconcile(world)
    assert thread(world, shown.customer)[1:] == [f"In Linear, it was resolved. {IS_IT_SOLVED}"]


async def test_what_could_not_be_asked_is_asked_the_next_time(world: World) -> None:
    await raised(world)
    await reconcile(world)
    read = partial(linear_sync.sync_of, organization_id=world.acme.organization_id)
    before = (await world.bot.transaction.read(read)).watermark
    world.clock.move(3600)
    engineer = an_engineer(world)
    engineer.comment(in_linear(world), "Found it")
    world.company.linear.faults.plant("CommentsUpdatedSince", Fault(answer=broken_answer()))
    await reconcile(world)
    assert (await world.bot.transaction.read(read)).watermark == before
    assert await comments(world) == []
    await reconcile(world)
    assert await comments(world) == [("internal", "Found it")]
    after = (await world.bot.transaction.read(read)).watermark
    assert before is not None
    assert after is not None
    assert after - before >= timedelta(hours=1)


@pytest.mark.both_databases
async def test_of_several_replicas_one_asks(world: World) -> None:
    await raised(world)
    run = world.bot.jobs.reconcile_linear
    world.clock.move(600)
    await asyncio.gather(*(run() for _ in range(4)))
    assert len(world.company.linear.calls_of("IssuesUpdatedSince")) == 1


async def test_nothing_of_another_organizations_team_is_followed(world: World) -> None:
    await raised(world)
    engineer, linear = an_engineer(world), world.company.linear
    other = await register(world.bot.transaction, world.company, "Other", world.company.victor)
    theirs = linear.add_team(world.company.linear_organization, "Other")
    mine = tables.Organization.id == other.organization_id
    await change(world, update(tables.Organization).where(mine).values(linear_team_id=theirs.id))
    issue = engineer.raise_issue(theirs, "Theirs")
    engineer.comment(issue, "@customer Secret")
    await reconcile(world)
    assert {call.variables["teamId"] for call in linear.calls_of("IssuesUpdatedSince")} == {
        in_linear_of(world, "Export fails"),
        theirs.id,
    }
    assert await comments(world) == []
    await settle(world)


def in_linear_of(world: World, title: str) -> str:
    """Return the team of the issue with this title."""
    return next(issue.team_id for issue in world.company.linear.issues() if issue.title == title)
