"""A connection to SQLite that runs what is short where it is asked for, and the rest in its thread.

aiosqlite hands each call to a thread of its own: four for every statement, each some hundred microseconds long when
the event loop is busy, for a look at memory that takes ten. A transaction of ours has more than ten statements. So
only what may wait goes to the thread: beginning to write while another process does, committing (the disk is waited
for), deleting, and a query that turns out to be long. The rest is done before a thread had heard of it.
"""

import sqlite3
import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from aiosqlite import Connection, Cursor

# How many instructions of SQLite's machine a query may take before it goes to the thread: one or two milliseconds.
SHORT = 20_000
_STEP = 1_000
_NEVER_WAITS = ("INSERT", "UPDATE", "SAVEPOINT", "RELEASE", "ROLLBACK")
_BEGIN, _BEGIN_TO_WRITE = "BEGIN", "BEGIN IMMEDIATE"
Parameters = Iterable[Any]


class ShortWayConnection(Connection):
    """aiosqlite's connection, but for the way to it. One statement at a time, as SQLAlchemy uses it."""

    def __init__(self, file: str, seconds: float) -> None:
        """Prepare a connection to a file whose lock is waited for so long."""
        # Two threads use it, never at once.
        super().__init__(partial(_open, file, seconds), 64)
        self._lock_ms = round(seconds * 1000)
        self._left: int | None = None
        self._in_thread = 0

    async def _connect(self) -> "ShortWayConnection":
        await super()._connect()
        self._conn.set_progress_handler(self._spend, _STEP)
        return self

    def _spend(self) -> bool:
        """Tell SQLite whether to give up: it asks after each step."""
        if self._left is None:
            return False
        self._left -= _STEP
        return self._left <= 0

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        self._in_thread += 1
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        finally:
            self._in_thread -= 1

    def cursor(self) -> "_ShortWayCursor":  # type: ignore[override]
        """Return a cursor."""
        return _ShortWayCursor(self, self._conn.cursor())

    async def rollback(self) -> None:
        """Take back what was not committed."""
        if self._in_thread:
            # Whoever asked for what is under way was cancelled: it comes to its end first.
            await super().rollback()
        else:
            self._conn.rollback()

    async def run(self, cursor: sqlite3.Cursor, sql: str, parameters: Parameters) -> list[Any]:
        """Run a statement and return its rows."""
        if self._in_thread:
            return await self._run_aside(cursor, sql, parameters)
        if sql.startswith("SELECT"):
            return await self._query(cursor, sql, parameters)
        if sql == _BEGIN_TO_WRITE:
            return await self._begin_to_write(cursor)
        if sql == _BEGIN or sql.startswith(_NEVER_WAITS):
            return _rows(cursor, sql, parameters)
        return await self._run_aside(cursor, sql, parameters)

    async def run_many(self, cursor: sqlite3.Cursor, sql: str, parameters: Iterable[Parameters]) -> None:
        """Run a statement once for each of these parameters."""
        given = [tuple(each) for each in parameters]
        if self._in_thread or not sql.startswith(_NEVER_WAITS):
            await self._execute(cursor.executemany, sql, given)
        else:
            cursor.executemany(sql, given)

    async def _query(self, cursor: sqlite3.Cursor, sql: str, parameters: Parameters) -> list[Any]:
        self._left = SHORT
        try:
            return _rows(cursor, sql, parameters)
        except sqlite3.OperationalError:
            if self._left > 0:
                raise
        finally:
            self._left = None
        # It is long: a query that was given up has changed nothing, so it begins again.
        return await self._run_aside(cursor, sql, parameters)

    async def _begin_to_write(self, cursor: sqlite3.Cursor) -> list[Any]:
        self._wait_for_locks(0)
        try:
            return _rows(cursor, _BEGIN_TO_WRITE, ())
        except sqlite3.OperationalError:
            # Somebody else writes, and is waited for.
            pass
        finally:
            self._wait_for_locks(self._lock_ms)
        return await self._run_aside(cursor, _BEGIN_TO_WRITE, ())

    def _wait_for_locks(self, milliseconds: int) -> None:
        self._conn.execute(f"PRAGMA busy_timeout={milliseconds}").close()

    async def _run_aside(self, cursor: sqlite3.Cursor, sql: str, parameters: Parameters) -> list[Any]:
        rows: list[Any] = await self._execute(_rows, cursor, sql, parameters)
        return rows


def _open(file: str, seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=seconds, check_same_thread=False)
    try:
        _keep_log_ahead(connection, seconds)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _keep_log_ahead(connection: sqlite3.Connection, seconds: float) -> None:
    """Let the file be written by a write-ahead log, which it remembers.

    Two that open a new file at once: SQLite waits for no lock where waiting could be for ever
    (sqlite3_busy_handler, "the busy handler is not invoked"), and says at once that the file is locked. So what
    waits is a transaction.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        else:
            return


def _rows(cursor: sqlite3.Cursor, sql: str, parameters: Parameters) -> list[Any]:
    cursor.execute(sql, tuple(parameters))
    return cursor.fetchall() if cursor.description else []


class _ShortWayCursor(Cursor):
    """A cursor whose rows are there as soon as its statement has run."""

    def __init__(self, connection: ShortWayConnection, cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._connection = connection
        self._rows: list[Any] = []

    async def execute(self, sql: str, parameters: Parameters | None = None) -> "_ShortWayCursor":
        self._rows = await self._connection.run(self._cursor, sql, () if parameters is None else parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Parameters]) -> "_ShortWayCursor":
        await self._connection.run_many(self._cursor, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._cursor.close()


async def connect(file: str, seconds: float) -> ShortWayConnection:
    """Open a connection to a file; another process's lock is waited for so many seconds."""
    connection = ShortWayConnection(file, seconds)
    # Nobody waits for a thread that waits for work when the program ends.
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does itself
    return await connection  # type: ignore[return-value]
