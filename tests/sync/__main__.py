"""Many histories: ``python -m tests.sync --histories 10000`` (``make sync-soak``)."""

import asyncio
import secrets
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from bot.logs import configure_logs
from tests.databases import migrated
from tests.sync.run import STEPS, run_histories

# A scene keeps all that ever happened in it: after so many histories another begins.
IN_ONE_SCENE = 100


def main(
    histories: Annotated[int, typer.Option(help="How many.")] = 10_000,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same histories.")] = None,
    steps: Annotated[int, typer.Option(help="How much happens in one, at most.")] = STEPS,
) -> None:
    """Run histories of issues that change here and in Linear, and expect both sides to agree after each."""
    configure_logs("CRITICAL", colors=False)
    chosen = secrets.randbelow(2**32) if seed is None else seed
    typer.echo(f"SEED={chosen}, {histories} histories of {steps} steps at most")
    began = time.monotonic()
    for done in range(0, histories, IN_ONE_SCENE):
        count = min(IN_ONE_SCENE, histories - done)
        with tempfile.TemporaryDirectory(prefix="threadline-sync-") as folder:
            url = f"sqlite:///{Path(folder) / 'sync.db'}"
            asyncio.run(migrated(url))
            run_histories(url, histories=count, seed=chosen + done, steps=steps)
        typer.echo(f"{done + count} histories agreed, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    typer.run(main)
