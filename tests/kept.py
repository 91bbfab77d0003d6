"""Databases of these tests: one of each kind for all of them, emptied before each.

Making a database takes PostgreSQL a third of a second, emptying one takes five milliseconds. And SQLAlchemy
compiles each statement once for an engine: with an engine for each test, that would be most of the work.
"""

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine
from tests.databases import Postgres

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
    return await server.emptied(_KEPT)


@contextlib.asynccontextmanager
async def kept_engine(request: pytest.FixtureRequest, url: str) -> AsyncIterator[AsyncEngine]:
    """Give the one engine for this address: what it has compiled is kept for other tests, no connection is."""
    engines = request.config.stash.setdefault(_ENGINES, {})
    engine = engines[url] = engines.get(url) or open_engine(url)
    yield engine
    await engine.dispose()
