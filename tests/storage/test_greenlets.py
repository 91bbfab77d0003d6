"""A work in one greenlet awaits as any other does."""

import asyncio
from contextvars import ContextVar

import pytest
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util.concurrency import in_greenlet

from storage.built import answer, value
from storage.transaction import Database
from tests.storage.notes import note, noted

_ECHO = select(literal(1) * value("number", literal(1).type))
where: ContextVar[str] = ContextVar("where", default="nowhere")


async def echo(session: AsyncSession, number: int) -> int:
    found: int = await answer(session, _ECHO, number=number)
    return found


async def test_statements_and_what_else_is_awaited_take_turns(transaction: Database) -> None:
    async def work(session: AsyncSession) -> list[int | bool]:
        bell = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(bell.set_result, 3)
        found = [in_greenlet(), await echo(session, 1)]
        await asyncio.sleep(0)
        found += [await echo(session, 2), await bell, in_greenlet()]
        # The session's own way to the database.
        return [*found, await session.scalar(select(literal(4))) or 0, await echo(session, 5)]

    assert await transaction.read(work) == await transaction.write(work) == [True, 1, 2, 3, True, 4, 5]


async def test_what_is_awaited_may_fail(transaction: Database) -> None:
    async def work(session: AsyncSession) -> int:
        failing = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(failing.set_exception, LookupError("not there"))
        with pytest.raises(LookupError, match="not there"):
            await failing
        return await echo(session, 7)

    assert await transaction.read(work) == 7


async def test_time_may_run_out_inside(transaction: Database) -> None:
    async def work(session: AsyncSession) -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        return await echo(session, 7)

    assert await transaction.read(work) == 7


async def test_whoever_is_cancelled_hears_of_it_and_leaves_nothing(transaction: Database) -> None:
    begun, heard = asyncio.Event(), list[str]()

    async def work(session: AsyncSession) -> None:
        await note(session, "half done")
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            heard.append("cancelled")

    reading = asyncio.create_task(transaction.read(work))
    await begun.wait()
    reading.cancel()
    await asyncio.wait({reading})
    assert (reading.cancelled(), heard) == (True, ["cancelled"])
    assert await noted(transaction) == set()


async def test_another_task_may_ask_for_a_work(transaction: Database) -> None:
    async def work(session: AsyncSession) -> int:
        return await asyncio.get_running_loop().create_task(echo(session, 7))

    assert await transaction.read(work) == 7


async def test_a_work_sees_and_sets_what_belongs_to_its_task(transaction: Database) -> None:
    async def work(session: AsyncSession) -> str:
        await echo(session, 1)
        was = where.get()
        where.set("inside")
        return was

    where.set("outside")
    assert await transaction.read(work) == "outside"
    assert where.get() == "inside"


async def test_what_a_work_raises_is_raised_and_keeps_nothing(transaction: Database) -> None:
    async def work(session: AsyncSession) -> None:
        await note(session, "half done")
        raise LookupError("not there")

    with pytest.raises(LookupError, match="not there"):
        await transaction.write(work)
    assert await noted(transaction) == set()
