"""The real program in a process of its own, looked into: ``python -m tests.bench.ours``.

Its settings come from the environment; its worker may be left out, and what it asks of its database counted.
"""

import cProfile
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import event
from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import running_bot
from bot.logs import configure_logs
from bot.settings import read_settings
from handlers.cli import run
from handlers.http.parts import Pace
from handlers.http.serving import serve

COUNTS = "/bench/counts"
# What is measured is neither how soon a token is told to wait, nor how long Linear is waited for.
_NO_LIMIT = Pace(requests_per_minute=100_000, linear_seconds=0)
cli = typer.Typer()


@cli.command()
def ours(
    works: Annotated[bool, typer.Option(help="Deliver what is owed.")] = False,  # noqa: FBT002
    count: Annotated[bool, typer.Option(help="Count statements and commits.")] = False,  # noqa: FBT002
    profile: Annotated[Path | None, typer.Option(help="Where cProfile's figures go at the end.")] = None,
) -> None:
    """Serve the real program."""
    configure_logs("INFO")
    counts = Counter[str]()
    if count:
        _count(counts)
    # Processor time: what other programs take of a busy machine is none of ours.
    profiler = cProfile.Profile(time.thread_time)
    if profile:
        profiler.enable()
    run(_ours(works=works, counts=counts))
    if profile:
        profiler.disable()
        profiler.dump_stats(profile)


async def _ours(*, works: bool, counts: Counter[str]) -> None:
    settings = read_settings()
    async with running_bot(settings, works=works, pace=_NO_LIMIT) as bot:

        async def tell(_request: Request) -> Response:
            return JSONResponse(dict(counts))

        bot.program.router.routes.append(Route(COUNTS, tell))
        await serve(bot.program, host="127.0.0.1", port=settings.port, on_stop=bot.retire)


def _count(counts: Counter[str]) -> None:
    def statement(*_told: Any) -> None:
        counts["statements"] += 1

    def commit(_connection: Any) -> None:
        counts["commits"] += 1

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)


if __name__ == "__main__":
    cli()
