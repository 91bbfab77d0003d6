"""Fixtures of the storage tests: databases without tables, and each kind of database alone."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine
from tests.databases import Postgres
from tests.storage.databases import kept_database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a migrated, empty database: each test runs on both kinds."""
    async with kept_database(request, tmp_path) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_urls(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The addresses of two databases of one kind that have no tables and belong to the test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'other.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    one, other = await server.create("template0"), await server.create("template0")
    yield one, other
    await server.drop(one)
    await server.drop(other)


@pytest.fixture
async def empty_engine(empty_urls: tuple[str, str]) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(empty_urls[0])
    yield opened
    await opened.dispose()


@pytest.fixture
async def other_empty_engine(empty_urls: tuple[str, str]) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(empty_urls[1])
    yield opened
    await opened.dispose()


@pytest.fixture
async def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A migrated, empty SQLite database, for what PostgreSQL has no part in."""
    shutil.copy(sqlite_template, tmp_path / "alone.db")
    opened = open_engine(f"sqlite:///{tmp_path / 'alone.db'}")
    yield opened
    await opened.dispose()
