"""What runs when. The jobs themselves are passed in by app.py; APScheduler only wakes us."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.logs import bind_request_id, new_request_id

SWEEP_SECONDS = 60.0
RECONCILE_SECONDS = 600.0
DAY_SECONDS = 86_400.0
# How long, in seconds, a run that was cancelled may take to notice.
CANCELLING_SECONDS = 1.0
log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something that is done again and again; never twice at once in this process.

    Args:
        name: for the log.
        seconds: between the beginnings of two runs.
        run: does it. What it raises is logged, and it runs again when its time comes.
    """

    name: str
    seconds: float
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """Everything that is done by the clock.

    Args:
        sweep_inbox: acts again on what failed half-way.
        prune_inbox: forgets what was told long ago.
        reconcile_linear: asks Linear for what nobody told us.
    """

    sweep_inbox: Callable[[], Awaitable[None]]
    prune_inbox: Callable[[], Awaitable[None]]
    reconcile_linear: Callable[[], Awaitable[None]]

    def plan(self) -> Sequence[Job]:
        """Return what runs when."""
        return (
            Job(name="inbox sweep", seconds=SWEEP_SECONDS, run=self.sweep_inbox),
            Job(name="inbox pruning", seconds=DAY_SECONDS, run=self.prune_inbox),
            Job(name="reconciliation", seconds=RECONCILE_SECONDS, run=self.reconcile_linear),
        )


@contextlib.asynccontextmanager
async def scheduled(jobs: Sequence[Job]) -> AsyncIterator[None]:
    """Run jobs now and when their time comes; in the end the runs under way are cancelled, and waited for a moment.

    Now too, or a program that is started anew every day would never come to what is done once a day.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)
    running = set[asyncio.Task[Any]]()
    for job in jobs:
        scheduler.add_job(
            _run,
            IntervalTrigger(seconds=job.seconds, timezone=UTC),
            args=(job, running),
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            # However late: by default a run that is a second late, on a busy machine, would be left out.
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        under_way = set(running)
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way, timeout=CANCELLING_SECONDS)


async def _run(job: Job, running: set[asyncio.Task[Any]]) -> None:
    task = cast("asyncio.Task[Any]", asyncio.current_task())
    running.add(task)
    bind_request_id(new_request_id())
    try:
        await job.run()
    except asyncio.CancelledError:
        # It ends here: APScheduler would call it a failure.
        log.info("a job was stopped", job=job.name)
    except Exception:
        log.exception("a job failed", job=job.name)
    finally:
        running.discard(task)
