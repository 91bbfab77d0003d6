"""The real program, once or twice, on one database: killed, frozen, started again."""

import asyncio
import contextlib
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping

from tests.faults.program_log import Complaint, complaints_in
from tests.process import BotProcess, EndedError, start_bot

STARTS = 3
ENDED_BY_ITSELF = Complaint("the program ended by itself", "")


class Replica:
    """One replica; from its start on it runs, but for moments.

    Args:
        settings: of the program, by their lower-case names.
        program: the module whose ``cli`` runs it.
    """

    def __init__(self, settings: Mapping[str, str], program: str) -> None:
        self._settings = settings
        self._program = program
        self._running: BotProcess | None = None
        self.complaints: Counter[Complaint] = Counter()
        # Who answers nothing is not asked.
        self.answers = False

    @property
    def url(self) -> str | None:
        """Where it answers; None: it does not."""
        return self._running.url if self._running is not None and self.answers else None

    @property
    def pid(self) -> int | None:
        """Its process; None: there is none."""
        return None if self._running is None else self._running.pid

    async def start(self) -> None:
        """Start it; as whoever runs it would, once more where it ends by itself.

        Raises:
            EndedError: it ended each time.
        """
        for attempt in range(STARTS):
            try:
                self._running = await start_bot(self._settings, self._program)
            except EndedError:
                if attempt == STARTS - 1:
                    raise
            else:
                self.answers = True
                return

    async def kill(self, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """Let it end."""
        self.answers = False
        if self._running is not None:
            running, self._running = self._running, None
            self.complaints[ENDED_BY_ITSELF] += running.has_ended
            await running.kill(with_signal)
            self.complaints.update(complaints_in(running.log))

    @contextlib.asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """Let it stand still meanwhile: its connections stay open, and it knows nothing of the time."""
        running = self._running
        assert running is not None
        running.send(signal.SIGSTOP)
        self.answers = False
        try:
            yield
        finally:
            running.send(signal.SIGCONT)
            self.answers = True


async def to_its_end(acting: Coroutine[None, None, None]) -> None:
    """Let something come to its end, though whoever began it is cancelled: nothing stays stopped or frozen."""
    task = asyncio.get_running_loop().create_task(acting)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


class Fleet:
    """The replicas, and who tells them what happens.

    Args:
        point: lets all that is told go to an address from now on; the replicas take turns.
        settings: of the program, by their lower-case names.
        size: how many replicas.
        program: the module whose ``cli`` runs it.
    """

    def __init__(
        self, point: Callable[[str], object], settings: Mapping[str, str], size: int, program: str
    ) -> None:
        self._point = point
        self._turn = 0
        # Whoever stops or freezes a replica holds it, so that nobody else does meanwhile.
        self.struck = asyncio.Lock()
        self.replicas = [Replica(settings, program) for _ in range(size)]

    def lead(self) -> bool:
        """Let the next request go to the next replica that answers, as a load balancer does; tells if one does."""
        urls = [replica.url for replica in self.replicas if replica.url is not None]
        if urls:
            self._turn += 1
            self._point(urls[self._turn % len(urls)])
        return bool(urls)

    async def everyone_answers(self) -> None:
        """Wait until every replica runs."""
        while not all(replica.answers for replica in self.replicas):  # noqa: ASYNC110 - processes have no event
            await asyncio.sleep(0.05)

    async def restart_one(self) -> None:
        """Stop one replica as whoever runs it does, and start it again."""
        await to_its_end(self._restart_one())

    async def _restart_one(self) -> None:
        async with self.struck:
            [replica, *_] = self.replicas
            await replica.kill(signal.SIGTERM)
            await replica.start()

    @property
    def complaints(self) -> Counter[Complaint]:
        """What the programs that ended said at the level of an error."""
        return sum((replica.complaints for replica in self.replicas), Counter())


@contextlib.asynccontextmanager
async def running_fleet(
    point: Callable[[str], object], settings: Mapping[str, str], size: int, program: str = "app"
) -> AsyncIterator[Fleet]:
    """Run so many replicas until the context ends; each is then stopped by its own process."""
    fleet = Fleet(point, settings, size, program)
    try:
        await asyncio.gather(*(replica.start() for replica in fleet.replicas))
        fleet.lead()
        yield fleet
    finally:
        await asyncio.shield(asyncio.gather(*(replica.kill() for replica in fleet.replicas)))
