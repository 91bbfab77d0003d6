"""Somebody replies to an issue's message before the bot knows that it stands there: the reply is not lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Visibility
from sandbox.faults import Fault
from sandbox.slack import Channel, Message, User
from storage import tables
from tests.journeys.test_weather import hurry_everything
from tests.journeys.threads import comments
from tests.journeys.told import events, expect_done, last_event
from tests.world import World, link

WORDS = "It began on Monday"
SAID = [("public", WORDS)]


@contextlib.asynccontextmanager
async def being_posted(world: World, channel: Channel) -> AsyncIterator[Message]:
    """Let Slack take its time to answer the post of an issue's message that already stands in a channel."""
    slack, held = world.company.slack, asyncio.Event()
    await world.raise_issue(world.company.ada, world.company.intake, "Export fails")
    # Both messages of the issue: which is posted first is nobody's promise.
    slack.faults.plant("chat.postMessage", *[Fault(commit=True, hold=held)] * 2)
    delivering = asyncio.create_task(world.bot.worker.drain())

    def ours() -> list[Message]:
        found = [message for message in slack.messages(channel) if message.app is not None]
        return [message for message in found if message.ts not in channel.pins]

    try:
        await slack.wait_until(ours)
        yield ours()[-1]
    finally:
        held.set()
        await delivering
        await world.settle()


async def say(world: World, user: User, channel: Channel, words: str, thread: Message) -> int:
    """Let somebody reply; returns what Slack was answered."""
    await world.company.slack.as_user(user).post(channel, words, thread=thread)
    await world.company.slack.quiet()
    return last_event(world).status


@pytest.mark.parametrize("by", ["slack", "sweep"])
async def test_a_reply_before_the_post_is_known_is_heard_afterwards(world: World, by: str) -> None:
    company = world.company
    async with being_posted(world, company.intake) as shown:
        assert await say(world, company.ada, company.intake, WORDS, shown) == 503
        assert await comments(world) == []
        # Slack's first retry comes at once, and may come too early as well.
        assert await company.slack.retry_events() == 1
        assert last_event(world).status == 503
    assert await comments(world) == []
    if by == "slack":
        assert await company.slack.retry_events() == 1
    else:
        await world.sweep()
    assert await comments(world) == SAID
    await expect_done(world, 1)


async def test_an_edit_and_a_deletion_before_the_post_is_known_are_followed_too(world: World) -> None:
    company = world.company
    async with being_posted(world, company.intake) as shown:
        ada = company.slack.as_user(company.ada)
        edited = await ada.post(company.intake, "It began on Sunday", thread=shown)
        await ada.edit(edited, WORDS)
        deleted = await ada.post(company.intake, "My password is 1234", thread=shown)
        await ada.delete(deleted)
        await company.slack.quiet()
        assert len(await events(world)) == 4
    await world.sweep()
    assert await comments(world) == SAID
    await expect_done(world, 4)


@pytest.mark.parametrize("place", ["triage", "direct message"])
async def test_it_is_so_wherever_an_issue_is_shown(world: World, place: str) -> None:
    company, private = world.company, Visibility.PRIVATE
    channel, who = company.triage, company.vera
    if place == "direct message":
        channel, who = company.slack.direct_channel(company.app, company.ada), company.ada
        await link(
            world.bot.transaction, world.acme.organization_id, company.intake, intake=True, visibility=private
        )
    async with being_posted(world, channel) as shown:
        assert await say(world, who, channel, WORDS, shown) == 503
    await world.sweep()
    assert [words for _, words in await comments(world)] == [WORDS]


async def test_a_reply_to_a_post_whose_answer_was_lost_is_heard_once_the_post_is_found(world: World) -> None:
    company = world.company
    await world.raise_issue(company.ada, company.intake, "Export fails")
    company.slack.faults.plant("chat.postMessage", *[Fault(commit=True, drop=True)] * 2)
    await world.settle()
    [shown] = world.posts(company.intake)
    assert await say(world, company.ada, company.intake, WORDS, shown) == 503
    await world.sweep()
    assert await comments(world) == []
    await hurry_everything(world)
    await world.sweep(after=120)
    assert await comments(world) == SAID
    assert world.posts(company.intake) == [shown]
    await expect_done(world, 1)


async def test_what_is_said_elsewhere_meanwhile_is_nothing_to_us(world: World) -> None:
    company, slack = world.company, world.company.slack
    lounge = slack.add_channel(company.team, "lounge", members=[company.ada, company.app.bot_user])
    question = await slack.as_user(company.ada).post(company.intake, "Lunch?")
    elsewhere = await slack.as_user(company.ada).post(lounge, "Lunch?")
    async with being_posted(world, company.intake):
        assert await say(world, company.ada, company.intake, "At one", question) == 200
        assert await say(world, company.ada, lounge, "At one", elsewhere) == 200
        assert await events(world) == []


async def test_a_reply_to_what_became_no_issues_message_ends_as_nothing(world: World) -> None:
    company = world.company
    async with being_posted(world, company.intake) as shown:
        assert await say(world, company.ada, company.intake, WORDS, shown) == 503
        # As if it were another message of the bot's that was answered.
        await world.bot.transaction.write(_point_elsewhere)
    await world.sweep()
    assert await comments(world) == []
    await expect_done(world, 1)


async def _point_elsewhere(session: AsyncSession) -> None:
    row = (await session.scalars(select(tables.Inbox).where(tables.Inbox.key.startswith("slack:Ev")))).one()
    assert row.body is not None
    row.body = {**row.body, "event": {**row.body["event"], "thread_ts": "1.000000"}}
