"""The demo from its start to its end: Slack, Linear, the bot, the page; and what a terminal is told of it."""

import asyncio
import contextlib
import secrets
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.company import Company
from sandbox.demo import words
from sandbox.demo.child import PROGRAM, BotChild, BotEndedError
from sandbox.demo.hood import Hood, Pulse
from sandbox.demo.issues_of_acme import STORIES
from sandbox.demo.page import serving_page
from sandbox.demo.place import Place, taken
from sandbox.demo.snapshot import SnapshotError
from sandbox.demo.story import Telling, begin, tell
from sandbox.demo.weather import Weather
from sandbox.demo.worlds import WEBHOOK_SECRET, Outside, found, keep, keep_on_change, recall, serving
from sandbox.stage import Say
from sandbox.tour import play

MANIFEST = PROGRAM.parent / "manifest.yml"
FOLDER = PROGRAM.parent / "data" / "demo"
# Seconds. Less than the bot's own, so that nobody waits half a minute to see what comes of bad weather.
SETTLE_SECONDS, LEASE_SECONDS = 4, 6
RETRY_LOOK_SECONDS = 0.25


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for on the command line.

    Args:
        fresh: forget what was kept.
        no_data: nobody has registered yet, where all begins.
        issues: how many there are, where all begins.
        port: of the page; None: the usual one, or the next that is free.
        folder: where everything is kept.
        log_level: from which on the bot's log is shown.
    """

    fresh: bool = False
    no_data: bool = False
    issues: int = len(STORIES)
    port: int | None = None
    folder: Path = FOLDER
    log_level: str = "ERROR"


def read_manifest() -> Mapping[str, Any]:
    """Return the app's manifest, by which it is installed in Slack."""
    manifest: Mapping[str, Any] = yaml.safe_load(MANIFEST.read_text("utf-8"))
    return manifest


async def run_once(log_level: str, say: Say) -> None:
    """Play the tour in the terminal, with everything in a folder that is deleted at the end."""

    async def once() -> None:
        with tempfile.TemporaryDirectory(prefix="threadline-demo-") as folder, taken(Path(folder)) as place:
            weather = Weather()
            async with serving(weather.slack, weather.linear) as outside:
                company = found(outside, read_manifest())
                async with running_bot(company, place, log_level) as (bot, _token):
                    await come_up(bot, company)
                    await play(company, bot.url, say)

    await _until_stopped(once)


async def run(asked: Asked, say: Say) -> None:
    """Run the demo until it is stopped.

    Raises:
        BusyError: another one uses the folder.
        BotEndedError: the bot did not come up.
        OSError: the port is taken.
    """
    with taken(asked.folder) as place:
        await _until_stopped(lambda: _run(asked, place, say))
        say(words.ENDED.format(folder=place.folder))


