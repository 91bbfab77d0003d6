"""``python -m tests.bench``: everything that docs/performance.md tells of, measured on this machine."""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from bot.logs import configure_logs
from tests.bench.effects import drain, wake_up
from tests.bench.footprint import count, footprint
from tests.bench.report import (
    counted_table,
    effects_table,
    footprint_table,
    head,
    size_table,
    throughput_table,
)
from tests.bench.size import few_and_many
from tests.bench.staging import Stage, open_stage
from tests.bench.throughput import compare

KINDS = ("sqlite", "postgresql")
CONNECTIONS = (1, 16, 64)
MANY, MOST = 100_000, 1_000_000
# Each organization has three deliveries to Slack and Linear at the least; more would meet Slack's own pace.
ORGANIZATIONS = 30
SAMPLES, SLOW_SAMPLES = 20, 5
IDLE_SECONDS = 20.0

cli = typer.Typer(add_completion=False)


@cli.command()
def bench(
    rounds: Annotated[int, typer.Option(help="How often everybody takes a turn.", min=1, max=20)] = 3,
    seconds: Annotated[float, typer.Option(help="How long a turn lasts.", min=0.1, max=30)] = 3.0,
    database: Annotated[list[str] | None, typer.Option(help="sqlite or postgresql; both unless told.")] = None,
    full: Annotated[bool, typer.Option("--full", help="A million issues instead of 100,000.")] = False,  # noqa: FBT002
    throughput_only: Annotated[bool, typer.Option("--throughput", help="Nothing but that.")] = False,  # noqa: FBT002
) -> None:
    """Measure the bot beside Bolt alone, in turns: only the ratios of one call can be compared."""
    kinds = KINDS if database is None else tuple(each for each in KINDS if each in database)
    if not kinds:
        raise typer.BadParameter(f"choose from {', '.join(KINDS)}")
    configure_logs("ERROR")
    began = time.perf_counter()
    asyncio.run(
        _bench(kinds, rounds=rounds, seconds=seconds, many=MOST if full else MANY, all_=not throughput_only)
    )
    typer.echo(f"\nAll of it took {time.perf_counter() - began:.0f} s.")


async def _bench(kinds: Sequence[str], *, rounds: int, seconds: float, many: int, all_: bool) -> None:
    console = Console(width=110, highlight=False)
    console.print(head(), markup=False)
    async with open_stage(*kinds) as stage:
        results = await compare(stage, rounds=rounds, seconds=seconds, connections=CONNECTIONS)
        console.print(throughput_table(results, rounds=rounds, seconds=seconds))
    if not all_:
        return
    async with open_stage(*kinds) as stage:
        await _costs(stage, console)
    async with open_stage(*kinds) as stage:
        await _effects(stage, console)
    # One database is enough here: the bigger one of most installations is SQLite.
    async with open_stage(kinds[0]) as stage:
        console.print(size_table(kinds[0], await few_and_many(stage, kinds[0], many=many)))


async def _costs(stage: Stage, console: Console) -> None:
    counted, taken = {}, {}
    for name in stage.databases:
        taken[name] = await footprint(stage, name, idle_seconds=IDLE_SECONDS)
        counted[name] = [await count(stage, name, each) for each in CONNECTIONS]
    console.print(counted_table(counted))
    console.print(footprint_table(taken))


async def _effects(stage: Stage, console: Console) -> None:
    waits, drained = [], {}
    for name in stage.databases:
        waits.append((name, await wake_up(stage, name, other_process=False, samples=SAMPLES)))
        if name == "postgresql":
            waits.append((name, await wake_up(stage, name, other_process=True, samples=SLOW_SAMPLES)))
        drained[name] = await drain(stage, name, organizations=ORGANIZATIONS)
    console.print(effects_table(waits, drained))


if __name__ == "__main__":
    cli()
