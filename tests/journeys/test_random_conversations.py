"""Conversations by chance, in which no internal word comes to where a customer reads.

``make talk-soak`` has more of them.
"""

import asyncio
import os

import pytest

from bot.domain.effects import Destination
from bot.domain.people import ProfileKind
from tests.journeys.talks import Chatter, Talk, laid, owed_to_customers, shown_by_bot, stored, told_to_customers
from tests.storage.lanes import let_rest
from tests.world import PATIENT, World, open_world

CONVERSATIONS = int(os.environ.get("THREADLINE_CONVERSATIONS", "150"))
IN_ONE_PART = 50
PARTS = max(1, CONVERSATIONS // IN_ONE_PART)
# On PostgreSQL, where what is told at once is followed at once.
FEWER = 40
STEPS = 3
AT_ONCE = 20


async def delivered(world: World) -> None:
    """Let Slack be told. Linear knows none of these issues: it took half of the time to skip what it is owed."""
    await world.company.slack.quiet()
    await let_rest(world.bot.transaction, Destination.LINEAR)
    await world.settle()


async def talked(world: World, seed: int, count: int) -> list[Talk]:
    """Let so many conversations take their course, several at once, while the bot delivers now and then."""
    company = world.company
    company.slack.add_user(company.team, "Customer", "Success")
    await world.join(company.victor, ProfileKind.VENDOR)
    talks, chatter = await laid(world, count), Chatter(world, seed)
    for step in range(STEPS):
        for begin in range(0, count, AT_ONCE):
            now = talks[begin : begin + AT_ONCE]
            # Some say two things before the bot has heard the first.
            await asyncio.gather(
                *[chatter.go_on(talk) for talk in now], *[chatter.go_on(talk) for talk in now[::3]]
            )
            await company.slack.quiet()
            if (begin // AT_ONCE + step) % 3 == 0:
                await delivered(world)
    while await company.slack.retry_events():
        pass
    await delivered(world)
    return talks


async def expect_no_leak(world: World, talks: list[Talk]) -> None:
    """Expect that customers were told what is theirs to read, and nothing else, ever."""
    assert [told for told in told_to_customers(world) if "HUSH" in told] == []
    for talk in talks:
        said = [reply.word for reply in talk.in_triage if reply.public]
        theirs = [reply.word for reply in talk.to_all if reply.word]
        assert shown_by_bot(world, talk.theirs) == sorted([*filter(None, said), *talk.answers]), talk
        if talk.triage is not None:
            assert shown_by_bot(world, talk.triage) == sorted([*theirs, *talk.notes, *talk.answers]), talk
    replies = [reply for talk in talks for reply in (*talk.in_triage, *talk.to_all)]
    kept: set[tuple[str, str, str | None]] = {
        ("public" if reply.public else "internal", reply.word, reply.message.ts) for reply in replies if reply.word
    }
    kept.update(("internal", word, None) for talk in talks for word in talk.notes)
    kept.update(("public", word, None) for talk in talks for word in talk.answers)
    assert set(await stored(world)) == kept
    # What never was public was never even owed to customers.
    hushed = {reply.message.ts for reply in replies if not reply.was_public}
    assert [
        word for word, ts in await owed_to_customers(world) if ts in hushed or (not ts and "HUSH" in word)
    ] == []
    assert sum(visibility == "internal" for visibility, _, _ in kept) > len(talks) / 4


# On a busy machine they take longer than others.
@pytest.mark.timeout(240)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(PARTS))
async def test_no_internal_word_comes_to_a_customer(database_url: str, seed: int) -> None:
    async with open_world(database_url, **PATIENT) as world:
        await expect_no_leak(world, await talked(world, seed, IN_ONE_PART))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_internal_word_comes_to_a_customer_where_transactions_cross(database_url: str) -> None:
    async with open_world(database_url, **PATIENT) as world:
        await expect_no_leak(world, await talked(world, PARTS, FEWER))
