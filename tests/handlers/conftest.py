"""Fixtures for the doors: which database is behind them makes no difference here, so it is SQLite."""

import pytest

from tests.kept import kept_sqlite


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database."""
    return kept_sqlite(request)
