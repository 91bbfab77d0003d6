"""Bad weather by switches: each is on for some seconds, ends by itself or by hand, and says what it met."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sandbox.faults import Fault, Faults, broken_answer, slack_rate_limit
from sandbox.linear.endpoint import ANY_OPERATION
from sandbox.slack.changes import Changes

RETRY_AFTER = 3
MOST_SECONDS = 300.0
# What people wait for with a form open is let through: a busy Slack refuses method by method.
_OF_THE_WORKER = ("chat.", "conversations.", "files.", "pins.")
_POSTS = frozenset({"chat.postMessage", "files.completeUploadExternal"})
_LINEAR_CREATES = ("IssueCreate", "CommentCreate", "AttachmentCreate")


class WeatherError(Exception):
    """A switch that there is not, or a length of time that cannot be."""


@dataclass(frozen=True)
class Kind:
    """A sort of weather.

    Args:
        name: for programs.
        title: for people.
        says: what happens, and what is to be seen.
        seconds: after how many it ends by itself, where nothing else is asked for.
    """

    name: str
    title: str
    says: str
    seconds: float


SLACK_BUSY = Kind(
    "slack_busy",
    "Slack asks to wait",
    f"Slack answers posts and edits with 429 and Retry-After: {RETRY_AFTER}. They wait, and count as no attempt.",
    15,
)
LINEAR_DOWN = Kind(
    "linear_down",
    "Linear is down",
    "Linear answers 503. Slack goes on as if nothing were; what Linear is owed waits, in its order.",
    30,
)
ANSWERS_LOST = Kind(
    "answers_lost",
    "Answers get lost",
    "Slack and Linear do what they are asked, and the connection breaks before they say so. "
    "Each message is looked for before it is sent again: there is one, not two.",
    20,
)
DATABASE_HELD = Kind(
    "database_held",
    "The database is slow",
    "Something else holds the database's write lock. Who presses a button reads that it is still being saved, "
    "and Slack's events are told again.",
    8,
)
BOT_KILLED = Kind(
    "bot_killed",
    "Kill the bot",
    "kill -9, and a new start after a while. Slack keeps its events and tells them again; "
    "what the bot owed it finds in its database.",
    5,
)
KINDS = (SLACK_BUSY, LINEAR_DOWN, ANSWERS_LOST, DATABASE_HELD, BOT_KILLED)


class Mortal(Protocol):
    """The bot, as far as it can be killed."""

    async def kill(self) -> None:
        """Kill it."""
        ...

    async def start(self) -> None:
        """Start it again."""
        ...

    async def ready(self) -> None:
        """Wait until it is ready."""
        ...


class Sky(Faults):
    """The faults of one outside: those that are planted, else what the weather has.

    Args:
        fault: tells what the call of a method meets.
    """

    def __init__(self, fault: Callable[[str], Fault | None]) -> None:
        super().__init__()
        self._fault = fault

    def take(self, method: str) -> Fault | None:
        """Return the fault for a call that arrives now."""
        return super().take(method) or self._fault(method)


class Weather:
    """The switches. ``changes`` tells when something happens to them, ``met`` how often something met each.

    The bot and its database are told of later: they come up after Slack and Linear.
    """

    def __init__(self) -> None:
        self.slack, self.linear = Sky(self._over_slack), Sky(self._over_linear)
        self.changes = Changes()
        self.met: Counter[str] = Counter()
        self._on: dict[str, _Running] = {}
        self._effects: dict[str, Callable[[], AbstractAsyncContextManager[None]]] = {}

    def reach(self, bot: Mortal, database: Path) -> None:
        """Let the weather reach the bot and its SQLite file."""
        self._effects[DATABASE_HELD.name] = lambda: held(database)
        self._effects[BOT_KILLED.name] = lambda: killed(bot)

    def is_on(self, kind: Kind) -> bool:
        """Tell whether it is on."""
        return kind.name in self._on

    def states(self) -> list[Mapping[str, Any]]:
        """Return each switch: its name, its texts, whether it is on, for how many seconds yet, whom it met."""
        return [
            {
                "name": kind.name,
                "title": kind.title,
                "says": kind.says,
                "seconds": kind.seconds,
                "on": self.is_on(kind),
                "left": self._on[kind.name].left() if self.is_on(kind) else 0.0,
                "met": self.met[kind.name],
            }
            for kind in KINDS
        ]

    def turn_on(self, name: str, seconds: float | None = None) -> None:
        """Turn a switch on; one that is on stays so from now on for as long.

        Args:
            name: of one of ``KINDS``.
            seconds: for how long; None: for as long as is usual.

        Raises:
            WeatherError: there is no such switch, or no such length of time.
        """
        kind = _kind(name)
        lasts = kind.seconds if seconds is None else seconds
        if not 0 < lasts <= MOST_SECONDS:
            raise WeatherError(f"It can last from 1 to {MOST_SECONDS:.0f} seconds.")
        if (running := self._on.get(name)) is not None:
            running.ends_at = time.monotonic() + lasts
            running.turned.set()
            self.changes.happened()
            return
        running = _Running(time.monotonic() + lasts, asyncio.Event())
        self._on[name] = running
        running.task = asyncio.get_running_loop().create_task(self._last(kind, running))
        self.changes.happened()

    def turn_off(self, name: str) -> None:
        """Turn a switch off; WeatherError: there is no such switch."""
        _kind(name)
        if (running := self._on.get(name)) is not None:
            running.ends_at = time.monotonic()
            running.turned.set()

    async def end(self) -> None:
        """Turn all off at once, because all ends: a bot that is killed stays so."""
        tasks = [one.task for one in self._on.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _last(self, kind: Kind, running: "_Running") -> None:
        effect = self._effects.get(kind.name, contextlib.nullcontext)
        try:
            async with effect():
                if kind.name in self._effects:
                    self.met[kind.name] += 1
                    self.changes.happened()
                await running.over()
        finally:
            del self._on[kind.name]
            self.changes.happened()

    def _over_slack(self, method: str) -> Fault | None:
        if self.is_on(SLACK_BUSY) and method.startswith(_OF_THE_WORKER):
            return self._meets(SLACK_BUSY, Fault(answer=slack_rate_limit(RETRY_AFTER)))
        if self.is_on(ANSWERS_LOST) and method in _POSTS:
            return self._meets(ANSWERS_LOST, Fault(drop=True, commit=True))
        return None

    def _over_linear(self, operation: str) -> Fault | None:
        if operation == ANY_OPERATION:
            return None
        if self.is_on(LINEAR_DOWN):
            return self._meets(LINEAR_DOWN, Fault(answer=broken_answer(503)))
        if self.is_on(ANSWERS_LOST) and operation in _LINEAR_CREATES:
            return self._meets(ANSWERS_LOST, Fault(drop=True, commit=True))
        return None

    def _meets(self, kind: Kind, fault: Fault) -> Fault:
        self.met[kind.name] += 1
        self.changes.happened()
        return fault


@dataclass
class _Running:
    """A switch that is on: until when, by the machine's running time, and what is rung when that changes."""

    ends_at: float
    turned: asyncio.Event
    task: "asyncio.Task[None] | None" = None

    def left(self) -> float:
        """Return for how many seconds it is on yet."""
        return round(max(0.0, self.ends_at - time.monotonic()), 1)

    async def over(self) -> None:
        """Wait until its time is over, which may change meanwhile."""
        while (left := self.ends_at - time.monotonic()) > 0:
            self.turned.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self.turned.wait()


def _kind(name: str) -> Kind:
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise WeatherError(f"There is no weather named {name!r}.")


@contextlib.asynccontextmanager
async def held(database: Path) -> AsyncIterator[None]:
    """Hold the write lock of a SQLite file."""
    let_go = threading.Event()
    loop = asyncio.get_running_loop()
    is_held: asyncio.Future[None] = loop.create_future()

    def hold() -> None:
        with closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            loop.call_soon_threadsafe(is_held.set_result, None)
            let_go.wait()
            connection.execute("ROLLBACK")

    holding = loop.run_in_executor(None, hold)
    try:
        await asyncio.wait({holding, is_held}, return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        let_go.set()
        await holding


@contextlib.asynccontextmanager
async def killed(bot: Mortal) -> AsyncIterator[None]:
    """Kill the bot, and let it come up again in the end; not when all ends."""
    await bot.kill()
    yield
    await bot.start()
    await bot.ready()
