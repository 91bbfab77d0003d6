"""SQLite's short way: what is short is run at once, what is long leaves the event loop to others."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Self

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from storage.engine import LOCK_TIMEOUT_MS, open_engine
from storage.sqlite import SHORT
from storage.transaction import Transaction, open_transaction
from tests.databases import migrated
from tests.storage.notes import note, noted

# Each number takes some instructions, so this is far more than a short query may take.
_NUMBERS = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SHORT}) SELECT i FROM n"  # noqa: S608
MANY_TURNS = 100
LONG = f"SELECT count(*) FROM ({_NUMBERS})"  # noqa: S608 - nobody's words are in it


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    url = f"sqlite:///{tmp_path / 'short.db'}"
    await migrated(url)
    opened = open_engine(url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def transaction(engine: AsyncEngine) -> Transaction:
    return open_transaction(engine)


class Turns:
    """Counts the event loop's turns, until it is stopped."""

    def __init__(self) -> None:
        self.count = 0
        self._stopped = False

    def __enter__(self) -> Self:
        self._turn()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped = True

    def _turn(self) -> None:
        self.count += 1
        if not self._stopped:
            asyncio.get_running_loop().call_soon(self._turn)


async def _ask(session: AsyncSession, *, query: str) -> int:
    return await session.scalar(text(query)) or 0


async def test_what_is_short_is_run_at_once(transaction: Transaction) -> None:
    async def several(session: AsyncSession) -> int:
        # The first statement begins the transaction, and may wait for another process.
        await _ask(session, query="SELECT 1")
        with Turns() as turns:
            await note(session, "one")
            await session.execute(text("SELECT code_hash FROM invite"))
        return turns.count

    assert await transaction.write(several) == 1


async def test_a_long_query_leaves_the_event_loop_to_others_and_is_answered(transaction: Transaction) -> None:
    async def ask(session: AsyncSession) -> tuple[int, int]:
        await _ask(session, query="SELECT 1")
        with Turns() as turns:
            return await _ask(session, query=LONG), turns.count

    answer, turns = await transaction.read(ask)
    assert answer == SHORT
    assert turns > 1


async def test_a_long_query_within_a_write_takes_nothing_back(transaction: Transaction) -> None:
    async def write(session: AsyncSession) -> int:
        await note(session, "before")
        return await _ask(session, query=LONG)

    assert await transaction.write(write) == SHORT
    assert await noted(transaction) == {"before"}


async def test_who_writes_while_another_process_does_waits_for_it_aside(
    engine: AsyncEngine, transaction: Transaction
) -> None:
    # The connection is open: what follows waits for nothing but the lock.
    await transaction.write(partial(note, code="first"))
    with contextlib.closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(transaction.write(partial(note, code="second")))
        # Were the lock waited for here, nobody could give it back until that ends in vain.
        async with asyncio.timeout(LOCK_TIMEOUT_MS / 1000):
            for _ in range(MANY_TURNS):
                await asyncio.sleep(0)
            assert not writing.done()
            other.execute("ROLLBACK")
            await writing
    assert await noted(transaction) == {"first", "second"}


async def test_a_query_that_fails_says_so_itself(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(OperationalError, match="no such table: nowhere"):
            await connection.execute(text("SELECT * FROM nowhere"))


async def test_who_stops_waiting_for_a_long_query_does_not_spoil_the_next(transaction: Transaction) -> None:
    for _ in range(3):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                await transaction.read(partial(_ask, query=LONG))
        await transaction.write(partial(note, code="again"))
        await transaction.write(_forget)
    assert await transaction.read(partial(_ask, query="SELECT 7")) == 7


def test_those_who_open_a_new_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    async def open_and_write(file: Path) -> None:
        engine = open_engine(f"sqlite:///{file}")
        async with engine.execution_options(threadline_writes=True).begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS opened (who)"))
            await connection.execute(text("INSERT INTO opened VALUES (1)"))
        await engine.dispose()

    # Before it was mended, one opening in sixty failed.
    with ThreadPoolExecutor(6) as threads:
        for number in range(60):
            start = Barrier(6)

            def take_part(_: int, file: Path = tmp_path / f"{number}.db", start: Barrier = start) -> None:
                start.wait()
                asyncio.run(open_and_write(file))

            assert len(list(threads.map(take_part, range(6)))) == 6


async def _forget(session: AsyncSession) -> None:
    await session.execute(text("DELETE FROM invite"))
