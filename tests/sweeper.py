"""Empties databases of PostgreSQL between tests: by one connection to each, kept in an event loop of its own.

A new connection knows nothing of the tables yet: with one for each test, most of the time would go into that.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import asyncpg

from storage.tables import Base

TABLES = [table.name for table in reversed(Base.metadata.sorted_tables)]
_ALONE = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# What a test may have left that no emptying takes away.
_LOOK = """
    SELECT (SELECT array_agg(relname::text) FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS tables,
        (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)
        + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS planted
"""
_EMPTY = "; ".join(
    [
        *(f'DELETE FROM "{table}"' for table in TABLES),  # noqa: S608 - our own names
        "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence",
    ]
)


class Sweeper:
    """Empties databases, for whatever event loop asks for it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sweeper", daemon=True)
        self._thread.start()
        self._kept: dict[str, asyncpg.Connection[Any]] = {}

    async def emptied(self, url: str) -> bool:
        """Empty a database, whoever is connected; tells whether it is as it was made.

        Raises:
            InvalidCatalogNameError: there is no such database.
        """
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._empty(url), self._loop))

    async def _empty(self, url: str) -> bool:
        if kept := self._kept.pop(url, None):
            try:
                return await self._empty_by(kept, url)
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                # A test sent everybody away, or dropped the database.
                kept.terminate()
        return await self._empty_by(await asyncpg.connect(url), url)

    async def _empty_by(self, connection: "asyncpg.Connection[Any]", url: str) -> bool:
        await connection.execute(_ALONE)
        look = await connection.fetchrow(_LOOK)
        assert look is not None
        if look["planted"] or set(look["tables"]) != {*TABLES, "alembic_version"}:
            await connection.close()
            return False
        await connection.execute(_EMPTY)
        self._kept[url] = connection
        return True

    def stop(self) -> None:
        """Close what is kept."""
        self._in_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        for connection in self._kept.values():
            connection.terminate()

    def _in_loop(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
