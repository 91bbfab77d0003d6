"""Work that one of several replicas does at a time."""

import asyncio
from datetime import timedelta
from functools import partial

from storage.claims import claim, release
from storage.transaction import Transaction
from tests.storage.seeds import NOW

HOUR = timedelta(hours=1)


async def test_of_several_at_once_one_has_it_until_its_time_is_over(transaction: Transaction) -> None:
    take = partial(claim, key="work", now=NOW, until=NOW + HOUR)
    taken = await asyncio.gather(*(transaction.write(take) for _ in range(8)))
    assert sorted(taken) == [False] * 7 + [True]
    almost = NOW + HOUR - timedelta(seconds=1)
    assert not await transaction.write(partial(claim, key="work", now=almost, until=almost + HOUR))
    assert await transaction.write(partial(claim, key="work", now=NOW + HOUR, until=NOW + 2 * HOUR))
    assert await transaction.write(partial(claim, key="other", now=NOW, until=NOW + HOUR))


async def test_what_is_released_is_anybodys(transaction: Transaction) -> None:
    take = partial(claim, key="work", now=NOW, until=NOW + HOUR)
    await transaction.write(take)
    await transaction.write(partial(release, key="work"))
    assert await transaction.write(take)
