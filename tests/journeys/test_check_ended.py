"""A check that is ended in the middle leaves nothing that counts: by Ctrl-C, and by kill -9."""

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.usecases.check_organization import FIND, KEEP
from handlers.cli.verify import ALL_WELL, SIGINT_CODE, STOPPED
from storage.transaction import Database
from tests.bot.usecases.town import HELP, channel, counts, link, register
from tests.databases import held_closed
from tests.forked import Forked, start
from tests.handlers.cli.typed import typed
from tests.process import command_environment

pytestmark = pytest.mark.both_databases

# Who raises an issue while these are there goes on for ever, within one statement.
_STAND_STILL = (
    "CREATE VIEW endless AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;"
    "CREATE TRIGGER still BEFORE INSERT ON issue BEGIN SELECT count(*) FROM endless; END;"
)
_GO_ON = "DROP TRIGGER still; DROP VIEW endless;"
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
async def acme(transaction: Database) -> None:
    """Acme, with a channel for its customers."""
    acme = (await register(transaction)).organization_id
    await link(transaction, channel(acme, HELP))


@contextlib.asynccontextmanager
async def verifying(database_url: str) -> AsyncIterator[Forked]:
    """A check that runs; its output is read as it comes."""
    environment = command_environment({"database_url": database_url})
    process = await start("verify", "--organization", "acme", "--yes", environment=environment)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        # A process is only over once its pipes are.
        await process.communicate()


async def said(process: Forked, step: str) -> None:
    """Wait until the check says that it has done this step."""
    async with asyncio.timeout(30):
        async for line in process.stdout:
            if line.startswith(b"ok") and step in line.decode():
                return
    raise AssertionError(f"it never said {step!r}")


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await is_so():
            pass


@contextlib.asynccontextmanager
async def raising_stands_still(database_url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Let whoever raises an issue stand still in the middle of it; what is given waits until somebody does."""
    if database_url.startswith("sqlite"):
        file = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None, timeout=0.2)) as connection:
            connection.executescript(_STAND_STILL)
            yield lambda: _until(lambda: asyncio.to_thread(_is_written_to, file))
            connection.executescript(_GO_ON)
        return
    connection = await asyncpg.connect(database_url)
    watching = await asyncpg.connect(database_url)

    async def is_waited() -> bool:
        return bool(await watching.fetchval(_WAITING))

    async def is_over() -> bool:
        return not await is_waited()

    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE issue IN SHARE ROW EXCLUSIVE MODE")
            yield lambda: _until(is_waited)
        # PostgreSQL notices that its client is gone only now.
        await _until(is_over)
    finally:
        await connection.close()
        await watching.close()


def _is_written_to(file: str) -> bool:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0.2)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False


@pytest.mark.usefixtures("acme")
async def test_killed_in_the_middle_it_leaves_nothing(
    transaction: Database, engine: AsyncEngine, database_url: str
) -> None:
    before = await counts(transaction)
    await engine.dispose()
    async with raising_stands_still(database_url) as somebody_does, verifying(database_url) as process:
        await said(process, KEEP)
        await somebody_does()
        assert await counts(transaction) == before
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
    assert await counts(transaction) == before
    ended = await typed("verify", "--organization", "acme", "--yes", database_url=database_url)
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert ALL_WELL in ended.stdout
    assert await counts(transaction) == before


@pytest.mark.usefixtures("acme")
async def test_stopped_by_ctrl_c_it_leaves_nothing_and_says_so(
    transaction: Database, engine: AsyncEngine, database_url: str
) -> None:
    before = await counts(transaction)
    await engine.dispose()
    async with contextlib.AsyncExitStack() as stack:
        process = await stack.enter_async_context(verifying(database_url))
        async with contextlib.AsyncExitStack() as held:
            if database_url.startswith("sqlite"):
                # SQLite's endless statement could not be stopped: here it waits for its turn to write.
                await held.enter_async_context(held_closed(database_url))
                await said(process, FIND)
            else:
                somebody_does = await held.enter_async_context(raising_stands_still(database_url))
                await said(process, KEEP)
                await somebody_does()
            process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
        assert (process.returncode, err.decode()) == (SIGINT_CODE, f"{STOPPED}\n")
    assert await counts(transaction) == before
