"""Engineers work in Linear, and both threads in Slack say so: told by webhooks, or found by asking."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from bot.domain.linear_webhook import MANY_MISSED, WebhookFault
from bot.usecases.linear_gone import IN_THE_TRASH, MOVED_AWAY, NOT_FOUND
from bot.views.owner_news import WEBHOOK_FIXES
from sandbox.linear.engineer import Engineer
from sandbox.linear.history import SETTLED_SECONDS
from sandbox.linear.reading import ReadIssue
from sandbox.linear.switches import Switches
from storage import tables
from tests.journeys.messages import change
from tests.journeys.threads import Shown, comments, raised, thread
from tests.plain_http import plain_http
from tests.world import World, open_world

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, webhook=True) as opened:
        yield opened


def an_engineer(world: World) -> Engineer:
    """Return the hands of an engineer who is no vendor here; the bot has Dana's own key."""
    linear = world.company.linear
    eve = linear.add_user(world.company.linear_organization, "Eve Engineer", "eve@acme.example")
    return linear.as_user(eve)


def in_linear(world: World) -> ReadIssue:
    [issue] = world.company.linear.issues()
    return issue


def lines(world: World, shown: Shown) -> tuple[str, str]:
    """Return what stands in both threads."""
    return "\n".join(thread(world, shown.customer)), "\n".join(thread(world, shown.triage))


def of_owner(world: World) -> str:
    """Return what Vera reads in her direct message."""
    slack, company = world.company.slack, world.company
    return "\n".join(slack.as_text(one) for one in world.posts(slack.direct_channel(company.app, company.vera)))


async def settle(world: World) -> None:
    """Let everything be delivered, the lines too that wait for others."""
    await world.settle()
    await change(world, update(tables.Lane).where(tables.Lane.due.is_not(None)).values(due=LONG_AGO))
    await world.settle()


async def reconcile(world: World, *, after: float = 600) -> None:
    """Let time go by, and the bot ask Linear."""
    world.clock.move(after)
    await world.bot.jobs.reconcile_linear()
    await settle(world)


async def test_what_an_engineer_does_shows_in_both_threads(world: World) -> None:
    shown, engineer = await raised(world), an_engineer(world)
    issue = in_linear(world)
    world.clock.move(60)
    engineer.move(issue, "In Progress")
    engineer.set_priority(issue, "High")
    await settle(world)
    customer, triage = lines(world, shown)
    assert "Eve" in customer
    assert "Eve Engineer" in triage
    world.clock.move(60)
    engineer.comment(issue, "The cron job is stuck")
    # Webhooks keep no order: of two at once either may be heard first.
    await settle(world)
    engineer.comment(issue, "@customer We are on it")
    await settle(world)
    assert await comments(world) == [("internal", "The cron job is stuck"), ("public", "We are on it")]
    customer, triage = lines(world, shown)
    assert "We are on it" in customer
    assert "cron" not in customer
    assert "cron" in triage


async def test_what_webhooks_did_not_tell_is_found_by_asking_and_said_once(world: World) -> None:
    shown, engineer = await raised(world), an_engineer(world)
    world.company.linear.webhooks.switches.lose = True
    world.clock.move(60)
    engineer.move(in_linear(world), "In Progress")
    engineer.comment(in_linear(world), "@customer We are on it")
    await settle(world)
    assert lines(world, shown)[0].count("We are on it") == 0
    await reconcile(world)
    for _ in range(2):
        customer, _triage = lines(world, shown)
        assert customer.count("Eve") >= 1
        assert customer.count("We are on it") == 1
        found = len(thread(world, shown.customer)), len(thread(world, shown.triage))
        await reconcile(world)
        assert (len(thread(world, shown.customer)), len(thread(world, shown.triage))) == found


