"""Fixtures that several folders' tests begin with; each folder's conftest.py names those that it takes."""

import pytest

from bot.domain.effects import LaneKey
from storage.transaction import Transaction
from tests.storage.lanes import lane_of
from tests.storage.seeds import added


@pytest.fixture
async def lane(transaction: Transaction) -> LaneKey:
    return lane_of(await added(transaction))


@pytest.fixture
def other(lane: LaneKey) -> LaneKey:
    return lane_of(lane.organization_id, "other")
