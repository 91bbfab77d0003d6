"""Fixtures that several folders' tests begin with; each folder's conftest.py names those that it takes."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.effects import LaneKey
from storage.transaction import Transaction
from tests.kinds import KINDS
from tests.storage.databases import kept_database, kept_engine
from tests.storage.lanes import lane_of
from tests.storage.seeds import added


@pytest.fixture(params=KINDS)
async def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a migrated, empty database of either kind, or of the one and the other: tests/kinds.py."""
    return await kept_database(request, tmp_path_factory)


@pytest.fixture
async def engine(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[AsyncEngine]:
    async with kept_engine(request, database_url) as kept:
        yield kept


@pytest.fixture
async def lane(transaction: Transaction) -> LaneKey:
    return lane_of(await added(transaction))


@pytest.fixture
def other(lane: LaneKey) -> LaneKey:
    return lane_of(lane.organization_id, "other")
