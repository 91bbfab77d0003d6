"""Moments and ids mean the same on both databases."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables
from storage.transaction import Transaction
from storage.types import UuidText, database_now
from tests.storage.notes import note

IN_INDIA = timezone(timedelta(hours=5, minutes=30))


async def _stored(transaction: Transaction, moment: datetime) -> datetime:
    async def store(session: AsyncSession) -> None:
        await note(session, "moment")
        row = await session.get_one(tables.Invite, "moment")
        row.expires_at = moment

    async def read(session: AsyncSession) -> datetime:
        return (await session.get_one(tables.Invite, "moment")).expires_at

    await transaction.write(store)
    return await transaction.read(read)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC), id="microseconds"),
        pytest.param(datetime(2026, 11, 22, 1, 30, tzinfo=IN_INDIA), id="another zone, the day before in UTC"),
        pytest.param(datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), id="long ago"),
    ],
)
async def test_a_moment_comes_back_as_it_was_in_utc(transaction: Transaction, moment: datetime) -> None:
    stored = await _stored(transaction, moment)
    assert stored == moment
    assert stored.utcoffset() == timedelta(0)


async def test_a_moment_without_a_zone_is_refused(transaction: Transaction) -> None:
    with pytest.raises(StatementError, match="a moment needs its zone"):
        await _stored(transaction, datetime(2026, 11, 22, 12, 0))  # noqa: DTZ001 - that is what is refused


async def _shift(transaction: Transaction, seconds: float) -> float:
    async def ask(session: AsyncSession) -> float:
        now, then = (await session.execute(select(database_now(), database_now(seconds)))).one()
        return (then - now).total_seconds()

    return await transaction.read(ask)


async def test_the_databases_clock_moves_by_seconds(transaction: Transaction) -> None:
    for seconds in (0.0, 0.25, 0.6, 30.0, 3600.0, -3600.0, 1e-5, 864000.5):
        assert await _shift(transaction, seconds) == pytest.approx(seconds, abs=0.2)


async def test_the_databases_clock_tells_the_time_in_utc(transaction: Transaction) -> None:
    async def ask(session: AsyncSession) -> datetime:
        return (await session.execute(select(database_now()))).scalar_one()

    now = await transaction.read(ask)
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=10)


async def test_the_databases_clock_goes_on_within_a_transaction(transaction: Transaction) -> None:
    async def ask(session: AsyncSession) -> None:
        first = (await session.execute(select(database_now()))).scalar_one()
        # Asked until it moves: a clock that stood still would run into the test's own limit of time.
        while (await session.execute(select(database_now()))).scalar_one() == first:
            pass

    await transaction.read(ask)


@pytest.mark.parametrize("seconds", [-1.0, 10.0])
async def test_the_databases_clock_compares_with_stored_moments(transaction: Transaction, seconds: float) -> None:
    await _stored(transaction, datetime.now(UTC) + timedelta(seconds=seconds))

    async def ask(session: AsyncSession) -> bool:
        return (await session.execute(select(tables.Invite.expires_at < database_now()))).scalar_one()

    assert await transaction.read(ask) is (seconds < 0)


async def test_an_id_is_stored_as_its_characters(transaction: Transaction) -> None:
    wanted = uuid.uuid4()

    async def ask(session: AsyncSession) -> tuple[uuid.UUID | None, str]:
        as_id, as_text = literal(wanted, UuidText()), literal(str(wanted))
        row = (await session.execute(select(as_id, as_text))).one()
        return row[0], row[1]

    assert await transaction.read(ask) == (wanted, str(wanted))
