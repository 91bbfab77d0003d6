"""``python -m tests.faults``: the fault harness (docs/faults.md)."""

import asyncio
import contextlib
import secrets
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.logs import configure_logs
from tests.databases import migrate_aside, running_postgres
from tests.faults.havoc import KILLED
from tests.faults.judgement import too_few
from tests.faults.methods import AS_APP, CYCLE, PRIVATE, WITH_CUSTOMERS, called_in, methods_until
from tests.faults.plan import LEAST, Outcome, Plan
from tests.faults.planted import Planted
from tests.faults.report import BAD, GOOD, show
from tests.faults.rounds import run_round

KILLS_A_ROUND = 13
# So many more make up for what did not come by chance.
SPARE_ROUNDS = 2
# How many issues are raised in a round at most: whatever reads them all, at Slack's pace, takes its time for each.
ISSUES = 7
# Slack gives 15 messages at a time to apps outside its Marketplace; threads here are short, so it is less.
SLOW_HISTORY_PAGE, NORMAL_PAGE = 5, 1_000
# As a shell has it for Ctrl-C.
STOPPED = 130


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line."""

    seed: int
    faults: int
    kills: int
    minutes: float
    planted: Planted | None = None

    @property
    def rounds(self) -> int:
        """How many rounds it takes: at least one on each database."""
        return max(2, -(-self.kills // KILLS_A_ROUND))

    def until(self, of: int, number: int) -> int:
        """Return the part of ``of`` that is to have come by the end of a round, from 0."""
        return of * min(number + 1, self.rounds) // self.rounds

    def methods(self, number: int) -> frozenset[str]:
        """Return what is to have met a fault by the end of a round."""
        return methods_until(number, self.rounds, most=self.until(self.faults, number))

    def lacks(self, whole: Outcome) -> list[str]:
        """Return why all rounds together prove less than was asked for."""
        return too_few(whole, self.faults, self.kills, self.methods(self.rounds - 1), LEAST)


def main(
    seed: Annotated[int, typer.Option(help="Replays a run: the same people, faults and kills.")] = -1,
    faults: Annotated[int, typer.Option(min=0, help="How many faults Slack and Linear have.")] = 300,
    kills: Annotated[int, typer.Option(min=0, help="How often a replica is killed.")] = 50,
    minutes: Annotated[float, typer.Option(min=0, help="It ends as failed after this long.")] = 15,
    planted: Annotated[Planted | None, typer.Option(help="Puts a fault into the bot: it is to fail.")] = None,
) -> None:
    """Run the bot against Slack and Linear that fail, kill it again and again, and look what came of it."""
    asked = Asked(seed if seed >= 0 else secrets.randbelow(1_000_000), faults, kills, minutes, planted)
    console = Console()
    configure_logs("CRITICAL")
    began = time.monotonic()
    try:
        outcome = asyncio.run(_bounded(asked, console))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print(f"Stopped. SEED={asked.seed} begins it again.")
        raise typer.Exit(STOPPED) from None
    show(outcome, console)
    console.print(f"SEED={asked.seed}, {time.monotonic() - began:.0f} s.")
    if not outcome.is_good:
        console.print(BAD.format(seed=asked.seed, faults=faults, kills=kills), style="bold red")
        raise typer.Exit(1)
    console.print(GOOD, style="bold green")


async def _bounded(asked: Asked, console: Console) -> Outcome:
    """Run all rounds; a termination ends it as Ctrl-C does, so that what was started is stopped."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    whole = Outcome()
    try:
        async with asyncio.timeout(asked.minutes * 60):
            await _run(asked, console, whole)
    except TimeoutError:
        whole.verdict.lost.append(f"it did not end within {asked.minutes} minutes")
    whole.unproven += asked.lacks(whole)
    return whole


async def _run(asked: Asked, console: Console, whole: Outcome) -> None:
    console.print(f"SEED={asked.seed} FAULTS={asked.faults} KILLS={asked.kills}: {asked.rounds} rounds")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="threadline-faults-")))
        postgres = await asyncio.to_thread(stack.enter_context, running_postgres())
        for number in range(asked.rounds + SPARE_ROUNDS):
            if number >= asked.rounds and (not whole.verdict.is_good or not asked.lacks(whole)):
                break
            on_postgres = number % 2 == 1
            url = await postgres.create() if on_postgres else _sqlite(folder / f"{number}.db")
            plan = _plan(asked, number, url, whole)
            where = "two replicas on PostgreSQL" if on_postgres else "SQLite"
            console.print(f"Round {number + 1}: {where}, {plan.faults} faults, {plan.kills} kills")
            whole.add(await run_round(plan, console.print))


def _plan(asked: Asked, number: int, url: str, whole: Outcome) -> Plan:
    """Return the plan of a round: what did not come in those before it comes now."""
    kills = max(0, asked.until(asked.kills, number) - whole.blows[KILLED])
    wanted = (asked.methods(number) - whole.methods_met) & called_in(number)
    return Plan(
        seed=asked.seed + number,
        url=url,
        issues=ISSUES,
        replicas=1 if url.startswith("sqlite") else 2,
        faults=max(len(wanted), asked.until(asked.faults, number) - whole.faults.total()),
        kills=kills,
        private=number % CYCLE in PRIVATE,
        customers=number % CYCLE in WITH_CUSTOMERS,
        as_app=number % CYCLE in AS_APP,
        methods=wanted,
        closings=1 if asked.kills else 0,
        history_page=SLOW_HISTORY_PAGE if number % 3 else NORMAL_PAGE,
        planted=asked.planted,
        linear_team=None if number % 4 == 1 else "Acme",
        alone=False,
    )


def _sqlite(path: Path) -> str:
    url = f"sqlite:///{path}"
    migrate_aside(url)
    return url


if __name__ == "__main__":
    typer.run(main)