async def _until_stopped(work: Callable[[], Awaitable[None]]) -> None:
    """Do the work until it is done, or somebody presses Ctrl-C, ends the process, or closes the terminal."""
    with _asked_to_stop() as stop:
        working, stopping = asyncio.ensure_future(work()), asyncio.ensure_future(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        working.cancel()
        # What it fails with is told; that it was cancelled is not.
        with contextlib.suppress(asyncio.CancelledError):
            await working


@contextlib.contextmanager
def _asked_to_stop() -> Iterator[asyncio.Event]:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for each in signals:
        loop.add_signal_handler(each, stop.set)
    try:
        yield stop
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


async def _run(asked: Asked, place: Place, say: Say) -> None:
    say(words.STARTING)
    weather, telling = Weather(), Telling()
    async with contextlib.AsyncExitStack() as stack:
        outside = await stack.enter_async_context(serving(weather.slack, weather.linear, _ports(place)))
        place.note(ports=outside.ports)
        company, is_new = open_worlds(asked, place, outside, say)
        stack.callback(keep, company, place)
        bot, token = await stack.enter_async_context(running_bot(company, place, asked.log_level))
        weather.reach(bot, place.database)
        stack.push_async_callback(weather.end)
        pulse = Pulse(bot, token)
        hood = Hood(company, bot, pulse, weather, telling)
        url = await stack.enter_async_context(serving_page(hood, asked.port))
        place.note(url=url)
        await come_up(bot, company)
        await pulse.once()
        for going in (keep_on_change(company, place), _tell_again(company), pulse.beat()):
            await stack.enter_async_context(_going_on(going))
        if is_new and not asked.no_data:
            say(words.TELLING.format(issues=asked.issues))
            await begin(company)
            await stack.enter_async_context(_going_on(_tell(company, telling, asked.issues, say)))
            await telling.enough()
        say(words.READY.format(url=url))
        await asyncio.Event().wait()


def _ports(place: Place) -> tuple[int, int]:
    match place.told("ports"):
        case [int(slack), int(linear)]:
            return slack, linear
        case _:
            return 0, 0


def open_worlds(asked: Asked, place: Place, outside: Outside, say: Say) -> tuple[Company, bool]:
    """Find the company that was kept in a place, or found it; tells whether it is new.

    Args:
        asked: whether to forget what was kept.
        place: where.
        outside: Slack and Linear with nobody in them.
        say: takes what a person is to be told.
    """
    if asked.fresh:
        place.forget()
    kept = place.read_worlds()
    if kept is None:
        if place.database.exists():
            # Slack's ids in it would be those of nobody.
            say(words.ALONE)
            place.forget()
        return found(outside, read_manifest()), True
    try:
        company = recall(outside, read_manifest(), kept)
    except SnapshotError as error:
        say(words.UNREADABLE.format(why=error, aside=place.lay_aside()))
        return found(outside, read_manifest()), True
    if asked.no_data:
        say(words.KEPT)
    return company, False


@contextlib.asynccontextmanager
async def running_bot(company: Company, place: Place, log_level: str) -> AsyncIterator[tuple[BotChild, str]]:
    """Start the bot, and stop it in the end; gives it with its ``METRICS_TOKEN``. It may not be ready yet."""
    token = secrets.token_urlsafe(24)
    settings = {
        **company.settings(),
        "database_url": place.database_url,
        "settle_seconds": str(SETTLE_SECONDS),
        "lease_seconds": str(LEASE_SECONDS),
        "linear_webhook_secret": WEBHOOK_SECRET,
        "metrics_token": token,
        "log_level": log_level,
    }
    bot = BotChild(settings, place.folder, place.lock, lambda process: place.note(bot=process))
    _tell_where(bot, company)
    await bot.start()
    try:
        yield bot, token
    finally:
        await bot.stop()


def _tell_where(bot: BotChild, company: Company) -> None:
    company.app.request_url = f"{bot.url}/slack/events"
    company.linear.webhooks.move(f"{bot.url}/linear/webhook")


async def come_up(bot: BotChild, company: Company) -> None:
    """Wait until the bot is ready; where it ended instead, start it once more, at another port.

    Raises:
        BotEndedError: it ended again, or took too long.
    """
    try:
        await bot.ready()
    except BotEndedError:
        if bot.state != "down":
            raise
        bot.move()
        _tell_where(bot, company)
        await bot.start()
        await bot.ready()


@contextlib.asynccontextmanager
async def _going_on(work: Any) -> AsyncIterator[None]:
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _tell_again(company: Company) -> None:
    """Let Slack and Linear tell again what the bot did not take, when its time has come."""
    while True:
        await company.slack.retry_events(due_only=True)
        await company.linear.webhooks.retry_due()
        await asyncio.sleep(RETRY_LOOK_SECONDS)


async def _tell(company: Company, telling: Telling, issues: int, say: Say) -> None:
    try:
        await tell(company, telling, STORIES[:issues])
    except Exception as error:  # noqa: BLE001 - somebody acts already, or the weather is bad: the demo goes on
        telling.stop()
        say(words.STORY_ENDED.format(why=error))
