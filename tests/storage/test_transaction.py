"""What a transaction promises on both databases."""

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.effects import Destination, EffectKind, LaneKey, NewEffect
from bot.errors import UnavailableError
from storage import outbox, tables
from storage.transaction import (
    DATABASE_BUSY,
    MOST_RUNS,
    RunAgainError,
    Transaction,
    after_commit,
    mark_owed,
    open_transaction,
)
from tests.storage.commits import counted_commits
from tests.storage.notes import note, noted
from tests.storage.seeds import added


class OwnError(Exception):
    """Raised by a piece of work."""


async def _note_and_fail(session: AsyncSession) -> None:
    await note(session, "never")
    raise OwnError


async def test_a_write_commits_and_returns_what_the_work_returned(transaction: Transaction) -> None:
    async def work(session: AsyncSession) -> str:
        await note(session, "kept")
        return "returned"

    assert await transaction.write(work) == "returned"
    assert await noted(transaction) == {"kept"}


async def test_a_write_that_fails_leaves_nothing_and_raises_its_own_error(transaction: Transaction) -> None:
    with pytest.raises(OwnError):
        await transaction.write(_note_and_fail)
    assert await noted(transaction) == set()


async def test_a_read_keeps_nothing(transaction: Transaction) -> None:
    await transaction.read(partial(note, code="read"))
    assert await noted(transaction) == set()


async def test_a_read_sees_one_state_of_the_database_however_long_it_takes(transaction: Transaction) -> None:
    async def look_twice(session: AsyncSession) -> tuple[set[str], set[str]]:
        before = set(await session.scalars(select(tables.Invite.code_hash)))
        await transaction.write(partial(note, code="meanwhile"))
        return before, set(await session.scalars(select(tables.Invite.code_hash)))

    assert await transaction.read(look_twice) == (set(), set())
    assert await noted(transaction) == {"meanwhile"}


async def test_a_write_that_lost_a_race_is_run_again_on_a_clean_slate(transaction: Transaction) -> None:
    runs: list[int] = []

    async def lose_twice(session: AsyncSession) -> str:
        runs.append(len(runs))
        await note(session, f"run {len(runs)}")
        if len(runs) < 3:
            raise RunAgainError
        return "won"

    assert await transaction.write(lose_twice) == "won"
    assert await noted(transaction) == {"run 3"}


async def test_a_write_that_never_wins_is_given_up_in_words(transaction: Transaction) -> None:
    runs: list[int] = []

    async def lose(_session: AsyncSession) -> None:
        runs.append(1)
        raise RunAgainError

    with pytest.raises(UnavailableError, match=DATABASE_BUSY):
        await transaction.write(lose)
    assert len(runs) == MOST_RUNS


async def test_a_write_that_breaks_a_rule_of_the_table_each_time_raises_what_the_database_says(
    transaction: Transaction,
) -> None:
    await transaction.write(partial(note, code="there"))

    async def add_again(session: AsyncSession) -> None:
        try:
            await note(session, "there")
        except IntegrityError as error:
            raise RunAgainError from error

    with pytest.raises(IntegrityError):
        await transaction.write(add_again)


async def test_the_write_of_a_cancelled_caller_goes_on_to_its_end(transaction: Transaction) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession) -> None:
        begun.set()
        await go_on.wait()
        await note(session, "kept")

    caller = asyncio.create_task(transaction.write(slow))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await transaction.close()
    assert await noted(transaction) == {"kept"}


async def test_the_error_of_a_cancelled_callers_write_disturbs_nobody(transaction: Transaction) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))

    async def slow(_session: AsyncSession) -> None:
        begun.set()
        await go_on.wait()
        raise OwnError

    caller = asyncio.create_task(transaction.write(slow))
    await begun.wait()
    caller.cancel()
    await asyncio.wait([caller])
    go_on.set()
    await transaction.close()
    await transaction.write(partial(note, code="later"))
    assert complaints == []


