"""Databases of these tests: one of each kind for all of them, emptied before each.

Making a database takes PostgreSQL a third of a second, emptying one takes five milliseconds. And SQLAlchemy
compiles each statement once for an engine: with an engine for each test, that would be most of the work.
"""

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine
from storage.tables import Base
from tests.databases import TEMPLATE, Postgres

_KEPT = "threadline_kept"
_ENGINES = pytest.StashKey[dict[str, AsyncEngine]]()


async def kept_database(request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> str:
    """Return the address of an empty, migrated database of the kind that the fixture's parameter names.

    Not for tests that change the schema: those make a database of their own.
    """
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        file = factory.getbasetemp() / f"{_KEPT}.db"
        for rest in ("-wal", "-shm"):
            file.with_name(file.name + rest).unlink(missing_ok=True)
        shutil.copy(template, file)
        return f"sqlite:///{file}"
    server: Postgres = request.getfixturevalue("postgres")
    url = server.url(_KEPT)
    try:
        await _empty(url)
    except asyncpg.InvalidCatalogNameError:
        await _make(server)
    return url


@contextlib.asynccontextmanager
async def kept_engine(request: pytest.FixtureRequest, url: str) -> AsyncIterator[AsyncEngine]:
    """Give the one engine for this address: what it has compiled is kept for other tests, no connection is."""
    engines = request.config.stash.setdefault(_ENGINES, {})
    engine = engines[url] = engines.get(url) or open_engine(url)
    yield engine
    await engine.dispose()


async def _empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        tables = reversed(Base.metadata.sorted_tables)
        await connection.execute("; ".join(f'DELETE FROM "{table.name}"' for table in tables))  # noqa: S608
    finally:
        await connection.close()


async def _make(server: Postgres) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(f"CREATE DATABASE {_KEPT} TEMPLATE {TEMPLATE}")
    finally:
        await connection.close()
