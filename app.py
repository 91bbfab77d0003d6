"""The composition root and the command line. It knows every part; only tests import it."""

import asyncio
import contextlib
import os
import random
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import structlog
import typer
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.routing import Route

from bot.delivery.clients import Linear, linear_side, slack_client
from bot.delivery.file_transfer import FILE_TIMEOUT
from bot.delivery.observing import observed
from bot.delivery.pacing import PACES
from bot.delivery.reconciling import Reconciler
from bot.delivery.routes import Outside, open_delivery, open_reconciling
from bot.delivery.worker import Worker
from bot.domain.pace import Pace as OutsidePace
from bot.errors import ThreadlineError
from bot.logs import configure_logs
from bot.settings import Settings, read_settings, secrets_in
from bot.usecases.tell_of_trouble import tell_of_delivery, tell_of_skip, tell_of_trouble
from bot.usecases.tidying import owe_tidying
from bot.usecases.try_again import take_up_what_waits
from handlers.cli import CliParts, run
from handlers.cli import register as register_commands
from handlers.closing import TASKS_SECONDS, Closing
from handlers.http.api import open_api
from handlers.http.health import Readiness
from handlers.http.metrics import Metrics
from handlers.http.owed import LIMIT, OwedPage
from handlers.http.parts import NORMAL_PACE, HttpParts, Pace
from handlers.http.serving import serve as serve_program
from handlers.inbox import given_up_warning, prune, sweeping
from handlers.linear import LinearParts, rehearse, webhook_routes, webhook_sweep, webhook_warning
from handlers.linear.installing import Installing
from handlers.linear.subscriptions import ConnectionWebhooks
from handlers.schedule import Jobs, scheduled
from handlers.slack.bolt import bolt_app
from handlers.slack.events import event_sweep
from handlers.slack.greeting import greet
from handlers.slack.listening import listening
from handlers.slack.parts import ANSWER_SECONDS, SlackParts
from handlers.tasks import TaskKeeper
from storage.blocked import stuck_everywhere
from storage.doorbell import doorbell, ring_once
from storage.engine import open_engine
from storage.linear_connections import everybodys_state
from storage.migrate import check_schema, database_problem
from storage.migrate import migrate as migrate_schema
from storage.owed import owed_everywhere
from storage.transaction import Database, Transaction, open_transaction

log = structlog.stdlib.get_logger("threadline")


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Bot:
    """A bot that runs: HTTP, database, worker, jobs, the ways to Linear, and what goes on after an answer."""

    program: Starlette
    transaction: Transaction
    worker: Worker
    jobs: Jobs
    linear: Linear
    tasks: TaskKeeper
    clock: Callable[[], datetime]
    closing: Closing

    def retire(self) -> None:
        """Begin to stop: the worker gives back what it holds, beside the requests under way."""
        self.closing.begin()
        self.worker.retire()


