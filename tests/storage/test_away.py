"""A database that is away is told in words, whichever way it is away; one that comes back is used again."""

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import UnavailableError
from storage.engine import IDLE_SECONDS, open_engine, replace_if_broken
from storage.transaction import DATABASE_AWAY, open_transaction
from tests.databases import Postgres
from tests.storage.notes import note, noted


async def _expect_away(url: str) -> None:
    engine = open_engine(url)
    transaction = open_transaction(engine)
    with pytest.raises(UnavailableError, match=DATABASE_AWAY):
        await transaction.read(partial(note, code="read"))
    with pytest.raises(UnavailableError, match=DATABASE_AWAY):
        await transaction.write(partial(note, code="write"))
    with pytest.raises(UnavailableError, match=DATABASE_AWAY):
        await asyncio.wait_for(_write_two(url), 5)
    await engine.dispose()
    await _let_threads_end()


async def _let_threads_end() -> None:
    """Wait for aiosqlite's threads: the one of a failed connection speaks to the loop once more before it ends."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


async def _write_two(url: str) -> None:
    engine = open_engine(url)
    transaction = open_transaction(engine)
    try:
        await asyncio.gather(*(transaction.write(partial(note, code=code)) for code in ("one", "two")))
    finally:
        await transaction.close()
        await engine.dispose()


async def test_a_file_that_cannot_be_opened_is_away(tmp_path: Path) -> None:
    await _expect_away(f"sqlite:///{tmp_path}")


async def test_a_port_where_nobody_listens_is_away() -> None:
    # Bound, so that nobody else takes the port meanwhile, but not listening.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        await _expect_away(f"postgresql://postgres@127.0.0.1:{port}/threadline")


@contextlib.asynccontextmanager
async def _server_that_refuses(code: str) -> AsyncIterator[str]:
    """Speak as much of PostgreSQL's protocol as refusing takes; gives the address."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            length, request = struct.unpack("!II", await reader.readexactly(8))
            await reader.readexactly(length - 8)
            if request == 80877103:  # SSLRequest; the next is the StartupMessage.
                writer.write(b"N")
                continue
            fields = f"SFATAL\0VFATAL\0C{code}\0Mnot now\0\0".encode()
            writer.write(b"E" + struct.pack("!I", len(fields) + 4) + fields)
            await writer.drain()
            writer.close()
            return

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield f"postgresql://postgres@127.0.0.1:{server.sockets[0].getsockname()[1]}/threadline"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("57P03", id="cannot_connect_now"),
        pytest.param("53300", id="too_many_connections"),
        pytest.param("57P01", id="admin_shutdown"),
    ],
)
async def test_a_server_that_takes_no_connections_now_is_away(code: str) -> None:
    async with _server_that_refuses(code) as url:
        await _expect_away(url)


async def test_a_connection_that_breaks_within_a_write_leaves_nothing_and_the_next_write_works(
    postgres: Postgres,
) -> None:
    url = await postgres.create()
    engine = open_engine(url)
    transaction = open_transaction(engine)

    async def break_down(session: AsyncSession) -> None:
        await note(session, "never")
        await _end_own_connection(engine, session)
        await note(session, "not reached")

    with pytest.raises(UnavailableError, match=DATABASE_AWAY):
        await transaction.write(break_down)
    await transaction.write(partial(note, code="later"))
    assert await noted(transaction) == {"later"}
    await engine.dispose()
    await postgres.drop(url)


async def _end_own_connection(engine: AsyncEngine, session: AsyncSession) -> None:
    own = await session.scalar(text("SELECT pg_backend_pid()"))
    async with engine.connect() as other:
        await other.execute(text("SELECT pg_terminate_backend(:own, 10000)"), {"own": own})


async def test_a_connection_that_broke_while_nobody_used_it_is_replaced(postgres: Postgres) -> None:
    url = await postgres.create()
    engine = open_engine(url)
    transaction = open_transaction(engine)
    await transaction.write(partial(note, code="before"))
    other = open_engine(url)
    async with other.connect() as connection:
        # Waits until they are gone, 10 s at most; without that number it only asks them to go.
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        await connection.execute(
            text(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE {others}")  # noqa: S608
        )
    await other.dispose()
    await transaction.write(partial(note, code="after"))
    assert await noted(transaction) == {"before", "after"}
    await engine.dispose()
    await postgres.drop(url)


@dataclass
class _Idle:
    """A connection, the pool's record of it, and the driver's, in one; what is asked of the server fails."""

    info: dict[str, float]
    asked: int = 0

    @property
    def driver_connection(self) -> "_Idle":
        return self

    def is_closed(self) -> bool:
        return False

    def ping(self) -> None:
        self.asked += 1
        raise OSError


def test_only_a_connection_that_was_idle_is_asked_whether_it_still_works() -> None:
    just_used = _Idle({"used": time.monotonic()})
    replace_if_broken(just_used, just_used, None)
    assert just_used.asked == 0
    idle = _Idle({"used": time.monotonic() - IDLE_SECONDS})
    with pytest.raises(InvalidatePoolError):
        replace_if_broken(idle, idle, None)
    assert idle.asked == 1


async def test_two_writes_that_lock_each_other_out_are_both_done(postgres: Postgres) -> None:
    url = await postgres.create()
    engine = open_engine(url)
    transaction = open_transaction(engine)
    for code in ("a", "b"):
        await transaction.write(partial(note, code=code))
    runs: list[str] = []
    both_hold = asyncio.Barrier(2)

    async def lock(session: AsyncSession, *, first: str, second: str) -> None:
        runs.append(first)
        await session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
        await session.execute(text("SELECT 1 FROM invite WHERE code_hash = :code FOR UPDATE"), {"code": first})
        if len(runs) <= 2:
            await both_hold.wait()
        await session.execute(text("SELECT 1 FROM invite WHERE code_hash = :code FOR UPDATE"), {"code": second})
        await note(session, f"{first} then {second}")

    forth, back = partial(lock, first="a", second="b"), partial(lock, first="b", second="a")
    await asyncio.gather(transaction.write(forth), transaction.write(back))
    assert await noted(transaction) == {"a", "b", "a then b", "b then a"}
    assert len(runs) == 3
    await engine.dispose()
    await postgres.drop(url)