async def test_what_a_stale_webhook_hints_at_is_told_by_name_as_well(world: World) -> None:
    shown, engineer = await raised(world), an_engineer(world)
    world.clock.move(SETTLED_SECONDS)
    world.company.linear.webhooks.switches.stale = 120
    engineer.move(in_linear(world), "In Progress")
    await settle(world)
    assert thread(world, shown.customer)[1:] == ["In Linear, Eve started working on it."]


async def test_the_owner_is_told_once_that_the_webhook_is_off_until_it_is_on(world: World) -> None:
    await raised(world)
    engineer, linear = an_engineer(world), world.company.linear
    webhook = linear.webhooks.deliveries[-1].webhook
    webhook.enabled = False
    for count in range(MANY_MISSED + 2):
        world.clock.move(60)
        engineer.set_priority(in_linear(world), 1 + count % 4)
        await reconcile(world)
    assert of_owner(world).count(WEBHOOK_FIXES[WebhookFault.DISABLED]) == 1
    async with plain_http() as http:
        ready = (await http.get(f"{world.server.url}/readyz")).json()
        assert "linear_webhook" in ready["warnings"]
        webhook.enabled = True
        engineer.set_priority(in_linear(world), "Low")
        await settle(world)
        ready = (await http.get(f"{world.server.url}/readyz")).json()
        assert "linear_webhook" not in ready["warnings"]


async def test_a_webhook_that_overtakes_the_answer_changes_nothing_twice(world: World) -> None:
    world.company.linear.webhooks.switches = Switches(order="before", copies=2)
    shown = await raised(world)
    engineer = an_engineer(world)
    world.clock.move(60)
    engineer.move(in_linear(world), "In Progress")
    await settle(world)
    said = [line for line in thread(world, shown.customer) if "Eve" in line]
    assert len(said) == 1
    assert in_linear(world).state == "In Progress"


async def test_an_issue_that_is_gone_is_said_once_whoever_finds_it(world: World) -> None:
    shown, engineer = await raised(world), an_engineer(world)
    world.company.linear.webhooks.switches.lose = True
    world.clock.move(60)
    other = world.company.linear.add_team(world.company.linear_organization, "Elsewhere")
    engineer.move_to_team(in_linear(world), other)
    for _ in range(2):
        await reconcile(world, after=86_400)
        assert lines(world, shown)[1].count(MOVED_AWAY) == 1
    assert lines(world, shown)[0].count(MOVED_AWAY) == 0


async def test_one_that_was_deleted_is_said_by_a_webhook(world: World) -> None:
    shown, engineer = await raised(world), an_engineer(world)
    world.clock.move(60)
    engineer.delete(in_linear(world))
    await settle(world)
    assert lines(world, shown)[1].count(IN_THE_TRASH) == 1
    await reconcile(world)
    assert lines(world, shown)[1].count(IN_THE_TRASH) == 1


async def test_one_that_cannot_be_seen_any_more_is_said(world: World) -> None:
    shown, engineer = await raised(world), an_engineer(world)
    world.company.linear.webhooks.switches.lose = True
    world.clock.move(60)
    hidden = world.company.linear.add_team(world.company.linear_organization, "Hidden", private=True)
    world.company.linear.add_member(hidden, engineer._actor.user)  # noqa: SLF001
    engineer.move_to_team(in_linear(world), hidden)
    await reconcile(world, after=86_400)
    assert lines(world, shown)[1].count(NOT_FOUND) == 1


async def test_the_permalink_that_was_taken_away_is_attached_again(world: World) -> None:
    await raised(world)
    [attachment] = in_linear(world).attachments
    async with plain_http() as http:
        query = f'mutation {{ attachmentDelete(id: "{attachment.id}") {{ success }} }}'
        headers = {"Authorization": world.company.linear_key}
        await http.post(world.company.linear_url, json={"query": query}, headers=headers)
    assert in_linear(world).attachments == ()
    await settle(world)
    assert [one.url for one in in_linear(world).attachments] == [attachment.url]
