"""SQLite takes one writer at a time: what waits is committed as one group, and nobody pays for another."""

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import UnavailableError
from storage.transaction import GROUP_LIMIT, RunAgainError, Transaction, open_transaction
from tests.storage.commits import counted_commits
from tests.storage.notes import note, noted


@pytest.fixture
def transaction(sqlite_engine: AsyncEngine) -> Transaction:
    return open_transaction(sqlite_engine)


@pytest.fixture
def commits(sqlite_engine: AsyncEngine) -> Iterator[list[str]]:
    with counted_commits(sqlite_engine) as happened:
        yield happened


class OwnError(Exception):
    """Raised by a piece of work."""


async def _note_and_fail(session: AsyncSession, *, error: type[Exception]) -> None:
    await note(session, f"never: {error.__name__}")
    raise error


async def test_writes_that_wait_are_committed_as_one(transaction: Transaction, commits: list[str]) -> None:
    async def echo(session: AsyncSession, *, code: str) -> str:
        await note(session, code)
        return code

    codes = [f"code {number}" for number in range(10)]
    assert await asyncio.gather(*(transaction.write(partial(echo, code=code)) for code in codes)) == codes
    assert commits == ["commit"]
    assert await noted(transaction) == set(codes)


async def test_a_group_has_a_largest_size(transaction: Transaction, commits: list[str]) -> None:
    writes = [transaction.write(partial(note, code=f"code {number}")) for number in range(GROUP_LIMIT + 1)]
    await asyncio.gather(*writes)
    assert commits == ["commit", "commit"]


async def test_what_comes_while_a_group_is_written_waits_for_the_next(
    transaction: Transaction, commits: list[str]
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession) -> None:
        begun.set()
        await go_on.wait()
        await note(session, "first")

    first = asyncio.create_task(transaction.write(slow))
    await begun.wait()
    later = [asyncio.create_task(transaction.write(partial(note, code=f"later {number}"))) for number in range(5)]
    go_on.set()
    await asyncio.gather(first, *later)
    assert commits == ["commit", "commit"]
    assert len(await noted(transaction)) == 6


@pytest.mark.parametrize(("error", "raised"), [(OwnError, OwnError), (RunAgainError, UnavailableError)])
async def test_a_member_that_fails_costs_the_others_nothing(
    transaction: Transaction, commits: list[str], error: type[Exception], raised: type[Exception]
) -> None:
    works = [
        partial(note, code="first"),
        partial(_note_and_fail, error=error),
        partial(note, code="last"),
    ]
    answers = await asyncio.gather(*(transaction.write(work) for work in works), return_exceptions=True)
    assert (answers[0], answers[2]) == (None, None)
    assert type(answers[1]) is raised
    assert commits == ["commit", "commit"]
    assert await noted(transaction) == {"first", "last"}


async def test_a_member_that_breaks_a_rule_of_the_table_costs_the_others_nothing(transaction: Transaction) -> None:
    writes = [transaction.write(partial(note, code=code)) for code in ("one", "twice", "twice", "last")]
    answers = await asyncio.gather(*writes, return_exceptions=True)
    assert [answer is None for answer in answers] == [True, True, False, True]
    assert await noted(transaction) == {"one", "twice", "last"}


async def test_a_group_whose_commit_fails_is_written_one_by_one(
    transaction: Transaction, sqlite_engine: AsyncEngine
) -> None:
    commits: list[str] = []

    def fail_first(_connection: Connection) -> None:
        commits.append("commit")
        if len(commits) == 1:
            raise OSError("disk full")

    event.listen(sqlite_engine.sync_engine, "commit", fail_first)
    codes = {"one", "two", "three"}
    await asyncio.gather(*(transaction.write(partial(note, code=code)) for code in codes))
    assert len(commits) == 1 + len(codes)
    assert await noted(transaction) == codes


async def test_a_cancelled_member_is_written_with_its_group(transaction: Transaction) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession) -> None:
        begun.set()
        await go_on.wait()
        await note(session, "first")

    first = asyncio.create_task(transaction.write(slow))
    await begun.wait()
    waiting = [asyncio.create_task(transaction.write(partial(note, code=code))) for code in ("left", "stays")]
    await asyncio.gather(asyncio.wait(waiting, timeout=0), return_exceptions=True)
    waiting[0].cancel()
    go_on.set()
    await asyncio.gather(first, *waiting, return_exceptions=True)
    assert waiting[0].cancelled()
    assert await noted(transaction) == {"first", "left", "stays"}
