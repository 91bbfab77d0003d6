"""A database for tests that bring an event loop of their own."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        shutil.copy(sqlite_template, tmp_path / "test.db")
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield asyncio.run(server.emptied("threadline_kept_for_agreement"))
