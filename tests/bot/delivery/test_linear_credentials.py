"""Tokens that replicas share: one fetches while the others wait, and what is fetched is everybody's."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.linear_api import LinearError
from bot.delivery.linear_credentials import BEING_FETCHED, LOOK_SECONDS, MOST_LOOKS, ApiKey, SharedGrant
from bot.domain.linear_connection import Tokens, grant_key
from bot.domain.retry import NotSent
from storage import linear_grants, tables
from storage.transaction import Transaction
from storage.types import database_now
from storage.vault import Vault
from tests.storage.seeds import NOW

pytestmark = pytest.mark.both_databases

VAULT = Vault(["a key of more than thirty-two characters"])
NAME = grant_key(None)


Wait = Callable[[], Awaitable[object]]
Pause = Callable[[float], Awaitable[None]]


async def nobody_waits() -> None:
    return


@dataclass
class Linear:
    """Gives tokens, one after another; each ends the one before it, as with client credentials."""

    given: list[Tokens] = field(default_factory=list)
    asked_with: list[str | None] = field(default_factory=list)
    lasts: timedelta = timedelta(days=30)
    refresh: bool = False
    refuses: Exception | None = None
    now: datetime = NOW
    lease_seconds: float = 30.0
    # Waited for before each answer.
    meanwhile: Wait = nobody_waits

    async def fetch(self, refresh_token: str | None) -> Tokens:
        self.asked_with.append(refresh_token)
        await self.meanwhile()
        if self.refuses is not None:
            raise self.refuses
        number = len(self.given) + 1
        refresh = f"refresh-{number}" if self.refresh else None
        self.given.append(Tokens(access=f"access-{number}", refresh=refresh, expires_at=self.now + self.lasts))
        return self.given[-1]

    def clock(self) -> datetime:
        return self.now

    def replica(self, transaction: Transaction, pause: Pause = asyncio.sleep) -> SharedGrant:
        return SharedGrant(
            transaction,
            VAULT,
            name=NAME,
            key="client",
            fetch=self.fetch,
            clock=self.clock,
            lease_seconds=self.lease_seconds,
            pause=pause,
        )


async def stored(transaction: Transaction) -> tables.LinearGrant:
    async def look(session: AsyncSession) -> tables.LinearGrant:
        return (await session.scalars(select(tables.LinearGrant))).one()

    return await transaction.read(look)


async def test_a_key_stands_bare_and_there_is_no_other() -> None:
    key = ApiKey("lin_api_x")
    assert await key.authorization() == "lin_api_x"
    assert not await key.renew("lin_api_x")
    assert not key.is_app


async def test_a_token_is_fetched_once_and_used_by_all(transaction: Transaction) -> None:
    linear = Linear()
    first, second = linear.replica(transaction), linear.replica(transaction)
    assert [await one.authorization() for one in (first, first, second)] == ["Bearer access-1"] * 3
    assert linear.asked_with == [None]
    assert first.is_app


async def test_many_that_need_one_at_once_fetch_one(transaction: Transaction) -> None:
    linear = Linear(meanwhile=partial(asyncio.sleep, 0.02))
    replicas = [linear.replica(transaction, _shortly) for _ in range(4)]
    found = await asyncio.gather(*(one.authorization() for one in replicas for _ in range(3)))
    assert set(found) == {"Bearer access-1"}
    assert len(linear.given) == 1


async def _shortly(_seconds: float) -> None:
    await asyncio.sleep(0.005)


async def test_a_refused_token_is_replaced_once_for_all(transaction: Transaction) -> None:
    linear = Linear(meanwhile=partial(asyncio.sleep, 0.01))
    replicas = [linear.replica(transaction, _shortly) for _ in range(3)]
    refused = {await one.authorization() for one in replicas}.pop()
    assert await asyncio.gather(*(one.renew(refused) for one in replicas for _ in range(2))) == [True] * 6
    assert {await one.authorization() for one in replicas} == {"Bearer access-2"}
    assert len(linear.given) == 2


async def test_a_token_that_another_replica_fetched_is_taken(transaction: Transaction) -> None:
    linear = Linear()
    behind, ahead = linear.replica(transaction), linear.replica(transaction)
    refused = await behind.authorization()
    await ahead.authorization()
    await ahead.renew(refused)
    assert await behind.renew(refused)
    assert await behind.authorization() == "Bearer access-2"
    assert len(linear.given) == 2


async def test_a_token_that_is_about_to_end_is_replaced_before_it_does(transaction: Transaction) -> None:
    linear = Linear(lasts=timedelta(hours=24), refresh=True)
    grant = linear.replica(transaction)
    await grant.authorization()
    linear.now += timedelta(hours=23, minutes=58)
    assert await grant.authorization() == "Bearer access-1"
    linear.now += timedelta(minutes=1, seconds=30)
    assert await grant.authorization() == "Bearer access-2"
    assert linear.asked_with == [None, "refresh-1"]


async def test_a_refresh_token_stays_where_none_comes_with_the_next(transaction: Transaction) -> None:
    linear = Linear(refresh=True)
    grant = linear.replica(transaction)
    await grant.renew("")
    linear.refresh = False
    for access in ("Bearer access-1", "Bearer access-2"):
        await grant.renew(access)
    assert linear.asked_with == [None, "refresh-1", "refresh-1"]


async def test_nothing_is_stored_that_can_be_read(transaction: Transaction) -> None:
    linear = Linear(refresh=True)
    await linear.replica(transaction).authorization()
    row = await stored(transaction)
    assert row.access_token is not None
    assert row.refresh_token is not None
    assert "access-1" not in row.access_token
    assert "refresh-1" not in row.refresh_token
    assert "access-1" not in repr(linear.given)


async def test_whoever_is_refused_lets_the_next_one_try(transaction: Transaction) -> None:
    refusal = LinearError(401, "AUTHENTICATION_ERROR", "no token is given")
    linear = Linear(refuses=refusal)
    grant = linear.replica(transaction)
    with pytest.raises(LinearError):
        await grant.authorization()
    assert (await stored(transaction)).refreshing_until is None
    linear.refuses = None
    assert await grant.authorization() == "Bearer access-1"


async def test_one_that_died_while_fetching_is_waited_for_and_then_followed(transaction: Transaction) -> None:
    claim = partial(linear_grants.claim_refresh, key=NAME, seconds=60, seen=None)
    assert await transaction.write(claim) == 1
    assert await transaction.write(claim) is None
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    linear = Linear()
    grant = linear.replica(transaction, pause)
    with pytest.raises(NotSent, match=BEING_FETCHED):
        await grant.authorization()
    assert waited == [LOOK_SECONDS] * MOST_LOOKS
    await transaction.write(partial(linear_grants.give_up_refresh, key=NAME, fence=1))
    assert await grant.authorization() == "Bearer access-1"


async def test_whoever_fetches_has_a_lease_for_it(transaction: Transaction) -> None:
    seconds: list[float] = []

    async def look(session: AsyncSession) -> None:
        until, now = (await session.execute(select(tables.LinearGrant.refreshing_until, database_now()))).one()
        assert until is not None
        seconds.append((until - now).total_seconds())

    linear = Linear(lease_seconds=600.0, meanwhile=lambda: transaction.read(look))
    await linear.replica(transaction).authorization()
    [left] = seconds
    assert 500 < left <= 600


async def test_who_was_overtaken_does_not_store_what_it_fetched(transaction: Transaction) -> None:
    linear = Linear()

    async def overtake() -> None:
        async def end(session: AsyncSession) -> None:
            await linear_grants.give_up_refresh(session, NAME, 1)
            assert await linear_grants.claim_refresh(session, NAME, 60, None) == 2

        await transaction.write(end)

    linear.meanwhile = overtake
    with pytest.raises(NotSent):
        await linear.replica(transaction).authorization()
    assert (await stored(transaction)).access_token is None


async def test_what_another_secret_key_encrypted_is_fetched_anew(transaction: Transaction) -> None:
    linear = Linear()
    await linear.replica(transaction).authorization()
    other = SharedGrant(
        transaction,
        Vault(["another key of 32 characters or more"]),
        name=NAME,
        key="client",
        fetch=linear.fetch,
        clock=linear.clock,
        lease_seconds=linear.lease_seconds,
    )
    assert await other.authorization() == "Bearer access-2"


async def test_who_is_cancelled_leaves_the_token_to_the_others(transaction: Transaction) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()

    linear = Linear(meanwhile=wait)
    grant = linear.replica(transaction)
    cancelled = asyncio.create_task(grant.authorization())
    await begun.wait()
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    go_on.set()
    assert await grant.authorization() == "Bearer access-1"
    assert len(linear.given) == 1
