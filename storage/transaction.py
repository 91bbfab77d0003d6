"""The only commit.

``await transaction.write(fn)`` runs ``fn(session)`` and commits. ``fn`` is free of network and may be run
again: on SQLite, writes that wait are committed as one group (one ``fsync`` for all), and a group that
fails is run again one by one; on both databases a write that lost a race is run again.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar, cast

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import UnavailableError
from storage.away import DATABASE_AWAY, DATABASE_BUSY, RunAgainError, away_in_words
from storage.greenlets import at_once, commit_at_once
from storage.joining import EachAlone, Joined, Many, is_in_one_statement

# What others know from here, too.
__all__ = (
    "DATABASE_AWAY",
    "DATABASE_BUSY",
    "Database",
    "RunAgainError",
    "Transaction",
    "after_commit",
    "mark_owed",
)
T = TypeVar("T")
Item = TypeVar("Item")
Work = Callable[[AsyncSession], Awaitable[T]]

MOST_RUNS = 8
GROUP_LIMIT = 64
_OWED = "threadline.owed"
_AFTER = "threadline.after"
log = structlog.stdlib.get_logger(__name__)


class Transaction(Protocol):
    """Reads and writes of the database, each in a transaction of its own."""

    async def read(self, work: Work[T]) -> T:
        """Run ``work`` on one consistent state of the database; nothing that it changes is kept.

        Raises:
            UnavailableError: the database is away.
        """
        ...

    async def write(self, work: Work[T]) -> T:
        """Run ``work``, commit, and return what it returned.

        The work goes on to its end even if the caller is cancelled.

        Raises:
            UnavailableError: the database is away. Nothing was written, unless the connection broke while the
                commit was under way: what must not happen twice carries a unique key of its own.
            Exception: whatever ``work`` raised; nothing was written.
        """
        ...

    async def write_each(self, many: Many[Item, T], item: Item) -> T:
        """Write for one item what ``many`` writes for several; others that wait for the same share the commit.

        Where their transaction fails, each is written alone: ``many`` gets a list of one.

        Raises:
            UnavailableError: as ``write``.
            Exception: as ``write``, or what the outcome of this item is.
        """
        ...

    async def close(self) -> None:
        """Wait for the writes under way."""
        ...


class Database(Transaction, Protocol):
    """Reads and writes that are kept, and others that are not."""

    def rehearsal(self) -> AbstractAsyncContextManager[Transaction]:
        """Give reads and writes in one transaction of their own that is rolled back in the end, whatever happens.

        Nobody else ever sees what is written there, and a process that is killed leaves none of it. Only what is
        written holds locks, so it is to be short and to wait for nobody: SQLite takes no other write meanwhile.
        """
        ...


def mark_owed(session: AsyncSession) -> None:
    """Say that this transaction enqueues effects, so that a worker is woken at its commit."""
    session.info[_OWED] = True


def after_commit(session: AsyncSession, work: Work[None]) -> None:
    """Let this be written once the transaction is committed, in one of its own that waits with no lock in hand.

    It is for what may be lost: if the process ends in between, or the database is away, nobody comes back to it.
    """
    session.info.setdefault(_AFTER, []).append(work)


def open_transaction(engine: AsyncEngine, on_owed: Callable[[], object] = lambda: None) -> Database:
    """Return this database's transactions; ``on_owed`` is called after each commit that enqueued effects."""
    if engine.dialect.name == "sqlite":
        return _SqliteTransaction(engine, on_owed)
    return _PostgresTransaction(engine, on_owed)