@contextlib.asynccontextmanager
async def running_bot(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    jitter: Callable[[], float] = random.random,
    answer_seconds: float = ANSWER_SECONDS,
    pace: Pace = NORMAL_PACE,
    paces: Mapping[str, OutsidePace] = PACES,
    works: bool = True,
    on_error: Callable[[Exception], None] = lambda _error: None,
    opening: Callable[[str], AsyncEngine] = open_engine,
) -> AsyncIterator[Bot]:
    """Build every part, start them, and stop them in the end.

    Args:
        settings: as read.
        clock: gives the time in UTC.
        jitter: gives a random number from 0 to 1.
        answer_seconds: how long a person in Slack waits for an answer at most.
        pace: how fast the HTTP API is.
        paces: how fast the outside is asked.
        works: False leaves the worker to be drained, and the jobs to be run, by hand.
        on_error: told of every error that the worker did not expect.
        opening: opens the engine by the database's address.

    Raises:
        UnavailableError: the database cannot be reached, or its tables are not up to date.
        InvalidError: Slack refuses the token.
    """
    async with contextlib.AsyncExitStack() as stack:
        engine = opening(settings.database_url)
        stack.push_async_callback(engine.dispose)
        await check_schema(engine)
        # The worker is built of the transactions that wake it.
        to_wake: list[Callable[[], object]] = []
        transaction = open_transaction(engine, on_owed=lambda: [wake() for wake in to_wake])
        stack.push_async_callback(transaction.close)
        client = await stack.enter_async_context(slack_client(settings))
        await greet(client)
        linear = await stack.enter_async_context(linear_side(settings, transaction, clock))
        outside = Outside(
            slack=client,
            http=await stack.enter_async_context(aiohttp.ClientSession(timeout=FILE_TIMEOUT)),
            linear=linear.ways,
            paces=paces,
            settle_seconds=settings.settle_seconds,
            clock=clock,
        )
        metrics = Metrics(transaction, settings.metrics_token)
        deliver = observed(open_delivery(transaction, outside), metrics.observe)
        worker = Worker(
            transaction,
            deliver,
            name=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"[:64],
            lease_seconds=settings.lease_seconds,
            jitter=jitter,
            on_delivery=tell_of_delivery,
            on_skip=tell_of_skip,
            on_park=tell_of_trouble,
            after_late=partial(owe_tidying, seconds=settings.settle_seconds),
            on_error=on_error,
        )
        to_wake.append(worker.wake)
        await transaction.write(partial(take_up_what_waits, linear_on=settings.has_linear))
        if works:
            to_wake.append(await stack.enter_async_context(doorbell(engine, worker.wake)))
            worker.start()
        stack.push_async_callback(worker.stop)
        tasks, closing = TaskKeeper(), Closing()
        stack.push_async_callback(lambda: tasks.finish(closing.left(TASKS_SECONDS)))
        parts = SlackParts(
            transaction=transaction,
            clock=clock,
            tasks=tasks,
            answer_seconds=answer_seconds,
            linear_on=settings.has_linear,
            linear=linear.desk,
        )
        signed_with = secrets_in(settings.linear_webhook_secret)
        connected = ConnectionWebhooks(transaction, linear.desk).at
        linear_parts = LinearParts(transaction, clock, tasks, signed_with, connected, linear.actor_of, metrics)
        jobs = Jobs(
            sweep_inbox=sweeping(event_sweep(parts, client), webhook_sweep(linear_parts)),
            prune_inbox=partial(prune, transaction, clock),
            reconcile_linear=open_reconciling(transaction, outside, metrics.miss_linear),
        )
        if works:
            await stack.enter_async_context(scheduled(jobs.plan()))
        linear_on = settings.has_linear
        http_parts = HttpParts(transaction, clock, settings.admin_token, linear_on=linear_on, pace=pace)
        look = partial(transaction.read, stuck_everywhere), partial(transaction.read, everybodys_state)
        ready = Readiness(*look, linear_on=linear_on)
        ready.checks["database"] = partial(database_problem, engine)
        ready.looks["inbox"] = partial(given_up_warning, transaction)
        ready.looks["linear_webhook"] = partial(webhook_warning, transaction)
        installing = Installing(transaction, clock, linear.desk)
        owed = OwedPage(partial(transaction.read, partial(owed_everywhere, limit=LIMIT)), settings.metrics_token)
        ready.routes += [Route("/metrics", metrics.answer), Route("/owed", owed.answer)]
        ready.routes += [*webhook_routes(linear_parts), *installing.routes]
        secret, token = settings.slack_signing_secret, settings.slack_app_token
        slack = listening(
            *bolt_app(client, parts), signing_secret=secret, app_token=token, checks=ready.checks, closing=closing
        )
        # What is asked most is looked for first.
        program = Starlette(routes=[*await stack.enter_async_context(slack), *ready.routes])
        # Every other address: the API's own, and those that nobody answers. A Mount would leave out those with a
        # line end.
        program.router.default = open_api(http_parts)
        log.info("Threadline is ready", linear="on" if linear_on else "off", database=engine.dialect.name)
        yield Bot(program, transaction, worker, jobs, linear, tasks, clock, closing)


cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they would print the values of variables: secrets
    help="Threadline: issues raised in Slack, never lost.",
)


@cli.command()
def serve() -> None:
    """Run the bot."""
    settings = _settings()
    configure_logs(settings.log_level, colors=sys.stderr.isatty())
    run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with running_bot(settings) as bot:
        await serve_program(bot.program, host=settings.host, port=settings.port, on_stop=bot.retire)


@cli.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def demo(context: typer.Context) -> None:
    """Try it in a browser, without Slack, Linear or internet (`demo --help` tells more)."""
    # A program of its own in this one's place: the sandbox and the bot know each other by HTTP alone.
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    os.execv(sys.executable, [sys.executable, "-m", "sandbox.demo", *context.args])  # noqa: S606 - our own program


def _settings() -> Settings:
    try:
        return read_settings()
    except ThreadlineError as error:
        typer.echo(error.sentence, err=True)
        raise typer.Exit(2) from None


@contextlib.asynccontextmanager
async def _engine() -> AsyncIterator[AsyncEngine]:
    engine = open_engine(_settings().database_url)
    try:
        yield engine
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def _transaction() -> AsyncIterator[Database]:
    async with _engine() as engine:
        await check_schema(engine)
        owed: list[bool] = []
        yield open_transaction(engine, on_owed=lambda: owed.append(True))
        if owed:
            await ring_once(engine)


async def _migrate() -> None:
    async with _engine() as engine:
        await migrate_schema(engine)


@contextlib.asynccontextmanager
async def _reconciler(transaction: Transaction, since: datetime) -> AsyncIterator[Reconciler]:
    settings = _settings()
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(slack_client(settings))
        linear = await stack.enter_async_context(linear_side(settings, transaction, utc_now))
        yield Reconciler(transaction, client, linear.ways, paces=PACES, since=since, pause=asyncio.sleep)


parts = CliParts(
    transaction=_transaction,
    migrate=_migrate,
    settings=_settings,
    clock=utc_now,
    reconciler=_reconciler,
    rehearse=rehearse,
)
register_commands(cli, parts)

if __name__ == "__main__":
    cli()
