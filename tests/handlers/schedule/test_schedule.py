"""Jobs are run when their time comes, one run at a time, whatever became of the last; and end with the program."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from handlers.schedule import DAY_SECONDS, RECONCILE_SECONDS, SWEEP_SECONDS, Job, Jobs, scheduled

AT_ONCE = 0.01


class Counted:
    """Something that is run; each run is counted, and goes on until it is let go."""

    def __init__(self, *, fails: bool = False, waits: bool = False) -> None:
        self._fails, self._gone_on = fails, asyncio.Event()
        if not waits:
            self._gone_on.set()
        self._changed = asyncio.Condition()
        self.begun = self.ended = self.at_once = self.most_at_once = 0

    async def run(self) -> None:
        async with self._changed:
            self.begun += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self._changed.notify_all()
        try:
            await self._gone_on.wait()
        finally:
            self.at_once -= 1
            self.ended += 1
        if self._fails:
            raise RuntimeError("planted")

    async def began(self, times: int) -> None:
        """Wait until it began so often."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: self.begun >= times)

    def let_go(self) -> None:
        self._gone_on.set()


def job(counted: Counted) -> Job:
    return Job(name="a job", seconds=AT_ONCE, run=counted.run)


async def test_what_fails_is_logged_and_runs_again_and_so_does_what_does_not() -> None:
    failing, other = Counted(fails=True), Counted()
    with capture_logs() as logs:
        async with scheduled([job(failing), job(other)]):
            await failing.began(3)
            await other.began(3)
    failures = [line for line in logs if line["event"] == "a job failed"]
    assert len(failures) >= 2
    assert {line["log_level"] for line in failures} == {"error"}


async def test_a_job_never_overlaps_itself_and_holds_back_no_other() -> None:
    slow, other = Counted(waits=True), Counted()
    async with scheduled([job(slow), job(other)]):
        await slow.began(1)
        await other.began(other.begun + 5)
        assert slow.begun == 1
        slow.let_go()
        await slow.began(3)
    assert slow.most_at_once == 1


async def test_a_run_under_way_has_ended_when_the_schedule_has() -> None:
    slow = Counted(waits=True)
    with capture_logs() as logs:
        async with scheduled([job(slow)]):
            await slow.began(1)
    assert (slow.begun, slow.ended) == (1, 1)
    assert [line["event"] for line in logs] == ["a job was stopped"]
    # And none begins any more.
    other = Counted()
    async with scheduled([job(other)]):
        await other.began(3)
    assert slow.begun == 1


async def test_the_first_run_comes_at_once() -> None:
    counted = Counted()
    async with scheduled([Job(name="a job", seconds=DAY_SECONDS, run=counted.run)]):
        await counted.began(1)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("inbox sweep", SWEEP_SECONDS), ("inbox pruning", DAY_SECONDS), ("reconciliation", RECONCILE_SECONDS)],
)
async def test_each_job_has_its_own_time(name: str, seconds: float) -> None:
    run = list[str]()

    def noting(what: str) -> Callable[[], Awaitable[None]]:
        async def note() -> None:
            run.append(what)

        return note

    jobs = Jobs(
        sweep_inbox=noting("inbox sweep"),
        prune_inbox=noting("inbox pruning"),
        reconcile_linear=noting("reconciliation"),
    ).plan()
    [found] = [each for each in jobs if each.name == name]
    await found.run()
    assert (run, found.seconds) == ([name], seconds)
    assert (SWEEP_SECONDS, DAY_SECONDS, RECONCILE_SECONDS) == (60, 24 * 60 * 60, 10 * 60)
