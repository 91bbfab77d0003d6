"""What is kept from test to test: one database of each kind, emptied before each, and its engine.

Making a database takes PostgreSQL a third of a second, emptying one takes a few milliseconds. And SQLAlchemy
compiles each statement once for an engine: with an engine for each test, that would be most of the work.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine
from tests.databases import Postgres

# Seconds that whoever was cancelled is given to end.
PATIENCE_SECONDS = 5.0
_NAME = "threadline_kept"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
# In a container there may be little of it; a worker uses a tenth of this.
_ENOUGH_BYTES = 200_000_000
_AT_REST = dict[str, AsyncEngine]()


async def kept_database(request: pytest.FixtureRequest, kind: str) -> str:
    """Return the address of an empty, migrated database of this kind.

    Not for tests that change the schema: those make a database of their own.
    """
    if kind == "sqlite":
        return kept_sqlite(request)
    server: Postgres = request.getfixturevalue("postgres")
    return await server.emptied(_NAME)


def kept_sqlite(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty, migrated SQLite database."""
    folder: Path = request.getfixturevalue("quick_folder")
    file = folder / f"{_NAME}.db"
    # Not overwritten: somebody whom a test left behind may have it open still.
    for rest in ("", "-wal", "-shm"):
        file.with_name(file.name + rest).unlink(missing_ok=True)
    shutil.copy(request.getfixturevalue("sqlite_template"), file)
    return f"sqlite:///{file}"


@contextlib.contextmanager
def folder_in_memory() -> Iterator[Path | None]:
    """Make a folder whose files are kept in memory; None: this machine has no place for one.

    SQLite waits for the disk in each transaction, and what a test writes is lost with it anyway.
    """
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="threadline-", dir=_MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def lent_engine(url: str) -> Iterator[AsyncEngine]:
    """Give an engine for this address that nobody else has for now; whoever got it disposes of its connections."""
    engine = _AT_REST.pop(url, None) or open_engine(url)
    try:
        yield engine
    finally:
        # Of an address that is used once, nothing is to be kept.
        if _NAME in url:
            _AT_REST[url] = engine


@contextlib.asynccontextmanager
async def kept_engine(url: str, *, patience: float = PATIENCE_SECONDS) -> AsyncIterator[AsyncEngine]:
    """Give an engine for this address: what it has compiled is kept for other tests, no connection is.

    Raises:
        LeftBehindError: somebody still uses a connection in the end. The next test would break it, and whoever then
            runs would be told of it.
    """
    with lent_engine(url) as engine:
        try:
            yield engine
        finally:
            left = await _left_behind(engine, patience)
            await engine.dispose()
    if left:
        raise LeftBehindError(left)


class LeftBehindError(Exception):
    """A test ended before what it had begun; these tasks were there still."""


async def _left_behind(engine: AsyncEngine, patience: float) -> list[str]:
    """Return the tasks that are there while a connection is still used, after some time for it to be given back."""
    pool = engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while pool.checkedout():  # noqa: ASYNC110 - a pool has no event
                await asyncio.sleep(0.01)
            return []
    return [str(task.get_coro()) for task in asyncio.all_tasks() if task is not asyncio.current_task()]
