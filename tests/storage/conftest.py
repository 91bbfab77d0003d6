"""Fixtures of the storage tests: databases without tables, and each kind of database alone."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine
from tests.databases import Postgres
from tests.storage.fixtures import lane, other

__all__ = ["lane", "other"]


@contextlib.asynccontextmanager
async def _empty_database(url: str, request: pytest.FixtureRequest, file: Path) -> AsyncIterator[str]:
    """Give the address of a database without tables, of the same kind as another; it belongs to the test."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    made = await server.create("template0")
    yield made
    await server.drop(made)


@pytest.fixture
async def empty_url(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database that has no tables and belongs to the test."""
    async with _empty_database(database_url, request, tmp_path / "empty.db") as url:
        yield url


@pytest.fixture
async def empty_engine(empty_url: str) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(empty_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def other_empty_engine(
    database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[AsyncEngine]:
    async with _empty_database(database_url, request, tmp_path / "other.db") as url:
        opened = open_engine(url)
        yield opened
        await opened.dispose()


@pytest.fixture
async def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A migrated, empty SQLite database, for what PostgreSQL has no part in."""
    shutil.copy(sqlite_template, tmp_path / "alone.db")
    opened = open_engine(f"sqlite:///{tmp_path / 'alone.db'}")
    yield opened
    await opened.dispose()
