"""Workers that deliver by script, and transactions that a test looks into."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, TypeVar

from bot.delivery.worker import Record, Worker, nothing_more
from bot.domain.effects import Effect
from storage.joining import EachAlone
from storage.transaction import Transaction, Work

T = TypeVar("T")
LEASE_SECONDS = 30.0
# Far beyond what a jitter is: what failed waits for many minutes, however slow the machine, until a test lets the
# time pass.
NOT_BEFORE_THE_TEST_SAYS_SO = 1000.0


class Script:
    """Delivers by script: what an effect's name meets, one try after another; then it succeeds.

    ``delivered`` are the names of all that was tried, ``recorded`` of what its record was run for.
    """

    def __init__(self) -> None:
        self.delivered: list[str] = []
        self.errors: list[Exception] = []
        self.records: dict[str, Record] = {}
        self.holds: dict[str, asyncio.Event] = {}
        self._failures: dict[str, deque[Exception]] = defaultdict(deque)
        self._begun: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def fail(self, name: str, *failures: Exception) -> None:
        """Let the next tries of an effect meet these."""
        self._failures[name].extend(failures)

    def hold(self, name: str) -> asyncio.Event:
        """Let an effect's deliveries wait until the event is set."""
        self.holds[name] = asyncio.Event()
        return self.holds[name]

    async def begun(self, name: str) -> None:
        """Wait until an effect's delivery has begun; far below what the sweep would take."""
        async with asyncio.timeout(5):
            await self._begun[name].wait()

    async def deliver(self, effect: Effect) -> Record:
        """Deliver."""
        name = str(effect.about["name"])
        self.delivered.append(name)
        self._begun[name].set()
        if name in self.holds:
            await self.holds[name].wait()
        if self._failures[name]:
            raise self._failures[name].popleft()
        return self.records.get(name, nothing_more)

    def worker(self, transaction: Transaction, make_worker: type[Worker] = Worker, **changes: Any) -> Worker:
        """Return a worker that delivers by this script; what fails waits."""
        given: dict[str, Any] = {
            "name": "worker",
            "lease_seconds": LEASE_SECONDS,
            "jitter": lambda: NOT_BEFORE_THE_TEST_SAYS_SO,
            "on_error": self.errors.append,
            **changes,
        }
        return make_worker(transaction, self.deliver, **given)


class Watched(EachAlone):
    """A database's transactions; each read and write passes the test first.

    Args:
        transaction: the real ones.
        on_read: called at each read; may raise.
        on_write: called at each write; may raise.
    """

    def __init__(
        self,
        transaction: Transaction,
        *,
        on_read: Callable[[], None] = lambda: None,
        on_write: Callable[[], None] = lambda: None,
    ) -> None:
        self._transaction = transaction
        self._on_read = on_read
        self._on_write = on_write

    async def read(self, work: Work[T]) -> T:
        """Read."""
        self._on_read()
        return await self._transaction.read(work)

    async def write(self, work: Work[T]) -> T:
        """Write."""
        self._on_write()
        return await self._transaction.write(work)

    async def close(self) -> None:
        """Close."""
        await self._transaction.close()
