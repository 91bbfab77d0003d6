"""What the outside told us is remembered, is news once, and is taken up again until it is done."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.inbox import MOST_ATTEMPTS, delay_after
from storage import inbox, tables
from storage.inbox import Told, Undone
from storage.transaction import Transaction
from tests.storage.seeds import NOW, how_many

BODY: dict[str, Any] = {"event": {"text": "It says 500, \x00 and \ud83d.", "blocks": [None, 1.5, {"a": []}]}}
MINUTE = timedelta(minutes=1)


async def tell(transaction: Transaction, key: str) -> bool:
    return await transaction.write(partial(inbox.is_news, key=key, now=NOW))


async def known(transaction: Transaction, key: str) -> bool:
    return await transaction.read(partial(inbox.is_known, key=key))


async def remember(transaction: Transaction, key: str, now: datetime = NOW) -> bool:
    return await transaction.write(partial(inbox.remember, key=key, body=BODY, now=now))


async def take_up(transaction: Transaction, now: datetime, door: str = "slack:") -> Told | None:
    return await transaction.write(partial(inbox.take_up, door=door, now=now))


async def row(transaction: Transaction, key: str) -> tables.Inbox:
    async def look(session: AsyncSession) -> tables.Inbox:
        return (await session.scalars(select(tables.Inbox).where(tables.Inbox.key == key))).one()

    return await transaction.read(look)


async def undone(transaction: Transaction) -> Undone:
    return await transaction.read(inbox.undone)


async def test_a_delivery_is_news_once_and_known_from_then_on(transaction: Transaction) -> None:
    assert not await known(transaction, "slack:Ev1")
    assert [await tell(transaction, "slack:Ev1") for _ in range(3)] == [True, False, False]
    assert await known(transaction, "slack:Ev1")
    assert not await known(transaction, "slack:Ev2")
    assert await tell(transaction, "slack:ev1")


@pytest.mark.parametrize("remembered", [False, True])
async def test_of_those_that_come_at_once_one_is_news(transaction: Transaction, remembered: bool) -> None:  # noqa: FBT001
    if remembered:
        assert await remember(transaction, "linear:1")
    told = await asyncio.gather(*(tell(transaction, "linear:1") for _ in range(12)))
    assert sorted(told) == [False] * 11 + [True]


async def test_what_could_not_be_carried_out_is_news_again(transaction: Transaction) -> None:
    async def fail(session: AsyncSession) -> None:
        assert await inbox.is_news(session, "slack:Ev1", NOW)
        raise RuntimeError("planted")

    for remembered in (False, True):
        with pytest.raises(RuntimeError, match="planted"):
            await transaction.write(fail)
        assert await known(transaction, "slack:Ev1") is remembered
        assert await remember(transaction, "slack:Ev1")
    assert await tell(transaction, "slack:Ev1")


async def test_the_longest_key_that_is_made_fits(transaction: Transaction) -> None:
    key = "slack:" + "E" * 249
    assert await tell(transaction, key)
    assert not await tell(transaction, key)


async def test_what_is_remembered_is_to_be_acted_on_until_it_is_done(transaction: Transaction) -> None:
    told = await asyncio.gather(*(remember(transaction, "slack:Ev1") for _ in range(8)))
    assert all(told)
    assert await undone(transaction) == Undone(waiting=1, given_up=0)
    found = await row(transaction, "slack:Ev1")
    assert (found.body, found.received_at, found.again_at) == (BODY, NOW, NOW + MINUTE)
    assert await tell(transaction, "slack:Ev1")
    assert not await remember(transaction, "slack:Ev1")
    assert await undone(transaction) == Undone(waiting=0, given_up=0)


async def test_what_is_done_keeps_nothing_of_what_was_told(transaction: Transaction) -> None:
    await remember(transaction, "slack:Ev1", NOW - MINUTE)
    await take_up(transaction, NOW)
    await transaction.write(partial(inbox.put_off, key="slack:Ev1", error="Slack was away"))
    await tell(transaction, "slack:Ev1")
    # Whoever was slower, and failed, changes nothing of it.
    await transaction.write(partial(inbox.put_off, key="slack:Ev1", error="late"))
    await transaction.write(partial(inbox.give_up, key="slack:Ev1", error="late"))
    found = await row(transaction, "slack:Ev1")
    assert (found.body, found.again_at, found.error) == (None, None, None)
    assert (found.received_at, found.done_at, found.attempts) == (NOW - MINUTE, NOW, 1)

    async def is_nothing_in_sql(session: AsyncSession) -> bool:
        return await session.scalar(select(tables.Inbox.key).where(tables.Inbox.body.is_(None))) is not None

    assert await transaction.read(is_nothing_in_sql)


async def test_it_is_taken_up_when_it_is_due_with_growing_delays(transaction: Transaction) -> None:
    await remember(transaction, "slack:Ev1")
    assert await take_up(transaction, NOW + MINUTE - timedelta(microseconds=1)) is None
    now = NOW
    for attempts in range(MOST_ATTEMPTS + 2):
        now += timedelta(seconds=delay_after(min(attempts, MOST_ATTEMPTS)))
        found = await take_up(transaction, now)
        assert found == Told(key="slack:Ev1", body=BODY, attempts=attempts + 1)
        assert await take_up(transaction, now) is None


async def test_each_door_takes_up_its_own_the_longest_waiting_first(transaction: Transaction) -> None:
    keys = ["slack:Ev3", "linear:1", "slack:Ev1", "slackish:1", "slack:Ev2"]
    for minutes, key in enumerate(keys):
        await remember(transaction, key, NOW + minutes * MINUTE)
    assert await taken(transaction, "slack:") == ["slack:Ev3", "slack:Ev1", "slack:Ev2"]
    assert await taken(transaction, "linear:") == ["linear:1"]
    # No sign of a door's name stands for any other.
    assert await taken(transaction, "slack%") == []


async def taken(transaction: Transaction, door: str) -> Sequence[str]:
    found = []
    while told := await take_up(transaction, NOW + 10 * MINUTE, door):
        found.append(told.key)
    return found


async def test_of_those_who_take_up_at_once_each_gets_another(transaction: Transaction) -> None:
    for number in range(5):
        await remember(transaction, f"slack:Ev{number}")
    # On PostgreSQL one that is just being taken up by somebody else is passed over, so some may come away empty.
    rounds = [await asyncio.gather(*(take_up(transaction, NOW + MINUTE) for _ in range(5))) for _ in range(5)]
    keys = [told.key for each in rounds for told in each if told is not None]
    assert sorted(keys) == [f"slack:Ev{number}" for number in range(5)]


async def test_what_was_given_up_waits_no_more_and_tells_why(transaction: Transaction) -> None:
    await remember(transaction, "slack:Ev1")
    await remember(transaction, "slack:Ev2")
    await transaction.write(partial(inbox.give_up, key="slack:Ev1", error="x" * 10_000))
    assert await undone(transaction) == Undone(waiting=1, given_up=1)
    assert await taken(transaction, "slack:") == ["slack:Ev2"]
    found = await row(transaction, "slack:Ev1")
    assert found.error == "x" * inbox.ERROR_LIMIT
    # Told again it is acted on, and nobody lost it.
    assert await remember(transaction, "slack:Ev1")
    assert (found.body, await tell(transaction, "slack:Ev1")) == (BODY, True)
    assert await undone(transaction) == Undone(waiting=1, given_up=0)


async def test_what_is_old_is_forgotten_in_batches_unless_it_waits(transaction: Transaction) -> None:
    for number in range(7):
        await remember(transaction, f"slack:Ev{number}", NOW + number * MINUTE)
    for number in (0, 1, 3, 4, 5, 6):
        await tell(transaction, f"slack:Ev{number}")
    await transaction.write(partial(inbox.give_up, key="slack:Ev3", error="in vain"))
    prune = partial(inbox.prune, before=NOW + 5 * MINUTE, limit=3)
    assert [await transaction.write(prune) for _ in range(3)] == [3, 1, 0]
    assert await how_many(transaction, tables.Inbox) == 3
    for key in ("slack:Ev2", "slack:Ev5", "slack:Ev6"):
        assert await known(transaction, key)


async def test_what_was_given_up_and_is_told_again_is_taken_up_anew(transaction: Transaction) -> None:
    await remember(transaction, "slack:Ev1")
    await take_up(transaction, NOW + MINUTE)
    await transaction.write(partial(inbox.give_up, key="slack:Ev1", error="Slack was away"))
    later = NOW + timedelta(days=1)
    assert await remember(transaction, "slack:Ev1", later)
    assert await undone(transaction) == Undone(waiting=1, given_up=0)
    assert await take_up(transaction, later) is None
    assert await take_up(transaction, later + MINUTE) == Told(key="slack:Ev1", body=BODY, attempts=1)


async def test_what_still_waits_and_is_told_again_keeps_its_time(transaction: Transaction) -> None:
    await remember(transaction, "slack:Ev1")
    assert await remember(transaction, "slack:Ev1", NOW + MINUTE)
    assert (await row(transaction, "slack:Ev1")).again_at == NOW + MINUTE


async def test_what_is_told_again_is_acted_on_as_it_was_remembered(transaction: Transaction) -> None:
    again = partial(inbox.told_again, key="linear:1", now=NOW + MINUTE, since=NOW)
    assert await transaction.write(again) is None
    await remember(transaction, "linear:1", NOW + timedelta(seconds=1))
    # It is under way.
    assert await transaction.write(again) is None
    later = partial(inbox.told_again, key="linear:1", now=NOW + MINUTE, since=NOW + MINUTE)
    assert await transaction.write(later) == Told(key="linear:1", body=BODY, attempts=0)
    await tell(transaction, "linear:1")
    assert await transaction.write(later) is None
