"""Whoever stops the bot waits ten seconds and then kills it: by then all is given back, whatever hangs."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sandbox.company import Company
from sandbox.faults import Fault
from storage.transaction import Transaction, open_transaction
from tests.journeys.test_restart import expect_one_of_each, raise_issue, registered_company, told_everywhere
from tests.process import BotProcess, bot_process
from tests.storage.lanes import see_lanes

# An issue is owed to Linear, to its customer and to triage.
LANES = 3
KILLED_AFTER = 10.0


@pytest.fixture
async def transaction(engine: AsyncEngine) -> AsyncIterator[Transaction]:
    opened = open_transaction(engine)
    yield opened
    await opened.close()


@contextlib.asynccontextmanager
async def hanging(company: Company) -> AsyncIterator[None]:
    """Let Slack and Linear leave unanswered whatever they are asked, as long as this lasts; none of it is done."""
    hangs = asyncio.Event()
    never = [Fault(hold=hangs, drop=True)] * LANES
    for method, faults in (("chat.postMessage", company.slack.faults), ("IssueCreate", company.linear.faults)):
        faults.plant(method, *never)
    try:
        yield
    finally:
        hangs.set()
        for method, faults in (("chat.postMessage", company.slack.faults), ("IssueCreate", company.linear.faults)):
            while faults.take(method):
                pass


async def all_under_way(transaction: Transaction) -> None:
    """Wait until the worker holds all that is owed."""
    async with asyncio.timeout(KILLED_AFTER):
        while sum(lane.leased for lane in await transaction.read(see_lanes)) < LANES:
            pass


@contextlib.asynccontextmanager
async def half_a_request(bot: BotProcess) -> AsyncIterator[None]:
    """Send a request whose body never comes to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(bot.url.rpartition(":")[2]))
    writer.write(
        b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 5000\r\nExpect: 100-continue\r\n\r\npayload="
    )
    # It is being read.
    await reader.readuntil(b"100 Continue\r\n")
    yield
    writer.close()


@contextlib.asynccontextmanager
async def writing_all_the_time(engine: AsyncEngine) -> AsyncIterator[None]:
    """Let nobody else write what is owed."""
    async with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # Else PostgreSQL would send us away after a while in which we say nothing.
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        # On SQLite that is the whole file.
        await connection.execute(text("UPDATE lane SET fence = fence"))
        yield
        await connection.rollback()


@pytest.mark.both_databases
async def test_a_busy_bot_gives_all_back_before_it_is_killed(database_url: str, transaction: Transaction) -> None:
    async with registered_company(database_url) as company:
        settings = {**company.settings(), "database_url": database_url, "settle_seconds": "0"}
        async with hanging(company), bot_process(settings) as bot:
            await raise_issue(company, bot)
            await all_under_way(transaction)
            async with half_a_request(bot), asyncio.timeout(KILLED_AFTER):
                assert await bot.kill(signal.SIGTERM) == 0
        lanes = [lane for lane in await transaction.read(see_lanes) if lane.due is not None]
        assert [(lane.due, lane.leased, lane.owner) for lane in lanes] == [("now", False, None)] * LANES
        async with bot_process(settings):
            await told_everywhere(company)
        expect_one_of_each(company)


async def test_a_bot_whose_database_hangs_ends_all_the_same(
    database_url: str, engine: AsyncEngine, transaction: Transaction
) -> None:
    async with registered_company(database_url) as company:
        settings = {**company.settings(), "database_url": database_url}
        async with hanging(company), bot_process(settings) as bot:
            await raise_issue(company, bot)
            await all_under_way(transaction)
            async with writing_all_the_time(engine), asyncio.timeout(KILLED_AFTER):
                assert await bot.kill(signal.SIGTERM) == 0
