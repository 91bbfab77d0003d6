"""Many histories: ``python -m tests.sync --histories 10000`` (``make sync-soak``)."""

import asyncio
import contextlib
import gc
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.logs import configure_logs
from tests.databases import Postgres, migrated, running_postgres
from tests.sync.run import STEPS, run_histories
from tests.sync.tally import Tally, show

# A scene keeps all that ever happened in it: after so many histories another begins.
IN_ONE_SCENE = 40
# Of so many scenes one is on PostgreSQL.
ON_POSTGRES = 5


def main(
    histories: Annotated[int, typer.Option(min=1, help="How many.")] = 10_000,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same histories.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="How much happens in one, at most.")] = STEPS,
) -> None:
    """Run histories of issues that change here and in Linear, and expect both sides to agree after each."""
    configure_logs("CRITICAL", colors=False)
    # What was imported is no garbage, and looking at it took a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    chosen = secrets.randbelow(2**32) if seed is None else seed
    console, tally = Console(highlight=False), Tally()
    console.print(f"SEED={chosen}, {histories} histories of {steps} steps at most")
    try:
        _run(histories, chosen, steps, tally, console)
    except KeyboardInterrupt:
        console.print(f"Stopped. SEED={chosen} begins it again.")
    except Exception:  # noqa: BLE001 - whatever it is, the table is shown, and it ends as failed
        # What Hypothesis made of it, shortest first, was told already: it is in the traceback.
        tally.disagreements += 1
        console.print_exception(show_locals=False)
    show(tally, console)
    if tally.disagreements:
        console.print(f"They did not agree. SEED={chosen} HISTORIES={histories} shows it again.", style="bold red")
        raise typer.Exit(1)


def _run(histories: int, seed: int, steps: int, tally: Tally, console: Console) -> None:
    began = time.monotonic()
    with running_postgres() as server:
        for number, done in enumerate(range(0, histories, IN_ONE_SCENE)):
            count = min(IN_ONE_SCENE, histories - done)
            on_postgres = number % ON_POSTGRES == ON_POSTGRES - 1
            with _database(server if on_postgres else None) as url:
                run_histories(url, histories=count, seed=seed + done, steps=steps, tally=tally)
            kind = "PostgreSQL" if on_postgres else "SQLite"
            seconds = time.monotonic() - began
            console.print(f"{tally.histories} histories agreed, {seconds:.0f} s ({kind}, seed {seed + done})")


@contextlib.contextmanager
def _database(server: Postgres | None) -> Iterator[str]:
    """Give the address of a migrated, empty database."""
    if server is not None:
        url = asyncio.run(server.create())
        try:
            yield url
        finally:
            asyncio.run(server.drop(url))
        return
    with tempfile.TemporaryDirectory(prefix="threadline-sync-") as folder:
        url = f"sqlite:///{Path(folder) / 'sync.db'}"
        asyncio.run(migrated(url))
        yield url


if __name__ == "__main__":
    typer.run(main)
