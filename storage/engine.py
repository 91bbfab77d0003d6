"""The database: SQLite by default, PostgreSQL by its address."""

import time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import UnavailableError
from storage.sqlite import connect

# How long a statement waits for another process's or transaction's lock before it fails, in milliseconds.
LOCK_TIMEOUT_MS = 10_000
# How many seconds a connection to PostgreSQL and a free place in the pool are waited for.
CONNECT_SECONDS = 5
# How long PostgreSQL waits for a process that began a transaction and says nothing more, in milliseconds. One that
# stands still would hold its locks until it goes on: nobody could take its lanes over, or raise an issue.
IDLE_TRANSACTION_MS = 5_000
# A connection that nobody used for so long is asked whether it still works before somebody does.
IDLE_SECONDS = 5.0
# How many there are at once. All are kept: those beyond a smaller number would be opened and closed all the time.
CONNECTIONS = 20
NO_FOLDER = "The folder of {file} cannot be made: give DATABASE_URL a place where Threadline may write."


def async_url(database_url: str) -> URL:
    """Return the address with the asyncio driver filled in.

    Raises:
        ValueError: the address names neither SQLite nor PostgreSQL, or cannot be read.
    """
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise ValueError("the address cannot be read") from error
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    backend = url.drivername.split("+")[0]
    if backend not in drivers:
        raise ValueError(f"{backend} is neither sqlite nor postgresql")
    if backend == "sqlite" and url.database in {None, "", ":memory:"}:
        # Each connection would see an empty database of its own, and the end of the process would end it.
        raise ValueError("SQLite needs a file")
    url = url.set(drivername=drivers[backend])
    if backend != "sqlite" and (mode := url.query.get("sslmode")) is not None:
        # libpq's word, with which hosts give out addresses; the driver takes the same values under another.
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


def open_engine(database_url: str) -> AsyncEngine:
    """Return an engine; no connection is made before it is used.

    Raises:
        ValueError: as ``async_url``.
        UnavailableError: the folder of a SQLite file cannot be made.
    """
    url = async_url(database_url)
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    engine = create_async_engine(
        url,
        # An error's text goes to the log, and parameters are what people typed.
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS,
        # The one that was just used has its statements planned, and what they need in its memory.
        pool_use_lifo=True,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": 30,
            "server_settings": {
                "lock_timeout": str(LOCK_TIMEOUT_MS),
                "idle_in_transaction_session_timeout": str(IDLE_TRANSACTION_MS),
                "application_name": "threadline",
            },
        },
    )
    event.listen(engine.sync_engine, "checkin", _note_use)
    event.listen(engine.sync_engine, "checkout", replace_if_broken)
    return engine


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def replace_if_broken(connection: Any, record: Any, _proxy: Any) -> None:
    """Let the pool open new connections where this one, of PostgreSQL, is found broken.

    SQLAlchemy's own way asks the server each time, in three messages; a submission takes a connection three times.
    """
    if record.driver_connection.is_closed():
        raise InvalidatePoolError
    if time.monotonic() - record.info.get("used", time.monotonic()) < IDLE_SECONDS:
        return
    try:
        connection.ping()
    except Exception as error:
        raise InvalidatePoolError from error


def _open_sqlite(url: URL) -> AsyncEngine:
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(NO_FOLDER.format(file=url.database)) from error
    creator = partial(connect, str(url.database), LOCK_TIMEOUT_MS / 1000)
    engine = create_async_engine(
        url, hide_parameters=True, async_creator=creator, pool_size=CONNECTIONS, max_overflow=0
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: it would begin them deferred, and a writer that reads
    # first could then fail with "database is locked" instead of waiting its turn.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLite's own knows the case of ASCII letters only: nobody who looks for "ärger" would find "Ärger".
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("threadline_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
