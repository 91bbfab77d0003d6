"""What is written in a rehearsal is there for itself alone, and gone when it ends."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import UnavailableError
from storage.transaction import DATABASE_BUSY, Database, RunAgainError, Transaction
from tests.storage.notes import note, noted


class OwnError(Exception):
    """Raised by a piece of work."""


async def _note(transaction: Transaction, words: str) -> None:
    async def work(session: AsyncSession) -> None:
        await note(session, words)

    await transaction.write(work)


async def test_what_is_written_is_read_there_and_nowhere_else(transaction: Database) -> None:
    await _note(transaction, "kept")
    async with transaction.rehearsal() as rehearsal:
        await _note(rehearsal, "one")
        await _note(rehearsal, "two")
        assert await noted(rehearsal) == {"kept", "one", "two"}
        assert await noted(transaction) == {"kept"}
    assert await noted(transaction) == {"kept"}
    await _note(transaction, "one")
    assert await noted(transaction) == {"kept", "one"}


async def test_a_write_that_fails_takes_back_its_own_and_no_more(transaction: Database) -> None:
    async def fail(session: AsyncSession) -> None:
        await note(session, "failed")
        raise OwnError

    async with transaction.rehearsal() as rehearsal:
        await _note(rehearsal, "before")
        with pytest.raises(OwnError):
            await rehearsal.write(fail)
        await _note(rehearsal, "after")
        assert await noted(rehearsal) == {"before", "after"}


async def test_the_database_refusing_a_statement_ends_only_that_write(transaction: Database) -> None:
    async def nonsense(session: AsyncSession) -> None:
        await session.execute(text("INSERT INTO organization (id) VALUES (1)"))

    async with transaction.rehearsal() as rehearsal:
        with pytest.raises(IntegrityError):
            await rehearsal.write(nonsense)
        await _note(rehearsal, "after")
        assert await noted(rehearsal) == {"after"}


async def test_what_a_read_changes_is_taken_back(transaction: Database) -> None:
    async def change(session: AsyncSession) -> str:
        await note(session, "changed")
        return "read"

    async with transaction.rehearsal() as rehearsal:
        await _note(rehearsal, "before")
        assert await rehearsal.read(change) == "read"
        assert await noted(rehearsal) == {"before"}


@pytest.mark.parametrize("ending", [OwnError, asyncio.CancelledError, KeyboardInterrupt])
async def test_nothing_is_left_however_it_ends(transaction: Database, ending: type[BaseException]) -> None:
    async def rehearse() -> None:
        async with transaction.rehearsal() as rehearsal:
            await _note(rehearsal, "never")
            raise ending

    with pytest.raises(ending):
        await rehearse()
    assert await noted(transaction) == set()
    # It holds no lock either.
    await _note(transaction, "after")


async def test_a_conflict_is_not_tried_again(transaction: Database) -> None:
    async def lose(_session: AsyncSession) -> None:
        raise RunAgainError

    async def collide(_session: AsyncSession) -> None:
        raise RunAgainError from IntegrityError("INSERT", None, ValueError("it is there to stay"))

    async with transaction.rehearsal() as rehearsal:
        with pytest.raises(UnavailableError) as lost:
            await rehearsal.write(lose)
        assert lost.value.sentence == DATABASE_BUSY
        with pytest.raises(IntegrityError, match="there to stay"):
            await rehearsal.write(collide)