class _Base(ABC):
    def __init__(self, engine: AsyncEngine, on_owed: Callable[[], object]) -> None:
        self._engine = self._reads = self._writes = engine
        self._on_owed = on_owed
        # asyncio keeps only weak references to tasks: without this one, a write could vanish half-way.
        self._tasks: set[asyncio.Task[Any]] = set()
        self._joined: dict[Many[Any, Any], Joined] = {}

    async def read(self, work: Work[T]) -> T:
        """Run ``work`` and roll back."""
        async with away_in_words(), AsyncSession(self._reads) as session:
            return await at_once(session, work)

    @abstractmethod
    async def write(self, work: Work[T]) -> T:
        """Run ``work`` and commit."""

    async def write_each(self, many: Many[Item, T], item: Item) -> T:
        """Write with whoever else waits for the same."""
        joined = self._joined.get(many)
        if joined is None:
            write = self._write_statement if is_in_one_statement(many) else self.write
            joined = self._joined[many] = Joined(many, write, self._spawn)
        return cast("T", await joined.add(item))

    async def _write_statement(self, work: Work[T]) -> T:
        """Run ``work``, which writes one statement, and commit."""
        return await self.write(work)

    async def close(self) -> None:
        """Wait for the writes under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    @contextlib.asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[Transaction]:
        """Open one transaction, and roll it back."""
        # Its first statement begins it: on SQLite as a writer.
        async with AsyncSession(self._writes) as session:
            yield _Rehearsal(session)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _commit(self, engine: AsyncEngine, works: list[Work[Any]]) -> list[Any]:
        async with away_in_words():
            session = AsyncSession(engine)
            results = await commit_at_once(session, works)
            if session.info.get(_OWED):
                self._on_owed()
        await self._follow_up(engine, session.info.get(_AFTER, ()))
        return results

    async def _follow_up(self, engine: AsyncEngine, works: Iterable[Work[None]]) -> None:
        try:
            for work in works:
                await self._commit_alone(engine, work)
        except UnavailableError:
            # Not each of them: the caller waits, and may hold a lease.
            log.warning("the database is away; what was to follow a commit is left")

    async def _commit_alone(self, engine: AsyncEngine, work: Work[T]) -> T:
        cause: BaseException | None = None
        for _ in range(MOST_RUNS):
            try:
                result: T = (await self._commit(engine, [work]))[0]
            except RunAgainError as again:
                cause = again.__cause__
            else:
                return result
        raise _lost(cause)


class _Rehearsal(EachAlone):
    """Each read and write is a savepoint of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, work: Work[T]) -> T:
        """Run ``work`` and take back what it changed."""
        async with away_in_words():
            savepoint = await self._session.begin_nested()
            try:
                return await at_once(self._session, work)
            finally:
                await savepoint.rollback()

    async def write(self, work: Work[T]) -> T:
        """Run ``work``; what it wrote is there for what follows."""
        try:
            async with away_in_words(), self._session.begin_nested():
                return await at_once(self._session, work)
        except RunAgainError as again:
            # It cannot be run again: what it collides with holds until this transaction ends.
            raise _lost(again.__cause__) from again

    async def close(self) -> None:
        """Do nothing: no write goes on by itself."""


def _lost(cause: BaseException | None) -> Exception:
    """Return what the caller is told of a write that was run again in vain."""
    # A conflict that stays is no race: what it collides with is there to stay.
    return cause if isinstance(cause, IntegrityError) else UnavailableError(DATABASE_BUSY)


class _PostgresTransaction(_Base):
    """Each write has a connection of its own; PostgreSQL groups the commits itself."""

    def __init__(self, engine: AsyncEngine, on_owed: Callable[[], object]) -> None:
        super().__init__(engine, on_owed)
        # By default each statement sees what was committed before it: a read of several would see a mixture.
        self._reads = engine.execution_options(isolation_level="REPEATABLE READ")
        self._statements = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` and commit."""
        return await self._write_through(self._engine, work)

    async def _write_statement(self, work: Work[T]) -> T:
        return await self._write_through(self._statements, work)

    async def _write_through(self, engine: AsyncEngine, work: Work[T]) -> T:
        task = self._spawn(self._commit_alone(engine, work))
        # A caller who was cancelled does not come for the error: asyncio would complain that nobody did.
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return await asyncio.shield(task)


class _SqliteTransaction(_Base):
    """One writer: SQLite takes one at a time, and waiting here is fairer than waiting for its lock."""

    def __init__(self, engine: AsyncEngine, on_owed: Callable[[], object]) -> None:
        super().__init__(engine, on_owed)
        self._writes = engine.execution_options(threadline_writes=True)
        self._waiting: deque[tuple[Work[Any], asyncio.Future[Any]]] = deque()
        self._writing = False

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` and commit, with whatever else waits."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, answer))
        if not self._writing:
            self._writing = True
            self._spawn(self._write_all())
        return await asyncio.shield(answer)

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(GROUP_LIMIT, len(self._waiting)))]
                await self._write_group(group)
        finally:
            self._writing = False

    async def _write_group(self, group: list[tuple[Work[Any], asyncio.Future[Any]]]) -> None:
        if len(group) > 1:
            # Whatever failed, each is run again alone, where its own error finds its own caller.
            with contextlib.suppress(Exception):
                results = await self._commit(self._writes, [work for work, _ in group])
                for (_, answer), result in zip(group, results, strict=True):
                    answer.set_result(result)
                return
        for work, answer in group:
            try:
                answer.set_result(await self._commit_alone(self._writes, work))
            except Exception as error:  # noqa: BLE001 - it is the caller's, who raises it
                answer.set_exception(error)
