"""The schema: brought up to date by Alembic, through the engine that the bot uses."""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UnavailableError

MIGRATIONS = Path(__file__).parent / "migrations"
log = structlog.stdlib.get_logger(__name__)
UNREACHABLE = "the database cannot be reached"
NOT_MIGRATED = "the database's tables are not up to date: run `python app.py migrate`"


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema up to date; two at once wait for each other."""
    async with engine.execution_options(threadline_writes=True).begin() as connection:
        await connection.run_sync(_upgrade)


async def check_schema(engine: AsyncEngine) -> None:
    """Check that the tables are there and up to date; SQLite is brought up to date by itself.

    Raises:
        UnavailableError: the database cannot be reached, or its tables are not up to date.
    """
    problem = await database_problem(engine)
    if problem == NOT_MIGRATED and engine.dialect.name == "sqlite":
        # One machine, one process: nothing is gained by asking for another command first.
        await migrate(engine)
    elif problem is not None:
        raise UnavailableError(f"Threadline cannot start: {problem}.")


async def schema_problem(engine: AsyncEngine) -> str | None:
    """Return in words what is wrong with the schema, or None."""
    async with engine.connect() as connection:
        present = await connection.run_sync(_present_revision)
    return None if present == _scripts().get_current_head() else NOT_MIGRATED


async def database_problem(engine: AsyncEngine) -> str | None:
    """Return in words why the database cannot be used, or None."""
    try:
        return await schema_problem(engine)
    except (SQLAlchemyError, OSError):
        log.exception("the database cannot be reached")
        return UNREACHABLE


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # A number of our own: replicas that start at once must not both make the tables. The one that waits may
        # wait for as long as the other needs.
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7266328)")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _present_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
