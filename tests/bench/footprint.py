"""What the program takes of a machine: until it is ready, in memory, and while it has nothing to do."""

import asyncio
import statistics
from dataclasses import dataclass

import httpx

from tests.bench.processes import program
from tests.bench.staging import Stage, ours, real_submission
from tests.bench.throughput import load

_STARTS = 3
_COUNTED = 400


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """``start`` in seconds, memory in MiB, idle in percent of one processor core."""

    start: float
    memory: float
    memory_after: float
    idle: float


async def footprint(stage: Stage, database: str, *, idle_seconds: float) -> Footprint:
    """Start the real program some times, and let the last one work and then be idle."""
    settings, starts = stage.settings(database), list[float]()
    for _ in range(_STARTS - 1):
        async with program("app.py", "serve", settings=settings) as running:
            starts.append(running.ready_seconds)
    async with program("app.py", "serve", settings=settings) as running:
        starts.append(running.ready_seconds)
        memory = running.memory_mib()
        before = running.cpu_seconds()
        await asyncio.sleep(idle_seconds)
        idle = (running.cpu_seconds() - before) / idle_seconds * 100
    async with ours(stage, database) as running:
        await load(stage, running, await real_submission(stage, running), 16, 10, _COUNTED)
        after = running.memory_mib()
    return Footprint(start=statistics.median(starts), memory=memory, memory_after=after, idle=idle)


@dataclass(frozen=True)
class Counted:
    """What one submission costs the database: statements, and its part of a commit.

    Where there were errors neither tells anything: some were told to wait, and went on after the count.
    """

    connections: int
    errors: int
    statements: float
    commits: float


async def count(stage: Stage, database: str, connections: int) -> Counted:
    """Count what submissions over so many connections make the program ask of its database."""
    async with ours(stage, database, "--count") as running:
        submission = await real_submission(stage, running)
        await load(stage, running, submission, connections, 10, connections)
        async with httpx.AsyncClient(base_url=running.url, trust_env=False) as http:
            before = (await http.get("/bench/counts")).json()
            answered = await load(stage, running, submission, connections, 10, _COUNTED)
            after = (await http.get("/bench/counts")).json()
    each = {name: (after[name] - before[name]) / len(answered.milliseconds) for name in after}
    return Counted(connections, answered.errors, each["statements"], each["commits"])
