"""A running bot that listens to Linear, with one issue in both; what Linear tells is sent by hand."""

from collections.abc import AsyncIterator

import pytest

from tests.handlers.linear.deliveries import Sender
from tests.world import WEBHOOK_SECRET, World, open_world


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, linear_webhook_secret=f"new-one, {WEBHOOK_SECRET}") as opened:
        await opened.raise_issue(opened.company.ada, opened.company.intake, "Export fails")
        await opened.settle()
        yield opened


@pytest.fixture
def sender(world: World) -> Sender:
    return Sender(world=world)
