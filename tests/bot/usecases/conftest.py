"""Fixtures of the use cases' tests: a database of each kind, and an issue with everyone around it."""

import pytest

from storage.transaction import Transaction
from tests.bot.usecases.desk import Scene, open_scene


@pytest.fixture
async def scene(transaction: Transaction) -> Scene:
    return await open_scene(transaction)
