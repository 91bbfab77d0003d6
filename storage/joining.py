"""Works of one kind that wait are carried through together: one transaction, a few statements, one commit.

While one group is under way, the next one gathers. Nobody pays for another: where a group fails, each of it is
carried through alone, and its own error finds its own caller.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import UnavailableError
from storage.away import HeldUpError, RunAgainError

Item_contra = TypeVar("Item_contra", contravariant=True)
Outcome_co = TypeVar("Outcome_co", covariant=True)
T = TypeVar("T")
Item = TypeVar("Item")
Work = Callable[[AsyncSession], Awaitable[T]]

MOST_TOGETHER = 64
# How many turns of the event loop a submission takes from its socket to here. Whoever has reached the program when
# a group is about to begin is of the group; no time is waited for them.
TURNS = 5
# A group that waits for a lock does not hold up those who come after it for longer than so many seconds, ...
PATIENCE_SECONDS = 0.25
# ... as long as there are no more groups than this under way.
MOST_GROUPS = 4


class Many(Protocol[Item_contra, Outcome_co]):
    """The same work for several."""

    async def __call__(
        self, session: AsyncSession, items: Sequence[Item_contra]
    ) -> Sequence[Outcome_co | Exception]:
        """Do it for each of these; returns an outcome for each, in their order.

        An exception among the outcomes is raised to whoever asked for that item, for whom nothing was written.
        """
        ...


class _ApartError(Exception):
    """One of a group lost a race: run together again, they would lose the same one."""


_ONE_STATEMENT = "_writes_one_statement"


def in_one_statement(many: T) -> T:
    """Say of a ``Many`` that all that it writes to PostgreSQL is one statement, the last that it runs.

    A statement is a transaction of its own there, so neither BEGIN nor COMMIT is sent for it.
    """
    setattr(many, _ONE_STATEMENT, True)
    return many


def is_in_one_statement(many: object) -> bool:
    """Tell whether that was said of it."""
    return getattr(many, _ONE_STATEMENT, False)


class Joined:
    """The works of one kind.

    Args:
        many: what is done.
        write: runs a work in a transaction of its own, again if it loses a race, and returns what it returned. A
            group that loses one fails.
        spawn: starts a task and keeps it until it ends.
    """

    def __init__(
        self,
        many: Many[Any, Any],
        write: Callable[[Work[Any]], Awaitable[Any]],
        spawn: Callable[[Any], asyncio.Task[Any]],
    ) -> None:
        self._many, self._write, self._spawn = many, write, spawn
        self._waiting: deque[tuple[Any, asyncio.Future[Any]]] = deque()
        self._free = asyncio.Semaphore(MOST_GROUPS)
        self._gathering = False

    def add(self, item: Any) -> asyncio.Future[Any]:
        """Take an item; returns what will hold its outcome. Nobody's cancelling ends a work under way."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if not self._gathering:
            self._gathering = True
            self._spawn(self._carry_all())
        return answer

    async def _carry_all(self) -> None:
        try:
            while self._waiting:
                await self._free.acquire()
                await self._let_arrive()
                group = [self._waiting.popleft() for _ in range(min(MOST_TOGETHER, len(self._waiting)))]
                task = self._spawn(self._carry(group))
                task.add_done_callback(lambda _ended: self._free.release())
                await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        finally:
            self._gathering = False

    async def _let_arrive(self) -> None:
        for _ in range(TURNS):
            if len(self._waiting) >= MOST_TOGETHER:
                return
            await asyncio.sleep(0)

    async def _carry(self, group: list[tuple[Any, asyncio.Future[Any]]]) -> None:
        try:
            outcomes = await self._together([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - it is the caller's, who raises it
            # Where the database is away, it is so for everybody: nobody waits for it once more.
            away = isinstance(error, UnavailableError) and not isinstance(error, HeldUpError)
            over = away or len(group) == 1
            outcomes = [error] * len(group) if over else await self._apart([item for item, _ in group])
        for (_, answer), outcome in zip(group, outcomes, strict=True):
            _settle(answer, outcome)

    async def _together(self, items: list[Any]) -> Sequence[Any]:
        work = partial(self._many, items=items)
        found: Sequence[Any] = await self._write(work if len(items) == 1 else partial(_run_once, work))
        return found

    async def _apart(self, items: list[Any]) -> Sequence[Any]:
        each = await asyncio.gather(*(self._together([item]) for item in items), return_exceptions=True)
        return [one if isinstance(one, BaseException) else one[0] for one in each]


async def _run_once(work: Work[T], session: AsyncSession) -> T:
    try:
        return await work(session)
    except RunAgainError as error:
        raise _ApartError from error


def _settle(answer: asyncio.Future[Any], outcome: Any) -> None:
    if answer.done():
        # Whoever asked was cancelled.
        return
    if isinstance(outcome, BaseException):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


class EachAlone(ABC):
    """Writes of which none waits for another: each item is by itself."""

    @abstractmethod
    async def write(self, work: Work[T]) -> T:
        """Run ``work``, and keep what it wrote."""

    async def write_each(self, many: Many[Item, T], item: Item) -> T:
        """Write for one item."""
        return _only(await self.write(partial(many, items=[item])))


def _only(outcomes: Sequence[T | Exception]) -> T:
    (outcome,) = outcomes
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
