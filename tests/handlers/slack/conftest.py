"""The door, once for each module: stopping a server takes uvicorn two tenths of a second."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.handlers.slack.door import Door, open_door


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    async with open_door(tmp_path_factory.mktemp("door")) as opened:
        yield opened
