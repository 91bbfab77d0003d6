"""Everybody at every door: allowed and refused exactly as DESIGN, section 5, says."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.border.roles import IN_SLACK, OVER_HTTP, Who
from tests.border.scene import Scene, open_scene
from tests.border.table import EXPECTED, IN_SLACK_EXPECTED
from tests.border.walk import expected, walk
from tests.databases import Postgres

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOORS = list(EXPECTED)


def everybody_at(door: str) -> list[Who]:
    return IN_SLACK if door in IN_SLACK_EXPECTED else OVER_HTTP


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(new_sqlite: Callable[[], str]) -> AsyncIterator[Scene]:
    async with open_scene(new_sqlite()) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene_on_postgresql(postgres: Postgres) -> AsyncIterator[Scene]:
    url = await postgres.create()
    async with open_scene(url) as opened:
        yield opened
    await postgres.drop(url)


@pytest.mark.parametrize("door", DOORS)
async def test_everybody_at_every_door(door: str, scene: Scene) -> None:
    found = {who.name: await walk(scene, door, who) for who in everybody_at(door)}
    assert found == {who.name: expected(door, who) for who in everybody_at(door)}


@pytest.mark.parametrize("door", DOORS)
async def test_somebody_at_every_door_on_postgresql(door: str, scene_on_postgresql: Scene) -> None:
    # Somebody else at each, and each time one of those who get through too.
    come = everybody_at(door)
    one = come[DOORS.index(door) % len(come)]
    for who in {one, *sorted(EXPECTED[door].allowed)[:1]}:
        assert await walk(scene_on_postgresql, door, who) == expected(door, who), who
