"""Fixtures of the use cases' tests: a database of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.storage.databases import kept_database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a migrated, empty database: each test runs on both kinds."""
    async with kept_database(request, tmp_path) as url:
        yield url
