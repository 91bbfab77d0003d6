"""Fixtures of the use cases' tests: a database of each kind."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.storage.databases import kept_database, kept_engine


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a migrated, empty database: each test runs on both kinds."""
    return await kept_database(request, tmp_path_factory)


@pytest.fixture
async def engine(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[AsyncEngine]:
    async with kept_engine(request, database_url) as kept:
        yield kept
