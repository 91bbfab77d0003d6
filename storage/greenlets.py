"""A work runs in one greenlet, and its statements run there.

SQLAlchemy starts a greenlet for each statement that is awaited, which takes as long as all else that it does for a
short one (docs/performance.md). A work here is begun once: what it awaits of the database is done where it stands,
and whatever else it awaits is passed on to the event loop as it is.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from functools import partial
from types import coroutine
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.util import await_
from sqlalchemy.util.concurrency import in_greenlet

T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]
_CONNECTION = "threadline.connection"


async def at_once(session: AsyncSession, work: Work[T]) -> T:
    """Run ``work(session)`` in one greenlet, and return what it returns; raises what it raises."""
    return await session.run_sync(lambda _session: to_its_end(_whole(session, work)))


async def commit_at_once(session: AsyncSession, works: Sequence[Work[Any]]) -> list[Any]:
    """Begin, run each work, commit and close the session in one greenlet; returns what the works returned.

    Raises:
        Exception: whatever a work raised; nothing was written.
    """

    def all_of_it(own: Session) -> list[Any]:
        with own.begin():
            results = [to_its_end(_whole(session, work)) for work in works]
        own.close()
        return results

    try:
        return await session.run_sync(all_of_it)
    except BaseException:
        # Whoever is cancelled here waits for the end of this, however often that happens.
        async with session:
            raise


async def _whole(session: AsyncSession, work: Work[T]) -> T:
    return await work(session)


def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end inside a greenlet of SQLAlchemy's; what it waits for is waited for outside."""
    step: Callable[[], Any] = partial(work.send, None)
    while True:
        try:
            waits_for = step()
        except StopIteration as ended:
            result: T = ended.value
            return result
        try:
            await_(_pass_on(waits_for))
        except BaseException as error:  # noqa: BLE001 - whatever it is, such as a cancelling, it is the work's
            step = partial(work.throw, error)
        else:
            step = partial(work.send, None)


@coroutine
def _pass_on(waits_for: Any) -> Generator[Any, Any, None]:
    """Hand over to the event loop what a coroutine handed over."""
    yield waits_for


async def on_connection(session: AsyncSession, ask: Callable[[Connection], T]) -> T:
    """Return what ``ask`` returns of the session's connection.

    Statements of ours run on it: the session has nothing to do with rows that are no objects, and would take as
    long as all the rest.
    """
    if in_greenlet():
        return ask(_connection(session.sync_session))
    return await session.run_sync(lambda session: ask(_connection(session)))


def _connection(session: Session) -> Connection:
    connection: Connection | None = session.info.get(_CONNECTION)
    if connection is None or connection.closed:
        connection = session.info[_CONNECTION] = session.connection()
    return connection
