"""How many submissions a second are acknowledged, beside Bolt alone: in turns, so that only ratios count."""

import contextlib
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables
from tests.bench.load import Answered, Asked
from tests.bench.processes import Program, answer_of, program
from tests.bench.staging import Stage, Submission, opened, ours, real_submission

STOCK, DOCUMENTED, OURS = "stock", "documented", "ours"
# No round is longer than its time; this bounds what it leaves in the databases.
_MOST = 20_000
_LOAD_PATIENCE = 60.0
_WARM_REQUESTS = 30
LOAD = "tests.bench.load"


@dataclass(frozen=True)
class Contestant:
    """A program and where it stores: ``database`` is "" for the one that stores nothing."""

    name: str
    database: str

    @property
    def label(self) -> str:
        """What it is called in the table."""
        return f"{self.name}, {self.database}" if self.database else self.name


@dataclass
class Result:
    """What the rounds of one contestant came to, at some number of connections."""

    label: str
    connections: int
    rates: list[float] = field(default_factory=list)
    middle: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    errors: int = 0
    first_error: str = ""

    def add(self, answered: Answered, cpu_seconds: float) -> None:
        """Take a round, and the processor time that the program took in it."""
        times = sorted(answered.milliseconds)
        self.processor.append(cpu_seconds / max(len(times), 1) * 1000)
        self.rates.append((len(times) - answered.errors) / answered.seconds)
        self.middle.append(percentile(times, 0.5))
        self.late.append(percentile(times, 0.99))
        self.errors += answered.errors
        self.first_error = self.first_error or answered.first_error

    @property
    def rate(self) -> float:
        """Successes a second: the median of the rounds."""
        return statistics.median(self.rates)


def percentile(ordered: Sequence[float], part: float) -> float:
    """Return what this part of the values does not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def contestants(databases: Iterable[str]) -> list[Contestant]:
    """Return who takes part, in the order of a round."""
    storing = [Contestant(name, database) for name in (DOCUMENTED, OURS) for database in databases]
    return [Contestant(STOCK, ""), *storing]


async def compare(
    stage: Stage, *, rounds: int, seconds: float, connections: Sequence[int], most: int = _MOST
) -> list[Result]:
    """Let everybody answer for ``seconds`` in each round, one after another; returns what it came to.

    Raises:
        AssertionError: a success was acknowledged that is not stored.
    """
    taking_part = contestants(stage.databases)
    results = {(each, count): Result(each.label, count) for count in connections for each in taking_part}
    async with contextlib.AsyncExitStack() as stack:
        running = dict[Contestant, Program]()
        for each in taking_part:
            running[each] = await stack.enter_async_context(_started(stage, each))
        submissions = {
            each.database: await real_submission(stage, running[each]) for each in taking_part if each.name == OURS
        }
        for number in range(-1, rounds):
            for (each, count), result in results.items():
                submission = submissions[each.database or next(iter(submissions))]
                if number < 0:
                    # Whatever is only done once, such as Bolt's auth.test, is done before anything counts.
                    await load(stage, running[each], submission, count, seconds, min(most, _WARM_REQUESTS))
                else:
                    before = running[each].cpu_seconds()
                    answered = await load(stage, running[each], submission, count, seconds, most)
                    result.add(answered, running[each].cpu_seconds() - before)
        for name in stage.databases:
            await _expect_stored(stage, name)
    return list(results.values())


def _started(stage: Stage, contestant: Contestant) -> contextlib.AbstractAsyncContextManager[Program]:
    if contestant.name == OURS:
        return ours(stage, contestant.database)
    settings = stage.settings(contestant.database or next(iter(stage.databases)))
    if contestant.database == "sqlite":
        # Two programs that write into one file would wait for each other.
        settings["database_url"] = f"sqlite:///{stage.folder / 'documented.db'}"
    return program("-m", "tests.bench.peers", contestant.name, settings=settings)


async def load(
    stage: Stage, asked: Program, submission: Submission, connections: int, seconds: float, most: int
) -> Answered:
    """Let a program answer submissions over so many connections, for ``seconds`` and ``most`` of them at most."""
    wanted = Asked(
        port=asked.port,
        secret=stage.company.app.signing_secret,
        body=submission.body,
        view_id=submission.view_id,
        connections=connections,
        seconds=seconds,
        most=most,
    )
    return Answered(**await answer_of(LOAD, asdict(wanted), seconds=_LOAD_PATIENCE))


async def _expect_stored(stage: Stage, database: str) -> None:
    """Expect as many numbers as issues, without a gap: each that was told is there."""

    async def counts(session: AsyncSession) -> tuple[int, int]:
        last = await session.scalar(select(func.max(tables.IssueCounter.last))) or 0
        return last, await session.scalar(select(func.count()).select_from(tables.Issue)) or 0

    async with opened(stage.databases[database]) as transaction:
        last, stored = await transaction.read(counts)
    assert last == stored
