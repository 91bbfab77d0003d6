"""The engine that is kept from test to test: the test that leaves a connection in use fails, and no later one."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.kept import LeftBehindError, kept_engine, lent_engine


async def use(engine: AsyncEngine, begun: asyncio.Event, goes_on: asyncio.Event) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        begun.set()
        await goes_on.wait()


async def test_what_is_left_behind_is_named(database_url: str) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()
    keeping = kept_engine(database_url, patience=0.05)
    using = asyncio.create_task(use(await keeping.__aenter__(), begun, goes_on))
    await begun.wait()
    with pytest.raises(LeftBehindError, match="coroutine object use"):
        await keeping.__aexit__(None, None, None)
    goes_on.set()
    await using


async def test_what_ends_by_itself_is_waited_for(database_url: str) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()
    async with kept_engine(database_url) as engine:
        using = asyncio.create_task(use(engine, begun, goes_on))
        await begun.wait()
        goes_on.set()
    await using


def test_an_engine_is_kept_for_the_next_one_and_never_lent_to_two(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.getbasetemp() / 'threadline_kept_by_nobody.db'}"
    with lent_engine(url) as one, lent_engine(url) as two:
        assert one is not two
    with lent_engine(url) as again:
        assert again is one
