"""Work that goes on after an answer: it ends, or is ended when the program stops."""

import asyncio

from handlers.closing import Closing
from handlers.tasks import TaskKeeper

SOON = 5.0


async def test_work_is_waited_for_with_what_it_starts() -> None:
    keeper, done = TaskKeeper(), list[str]()

    async def follow() -> None:
        done.append("follows")

    async def begin() -> None:
        keeper.start(follow())
        done.append("begun")

    keeper.start(begin())
    await keeper.finish()
    assert done == ["begun", "follows"]


async def test_work_that_does_not_end_is_ended() -> None:
    keeper = TaskKeeper()
    task = keeper.start(asyncio.Event().wait())
    async with asyncio.timeout(SOON):
        await keeper.finish(0.0)
    assert task.cancelled()


async def test_the_time_that_is_left_counts_from_the_first_signal() -> None:
    closing = Closing()
    began = closing.begin()
    assert closing.begin() == began
    assert 0 < closing.left(SOON) <= SOON
    assert closing.left(0.0) == 0.0