async def test_close_waits_for_the_writes_under_way(transaction: Transaction) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession) -> None:
        begun.set()
        await go_on.wait()
        await note(session, "kept")

    write = asyncio.create_task(transaction.write(slow))
    await begun.wait()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(transaction.close(), 0.01)
    go_on.set()
    await transaction.close()
    assert await noted(transaction) == {"kept"}
    await write


async def test_many_writers_at_once_all_succeed(transaction: Transaction) -> None:
    codes = [f"code {number}" for number in range(100)]
    await asyncio.gather(*(transaction.write(partial(note, code=code)) for code in codes))
    assert await noted(transaction) == set(codes)


async def _owe(session: AsyncSession, *, organization_id: int) -> None:
    lane = LaneKey(organization_id, Destination.LINEAR, "test")
    await outbox.enqueue(session, lane, [NewEffect(EffectKind.SLACK_POST_LINE, {})])


@pytest.fixture
async def organization_id(transaction: Transaction) -> int:
    return await added(transaction)


@pytest.fixture
def happened(engine: AsyncEngine, organization_id: int) -> Iterator[list[str]]:
    """Each commit, and each time that the worker is woken, once the organization is there."""
    del organization_id
    with counted_commits(engine) as commits:
        yield commits


@pytest.fixture
def waking(engine: AsyncEngine, happened: list[str]) -> Transaction:
    return open_transaction(engine, lambda: happened.append("woken"))


async def test_the_worker_is_woken_after_the_commit_that_enqueued(
    waking: Transaction, happened: list[str], organization_id: int
) -> None:
    await waking.write(partial(_owe, organization_id=organization_id))
    assert happened == ["commit", "woken"]


async def test_the_worker_is_not_woken_by_a_commit_that_enqueued_nothing(
    waking: Transaction, happened: list[str]
) -> None:
    await waking.write(partial(note, code="kept"))
    assert happened == ["commit"]


async def test_the_worker_is_not_woken_by_a_rollback(
    waking: Transaction, happened: list[str], organization_id: int
) -> None:
    async def owe_and_fail(session: AsyncSession) -> None:
        await _owe(session, organization_id=organization_id)
        raise OwnError

    with pytest.raises(OwnError):
        await waking.write(owe_and_fail)
    await waking.read(partial(_owe, organization_id=organization_id))
    assert happened == []


async def test_what_an_earlier_run_enqueued_wakes_nobody(waking: Transaction, happened: list[str]) -> None:
    runs: list[int] = []

    async def owe_at_first(session: AsyncSession) -> None:
        runs.append(1)
        if len(runs) == 1:
            mark_owed(session)
            raise RunAgainError
        await session.execute(text("SELECT 1"))

    await waking.write(owe_at_first)
    assert happened == ["commit"]


async def test_what_is_to_follow_a_commit_is_written_after_it_and_wakes_the_worker_of_itself(
    waking: Transaction, happened: list[str], organization_id: int
) -> None:
    async def write(session: AsyncSession) -> None:
        await note(session, "first")
        after_commit(session, partial(_owe, organization_id=organization_id))

    await waking.write(write)
    assert happened == ["commit", "commit", "woken"]


async def test_nothing_follows_what_was_not_committed(waking: Transaction, happened: list[str]) -> None:
    async def write_and_fail(session: AsyncSession) -> None:
        after_commit(session, partial(note, code="after"))
        raise OwnError

    with pytest.raises(OwnError):
        await waking.write(write_and_fail)
    assert happened == []


async def test_what_follows_and_cannot_be_written_is_no_error_of_what_was_committed(
    transaction: Transaction,
) -> None:
    async def is_away(_session: AsyncSession) -> None:
        raise UnavailableError("away")

    async def write(session: AsyncSession) -> str:
        await note(session, "first")
        after_commit(session, is_away)
        after_commit(session, partial(note, code="after"))
        return "written"

    assert await transaction.write(write) == "written"
    assert await noted(transaction) == {"first"}
