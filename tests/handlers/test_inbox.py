"""What was told and not done is acted on again, whatever door it came through."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from bot.domain.inbox import MOST_ATTEMPTS
from bot.errors import ConflictError, UnavailableError
from handlers.inbox import ENDED_EACH_TIME, NotYetError, Sweep, act_on, once
from storage import inbox, tables
from storage.inbox import Told
from storage.transaction import Transaction
from tests.storage.seeds import NOW

SECRET = "what a customer said"


@dataclass
class Door:
    """A door that was told a few things."""

    transaction: Transaction
    now: datetime = NOW
    acted: list[Told] = field(default_factory=list)
    on: Callable[[Told], Awaitable[None]] | None = None

    async def told(self, *keys: str) -> None:
        for key in keys:
            body = {"said": SECRET}
            await self.transaction.write(partial(inbox.remember, key=f"linear:{key}", body=body, now=self.now))

    async def act_again(self, told: Told) -> None:
        self.acted.append(told)
        await act_on(self.transaction, told.key, self.now, partial(self._deed, told))

    async def _deed(self, told: Told) -> None:
        if self.on is not None:
            await self.on(told)
        await self.transaction.write(partial(once, key=told.key, now=self.now, change=_nothing))

    async def sweep(self, after: float = 60) -> None:
        self.now += timedelta(seconds=after)
        await Sweep(self.transaction, lambda: self.now, "linear:", self.act_again).run()

    async def row(self, key: str) -> tables.Inbox:
        async def look(session: AsyncSession) -> tables.Inbox:
            query = select(tables.Inbox).where(tables.Inbox.key == f"linear:{key}")
            return (await session.scalars(query)).one()

        return await self.transaction.read(look)


async def _nothing(_session: AsyncSession) -> None:
    """Change nothing."""


def raising(error: Exception, *keys: str) -> Callable[[Told], Awaitable[None]]:
    """Return what raises for these keys, or for all."""

    async def act(told: Told) -> None:
        if not keys or told.key.removeprefix("linear:") in keys:
            raise error

    return act


@pytest.fixture
def door(transaction: Transaction) -> Door:
    return Door(transaction)


async def test_everything_that_is_due_is_acted_on_once(door: Door) -> None:
    await door.told("1", "2", "3")
    await door.sweep(after=59)
    assert door.acted == []
    await door.sweep(after=1)
    await door.sweep(after=1_000_000)
    assert [told.key for told in door.acted] == ["linear:1", "linear:2", "linear:3"]
    assert {told.attempts for told in door.acted} == {1}
    assert door.acted[0].body == {"said": SECRET}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnavailableError("Linear is away."), "Linear is away."),
        (NotYetError(), "NotYetError"),
        (RuntimeError(SECRET), "RuntimeError"),
    ],
    ids=["away", "not yet", "a bug"],
)
async def test_one_that_fails_holds_back_no_other_and_comes_again(
    door: Door, error: Exception, reason: str
) -> None:
    await door.told("1", "2", "3")
    door.on = raising(error, "2")
    await door.sweep()
    assert [(await door.row(key)).done_at is None for key in "123"] == [False, True, False]
    row = await door.row("2")
    assert (row.error, row.again_at) == (reason, door.now + timedelta(seconds=120))
    door.on = None
    await door.sweep(after=119)
    assert (await door.row("2")).done_at is None
    await door.sweep(after=1)
    row = await door.row("2")
    assert (row.done_at, row.body, row.error) == (door.now, None, None)


async def test_a_refusal_ends_it(door: Door) -> None:
    await door.told("1")
    door.on = raising(ConflictError("It is closed."))
    await door.sweep()
    row = await door.row("1")
    assert (row.done_at, row.body, row.again_at) == (door.now, None, None)


async def test_what_ends_the_program_each_time_is_not_tried_for_ever(door: Door) -> None:
    await door.told("1")
    take_up = partial(inbox.take_up, door="linear:")
    for _ in range(MOST_ATTEMPTS):
        # Taken up, and never heard of again.
        door.now += timedelta(days=1)
        assert await door.transaction.write(partial(take_up, now=door.now)) is not None
    with capture_logs() as logs:
        await door.sweep(after=100_000)
    assert door.acted == []
    row = await door.row("1")
    assert (row.error, row.again_at, row.done_at) == (ENDED_EACH_TIME, None, None)
    assert [(line["log_level"], line["key"]) for line in logs] == [("error", "linear:1")]


async def test_what_is_given_up_is_told_to_whoever_runs_it_without_its_words(door: Door) -> None:
    await door.told("1", "2")
    door.on = raising(UnavailableError("Linear is away."))
    with capture_logs() as logs:
        for _ in range(MOST_ATTEMPTS + 3):
            await door.sweep(after=100_000)
    assert len(door.acted) == 2 * MOST_ATTEMPTS
    errors = [line for line in logs if line["log_level"] == "error"]
    assert [(line["key"], line["given_up"]) for line in errors] == [("linear:1", 1), ("linear:2", 2)]
    assert SECRET not in str(logs)
