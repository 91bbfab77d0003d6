"""How soon the outside hears of what was acknowledged, and how much a second is delivered."""

import asyncio
import contextlib
import statistics
import time
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.effects import EffectState
from sandbox.company import Company
from sandbox.slack import Channel, Person
from storage import tables
from storage.doorbell import ring_once
from storage.engine import open_engine
from storage.transaction import Database
from tests.bench.processes import Program
from tests.bench.staging import Stage, filled_form, opened, ours
from tests.world import link, register

_PATIENCE = 60.0
_LOOK_SECONDS = 0.02
_WORKER, _NO_WORKER = "--works", "--no-works"
WAITING = (EffectState.OWED, EffectState.SENDING)


@dataclass(frozen=True)
class WakeUp:
    """From the acknowledgement to the first attempt that reached the outside, by where the worker is.

    Less than nothing: the attempt was there before the acknowledgement was read.
    """

    where: str
    milliseconds: list[float]

    @property
    def middle(self) -> float:
        """The median."""
        return statistics.median(self.milliseconds)


async def wake_up(stage: Stage, database: str, *, other_process: bool, samples: int) -> WakeUp:
    """Raise issues one after another, and see when Linear is first asked for each."""
    found = list[float]()
    async with contextlib.AsyncExitStack() as stack:
        door = await stack.enter_async_context(ours(stage, database, _NO_WORKER if other_process else _WORKER))
        if other_process:
            await stack.enter_async_context(ours(stage, database, _WORKER))
        engine = open_engine(stage.databases[database])
        stack.push_async_callback(engine.dispose)
        async with opened(stage.databases[database]) as transaction:
            for _ in range(samples):
                await until_paid(transaction)
                found.append(await _one(stage.company, door, engine if other_process else None))
    return WakeUp("another process" if other_process else "the same process", found)


async def _one(company: Company, door: Program, rung: AsyncEngine | None) -> float:
    before = len(company.linear.calls_of("IssueCreate"))
    person = await filled_form(company, door, company.intake)
    await _submit(person)
    acknowledged = time.time()
    if rung is not None:
        # A program whose worker is left out does not ring for others: what it would do after its commit.
        await ring_once(rung)
    calls = company.linear.calls_of
    await company.linear.wait_until(lambda: len(calls("IssueCreate")) > before, seconds=_PATIENCE)
    # The sandbox's clock here is the machine's.
    return (calls("IssueCreate")[before].at - acknowledged) * 1000


async def _submit(person: Person) -> None:
    result = await person.submit()
    assert (result.status, result.errors) == (200, {}), result


async def until_paid(transaction: Database) -> None:
    """Wait until nothing is owed any more."""
    async with asyncio.timeout(_PATIENCE):
        while await transaction.read(_owed):  # noqa: ASYNC110 - another process's commit has no event
            await asyncio.sleep(_LOOK_SECONDS)


async def _owed(session: AsyncSession) -> int:
    query = select(func.count()).select_from(tables.Effect).where(tables.Effect.state.in_(WAITING))
    return await session.scalar(query) or 0


@dataclass(frozen=True)
class Drained:
    """How many effects were delivered, and in how many seconds."""

    effects: int
    seconds: float

    @property
    def rate(self) -> float:
        """Effects a second."""
        return self.effects / self.seconds


async def drain(stage: Stage, database: str, *, organizations: int) -> Drained:
    """Raise one issue with each of many organizations while nobody delivers, then let one worker deliver it all.

    Each has channels of its own: one channel takes about one message a second, which is Slack's pace and not ours.
    """
    company = stage.company
    async with opened(stage.databases[database]) as transaction:
        channels = await _found(transaction, company, organizations)
        async with ours(stage, database, _WORKER):
            await until_paid(transaction)
        async with ours(stage, database, _NO_WORKER) as door:
            for channel in channels:
                await _submit(await filled_form(company, door, channel))
        before = await transaction.read(_done)
        began = time.perf_counter()
        async with ours(stage, database, _WORKER) as worker:
            await until_paid(transaction)
            seconds = time.perf_counter() - began - worker.ready_seconds
        return Drained(await transaction.read(_done) - before, max(seconds, _LOOK_SECONDS))


async def _found(transaction: Database, company: Company, count: int) -> list[Channel]:
    """Register so many organizations, each with a channel and a team in Linear; returns the channels."""
    found = list[Channel]()
    for number in range(count):
        name = f"Vendor {number}"
        company.linear.add_team(company.linear_organization, name)
        everyone = [company.vera, company.ada, company.app.bot_user]
        channel = company.slack.add_channel(company.team, f"vendor-{number}", members=everyone)
        registered = await register(transaction, company, name, company.vera)
        await link(transaction, registered.organization_id, channel, intake=True, triage=True)
        found.append(channel)
    return found


async def _done(session: AsyncSession) -> int:
    query = select(func.count()).select_from(tables.Effect).where(tables.Effect.state == EffectState.DONE)
    return await session.scalar(query) or 0
