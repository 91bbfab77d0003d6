"""What Slack told is remembered before it is acted on: whatever happens half-way, it is done once in the end."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from app import running_bot
from bot.domain.inbox import MOST_ATTEMPTS, delay_after
from bot.views.comment_lines import FROM_ORGANIZATION
from handlers.inbox import KEPT_DAYS
from handlers.slack.people import WHO_ARE_YOU
from sandbox.faults import Fault
from sandbox.slack import Person
from tests.databases import Postgres
from tests.journeys.threads import Shown, comments, raised, said_in, tell
from tests.journeys.told import AWAY, asked_about, events, expect_done, forgotten, last_event
from tests.proxy import wire_to
from tests.world import World, open_world

WORDS = "It began on Monday"
SAID = [("public", WORDS)]
TOLD = FROM_ORGANIZATION.format(name="Victor", organization="Acme")
DAY = timedelta(days=1).total_seconds()


async def opened(world: World) -> tuple[Shown, Person]:
    """Let there be an issue, and somebody about whom the bot has to ask Slack."""
    shown = await raised(world)
    return shown, world.company.slack.as_user(await forgotten(world))


async def replied_in_vain(world: World, failures: int = 1) -> Shown:
    """Let somebody reply while Slack does not tell who they are."""
    company, slack = world.company, world.company.slack
    shown, victor = await opened(world)
    slack.faults.plant("users.info", *[AWAY] * failures)
    await victor.post(company.intake, WORDS, thread=shown.customer)
    await slack.quiet()
    assert last_event(world).status == 503
    assert await comments(world) == []
    return shown


async def expect_said_once(world: World, shown: Shown) -> None:
    """Expect that the reply was taken once, told in triage once, and that nothing else is kept of it."""
    await world.settle()
    assert await comments(world) == SAID
    assert len(said_in(world, shown.triage)) == 1
    await expect_done(world, 1)


async def test_what_failed_half_way_is_done_when_it_is_told_again(world: World) -> None:
    shown = await replied_in_vain(world)
    [row] = await events(world)
    assert (row.done_at, row.attempts) == (None, 0)
    assert row.body is not None
    assert row.body["event"]["text"] == WORDS
    assert await world.company.slack.retry_events() == 1
    await expect_said_once(world, shown)
    await world.sweep(after=DAY)
    await expect_said_once(world, shown)


async def test_what_failed_half_way_is_done_by_the_sweep_if_nobody_tells_it_again(world: World) -> None:
    shown = await replied_in_vain(world)
    await world.sweep(after=59)
    assert await comments(world) == []
    await world.sweep(after=1)
    await expect_said_once(world, shown)
    # Slack tells it all the same.
    assert await world.company.slack.retry_events() == 1
    assert last_event(world).status == 200
    await expect_said_once(world, shown)


async def test_what_is_told_twice_is_done_once(world: World) -> None:
    company = world.company
    shown, victor = await opened(world)
    await victor.post(company.intake, WORDS, thread=shown.customer)
    await company.slack.quiet()
    told = last_event(world)
    asked = len(company.slack.calls_of("users.info"))
    await tell(world, told, told)
    await expect_said_once(world, shown)
    assert len(company.slack.calls_of("users.info")) == asked


@pytest.mark.both_databases
async def test_what_is_told_again_while_it_is_acted_on_is_done_once(world: World) -> None:
    company, slack, held = world.company, world.company.slack, asyncio.Event()
    shown, victor = await opened(world)
    slack.faults.plant("users.info", Fault(hold=held), Fault(hold=held), Fault(hold=held))
    await victor.post(company.intake, WORDS, thread=shown.customer)
    await asked_about(world, victor.user, 1)
    again = [asyncio.create_task(slack.deliver_again(last_event(world))), asyncio.create_task(world.sweep())]
    await asked_about(world, victor.user, 3)
    held.set()
    await asyncio.gather(*again)
    await slack.quiet()
    await expect_said_once(world, shown)


async def test_a_refusal_is_an_end_too_in_the_sweep_as_well(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    stranger = slack.add_user(company.team, "Sam", "Stranger", email="sam@acme.example")
    slack.invite(company.intake, stranger)
    sam = slack.as_user(stranger)
    await sam.post(company.intake, WORDS, thread=shown.customer)
    await slack.quiet()
    assert last_event(world).status == 200
    await expect_done(world, 1)
    slack.faults.plant("users.info", AWAY)
    other = slack.add_user(company.team, "Sue", "Stranger", email="sue@acme.example")
    slack.invite(company.intake, other)
    sue = slack.as_user(other)
    await sue.post(company.intake, WORDS, thread=shown.customer)
    await slack.quiet()
    assert last_event(world).status == 503
    await world.sweep()
    assert len(sam.ephemerals) == len(sue.ephemerals) == 1
    await expect_done(world, 2)
    assert await comments(world) == []


async def swept_in_vain(world: World) -> Sequence[int]:
    """Sweep at each time at which something may be due; returns how often it was acted on after each."""
    counts = []
    for attempts in range(MOST_ATTEMPTS):
        await world.sweep(after=delay_after(attempts))
        counts.append((await events(world))[0].attempts)
    return counts


async def test_after_the_last_attempt_it_is_given_up_with_the_reason_and_without_its_words(world: World) -> None:
    shown = await replied_in_vain(world, failures=1 + MOST_ATTEMPTS)
    with capture_logs() as logs:
        assert await swept_in_vain(world) == list(range(1, MOST_ATTEMPTS + 1))
        await world.sweep(after=DAY)
    errors = [line for line in logs if line["log_level"] == "error"]
    assert [(line["event"], line["reason"], line["given_up"]) for line in errors] == [("given up", WHO_ARE_YOU, 1)]
    assert WORDS not in str(logs)
    [row] = await events(world)
    assert (row.done_at, row.again_at, row.attempts, row.error) == (None, None, MOST_ATTEMPTS, WHO_ARE_YOU)
    # Nothing is lost as long as somebody tells it once more.
    await tell(world, last_event(world))
    await expect_said_once(world, shown)


async def test_what_is_over_is_forgotten_after_thirty_days_and_nothing_sooner(world: World) -> None:
    shown = await replied_in_vain(world, failures=1 + MOST_ATTEMPTS)
    began = world.clock.now()
    await swept_in_vain(world)
    await world.company.slack.as_user(world.company.ada).post(world.company.intake, "Hello?", thread=shown.customer)
    await world.settle()
    assert len(await events(world)) == 2
    world.clock.move(began + KEPT_DAYS * DAY - world.clock.now())
    await world.bot.jobs.prune_inbox()
    assert len(await events(world)) == 2
    world.clock.move(1)
    await world.bot.jobs.prune_inbox()
    assert [row.error for row in await events(world)] == [None]
    world.clock.move(DAY)
    await world.bot.jobs.prune_inbox()
    assert await events(world) == []


@pytest.mark.both_databases
async def test_two_bots_that_sweep_at_once_do_each_once(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown, victor = await opened(world)
    slack.faults.plant("users.info", *[AWAY] * 6)
    for number in range(6):
        await victor.post(company.intake, f"{number}: {WORDS}", thread=shown.customer)
    await slack.quiet()
    assert {row.attempts for row in await events(world)} == {0}
    world.clock.move(60)
    async with running_bot(world.settings, clock=world.bot.clock, works=False) as other:
        await asyncio.gather(*[bot.jobs.sweep_inbox() for bot in (world.bot, other, world.bot, other)])
    await world.settle()
    assert sorted(await comments(world)) == [("public", f"{number}: {WORDS}") for number in range(6)]
    await expect_done(world, 6)
    assert {row.attempts for row in await events(world)} == {1}


async def test_a_database_that_went_away_after_it_was_remembered_loses_nothing(postgres: Postgres) -> None:
    url = await postgres.create()
    async with wire_to(url) as wire, open_world(wire.url) as world:
        company, slack, held = world.company, world.company.slack, asyncio.Event()
        shown, victor = await opened(world)
        slack.faults.plant("users.info", Fault(hold=held))
        await victor.post(company.intake, WORDS, thread=shown.customer)
        await asked_about(world, victor.user, 1)
        await wire.cut()
        held.set()
        await slack.quiet()
        assert last_event(world).status == 503
        await wire.mend()
        assert await comments(world) == []
        await world.sweep()
        await expect_said_once(world, shown)
    await postgres.drop(url)


async def test_a_shared_channel_is_looked_at_again_by_the_sweep(world: World) -> None:
    company, slack = world.company, world.company.slack
    slack.faults.plant("conversations.info", AWAY)
    slack.share(company.intake, slack.add_team("Globex", "globex"))
    await slack.quiet()
    assert [row.body["event"]["type"] for row in await events(world) if row.body] == ["channel_shared"]
    asked = len(slack.calls_of("conversations.info"))
    await world.sweep()
    assert len(slack.calls_of("conversations.info")) == asked + 1
    await expect_done(world, 1)
