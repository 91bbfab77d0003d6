"""Several replicas on PostgreSQL: a lane that another is about to hold is passed over, not waited for."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.effects import Pool
from storage import leases
from storage.transaction import Transaction
from tests.kept import kept_database
from tests.storage.lanes import LEASE_SECONDS, enqueue_named, lane_of, owe, take
from tests.storage.seeds import added


@pytest.fixture(params=["postgresql"])
async def database_url(request: pytest.FixtureRequest) -> str:
    return await kept_database(request, request.param)


async def test_a_lease_passes_over_what_another_lease_is_about_to_hold(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    organization_id = await added(transaction)
    for number in range(10):
        await owe(transaction, lane_of(organization_id, str(number)), str(number))
    async with AsyncSession(engine) as one, AsyncSession(engine) as two:
        first = await leases.lease(one, worker="one", seconds=LEASE_SECONDS, places={Pool.LINEAR: 6})
        second = await leases.lease(two, worker="two", seconds=LEASE_SECONDS, places={Pool.LINEAR: 6})
        await one.commit()
        await two.commit()
    assert (len(first), len(second)) == (6, 4)
    assert len({held.lane_id for held in first + second}) == 10


async def test_a_lease_passes_over_a_lane_that_a_producer_is_writing_to(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    organization_id = await added(transaction)
    busy, free = lane_of(organization_id, "busy"), lane_of(organization_id, "free")
    await owe(transaction, busy, "first")
    await owe(transaction, free, "first")
    async with AsyncSession(engine) as producer:
        await enqueue_named(producer, busy, ["second"])
        assert len(await take(transaction)) == 1
        await producer.commit()
    assert len(await take(transaction)) == 1


async def test_a_lease_of_many_due_lanes_takes_exactly_as_many_as_asked_for(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    """A locking query that the planner ran once for each row of the update would lock them all."""
    organization_id = await added(transaction)
    for number in range(30):
        await owe(transaction, lane_of(organization_id, str(number)), str(number))
    async with AsyncSession(engine) as one:
        assert len(await leases.lease(one, worker="one", seconds=LEASE_SECONDS, places={Pool.LINEAR: 7})) == 7
        assert len(await take(transaction, limit=30)) == 23
        await one.commit()
