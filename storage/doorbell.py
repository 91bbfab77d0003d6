"""Waking the workers of other processes at once: PostgreSQL's LISTEN and NOTIFY on a connection of its own.

Sent after the commit and not in it: NOTIFY inside a transaction takes a lock for which all commits of the database
wait (PostgreSQL's source, commands/async.c, PreCommit_Notify). A ring that is lost: the worker's sweep makes good.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

CHANNEL = "threadline_owed"
# A connection that died without a word, as behind a firewall, is found by this, in seconds.
PULSE_SECONDS = 15.0
ANSWER_SECONDS = 5.0
AGAIN_SECONDS = 1.0

# What an address may say that is for SQLAlchemy's part of the driver (its documentation, "asyncpg").
_SQLALCHEMYS = frozenset(
    {"prepared_statement_cache_size", "prepared_statement_name_func", "async_creator_fn", "async_fallback"}
)

log = structlog.stdlib.get_logger(__name__)
_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Doorbell:
    """Rings for other processes, and hears them.

    Args:
        url: the database's address.
        on_ring: called when another process owes something, and when one may have rung unheard.
        pulse_seconds: how often the connection is looked after.
    """

    def __init__(self, url: URL, on_ring: Callable[[], object], *, pulse_seconds: float = PULSE_SECONDS) -> None:
        self._url = url
        self._on_ring = on_ring
        self._pulse_seconds = pulse_seconds
        self._to_ring = asyncio.Event()
        self._heard = asyncio.Event()

    def ring(self) -> None:
        """Let the other processes know, soon; many rings at once are one."""
        self._to_ring.set()

    async def listening(self) -> None:
        """Wait until the connection stands and hears."""
        await self._heard.wait()

    @contextlib.asynccontextmanager
    async def hung_up(self) -> AsyncIterator[None]:
        """Hear and ring as long as this lasts."""
        task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            try:
                await self._hear()
            except _LOST as error:
                log.warning("the connection that wakes us is lost; it is opened again", reason=type(error).__name__)
            except Exception:
                # Whatever it is: without it every effect of another process would wait for the sweep from now on.
                log.exception("what wakes us failed; it begins again")
            self._heard.clear()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self) -> None:
        connection = await _connect(self._url)
        try:
            mine, lost = connection.get_server_pid(), asyncio.Event()
            connection.add_termination_listener(lambda _connection: self._lose(lost))
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.add_listener(CHANNEL, lambda _c, pid, *_what: self._hear_ring(pid, mine))
            self._heard.set()
            # What was rung while nobody listened.
            self._on_ring()
            while not lost.is_set():
                await self._ring_or_feel_the_pulse(connection)
        finally:
            connection.terminate()

    def _hear_ring(self, pid: int, mine: int) -> None:
        # Our own worker knows already.
        if pid != mine:
            self._on_ring()

    def _lose(self, lost: asyncio.Event) -> None:
        lost.set()
        self._to_ring.set()

    async def _ring_or_feel_the_pulse(self, connection: Any) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pulse_seconds):
                await self._to_ring.wait()
        statement = f"NOTIFY {CHANNEL}" if self._to_ring.is_set() else "SELECT 1"
        self._to_ring.clear()
        await connection.execute(statement, timeout=ANSWER_SECONDS)


@contextlib.asynccontextmanager
async def doorbell(engine: AsyncEngine, on_ring: Callable[[], object]) -> AsyncIterator[Callable[[], None]]:
    """Hear other processes as long as this lasts; gives what rings for them. SQLite has none but the sweep."""
    if engine.dialect.name != "postgresql":
        yield _nobody_else
        return
    bell = Doorbell(engine.url, on_ring)
    async with bell.hung_up():
        yield bell.ring


async def ring_once(engine: AsyncEngine) -> None:
    """Let the processes that listen know that something is owed: for a command that ends now."""
    if engine.dialect.name == "postgresql":
        async with engine.begin() as connection:
            await connection.execute(text(f"NOTIFY {CHANNEL}"))


def _nobody_else() -> None:
    """Ring for nobody."""


async def _connect(url: URL) -> Any:
    """Open a connection beside the pool, with all that the address says of how."""
    _, options = url.get_dialect()().create_connect_args(url)
    ours = {name: value for name, value in options.items() if name not in _SQLALCHEMYS}
    return await asyncpg.connect(**ours, timeout=ANSWER_SECONDS)
