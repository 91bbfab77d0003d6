"""What the outside told us is news once."""

import asyncio
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from storage import inbox
from storage.transaction import Transaction
from tests.storage.seeds import NOW


async def tell(transaction: Transaction, key: str) -> bool:
    return await transaction.write(partial(inbox.is_news, key=key, now=NOW))


async def known(transaction: Transaction, key: str) -> bool:
    return await transaction.read(partial(inbox.is_known, key=key))


async def test_a_delivery_is_news_once_and_known_from_then_on(transaction: Transaction) -> None:
    assert not await known(transaction, "slack:Ev1")
    assert [await tell(transaction, "slack:Ev1") for _ in range(3)] == [True, False, False]
    assert await known(transaction, "slack:Ev1")
    assert not await known(transaction, "slack:Ev2")
    assert await tell(transaction, "slack:ev1")


async def test_of_those_that_come_at_once_one_is_news(transaction: Transaction) -> None:
    told = await asyncio.gather(*(tell(transaction, "linear:1") for _ in range(12)))
    assert sorted(told) == [False] * 11 + [True]


async def test_what_could_not_be_carried_out_is_news_again(transaction: Transaction) -> None:
    async def fail(session: AsyncSession) -> None:
        assert await inbox.is_news(session, "slack:Ev1", NOW)
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError, match="planted"):
        await transaction.write(fail)
    assert not await known(transaction, "slack:Ev1")
    assert await tell(transaction, "slack:Ev1")


async def test_the_longest_key_that_is_made_fits(transaction: Transaction) -> None:
    key = "slack:" + "E" * 249
    assert await tell(transaction, key)
    assert not await tell(transaction, key)
