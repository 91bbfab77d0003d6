"""The migrations make exactly the tables of ``storage.tables``, and can be run at any time by anybody."""

import asyncio
import re
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine
from storage.migrate import MIGRATIONS, NOT_MIGRATED, migrate, schema_problem
from storage.tables import Base

Described = dict[str, Any]
_ALEMBICS_OWN = "alembic_version"


def _columns(connection: Connection, table: str) -> Described:
    return {
        column["name"]: (
            column["type"].compile(connection.dialect),
            column["nullable"],
            column["default"],
            column.get("autoincrement"),
        )
        for column in inspect(connection).get_columns(table)
    }


def _constraints(connection: Connection, table: str) -> Described:
    inspector = inspect(connection)
    key = inspector.get_pk_constraint(table)
    return {
        "primary key": (key["name"], key["constrained_columns"]),
        "foreign keys": sorted(
            (one["name"], one["constrained_columns"], one["referred_table"], one["referred_columns"])
            for one in inspector.get_foreign_keys(table)
        ),
        "unique": sorted((one["name"], one["column_names"]) for one in inspector.get_unique_constraints(table)),
        "checks": sorted((one["name"], one["sqltext"]) for one in inspector.get_check_constraints(table)),
        "indexes": sorted(
            (one["name"], one["column_names"], bool(one["unique"])) for one in inspector.get_indexes(table)
        ),
    }


def _index_sql(connection: Connection) -> list[tuple[str, str]]:
    """Return each index as the database spells it, which includes the WHERE of a partial one."""
    query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    rows = [(name, " ".join(sql.replace('"', "").split())) for name, sql in connection.exec_driver_sql(query)]
    return sorted(row for row in rows if not row[0].startswith(_ALEMBICS_OWN))


def describe(connection: Connection) -> Described:
    """Return all that there is to compare of a database's tables."""
    tables = [name for name in inspect(connection).get_table_names() if name != _ALEMBICS_OWN]
    described = {
        table: {"columns": _columns(connection, table), **_constraints(connection, table)} for table in tables
    }
    return {"tables": described, "indexes": _index_sql(connection)}


async def described(engine: AsyncEngine) -> Described:
    async with engine.connect() as connection:
        return await connection.run_sync(describe)


def _downgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.downgrade(config, "base")


def _differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))


async def test_the_migrated_tables_equal_those_of_the_code(
    empty_engine: AsyncEngine, other_empty_engine: AsyncEngine
) -> None:
    await migrate(empty_engine)
    async with other_empty_engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    migrated, made = await described(empty_engine), await described(other_empty_engine)
    assert set(migrated["tables"]) == set(Base.metadata.tables)
    assert migrated == made


async def test_partial_indexes_are_compared_with_their_condition(engine: AsyncEngine) -> None:
    indexes = dict((await described(engine))["indexes"])
    for name in ("ix_profile_one_primary", "ix_channel_link_one_triage", "ix_lane_due"):
        assert re.search(r" WHERE \(?(is_primary|triage|due IS NOT NULL)\)?$", indexes[name]), indexes[name]


async def test_alembic_finds_nothing_to_migrate(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_every_table_goes_with_a_downgrade_and_comes_back_with_an_upgrade(empty_engine: AsyncEngine) -> None:
    await migrate(empty_engine)
    before = await described(empty_engine)
    async with empty_engine.begin() as connection:
        await connection.run_sync(_downgrade)
    assert await described(empty_engine) == {"tables": {}, "indexes": []}
    assert await schema_problem(empty_engine) == NOT_MIGRATED
    await migrate(empty_engine)
    assert await described(empty_engine) == before


async def test_migrating_twice_changes_nothing(engine: AsyncEngine) -> None:
    before = await described(engine)
    await migrate(engine)
    assert await described(engine) == before


async def test_two_that_migrate_at_once_both_succeed(empty_engine: AsyncEngine, empty_url: str) -> None:
    other = open_engine(empty_url)
    await asyncio.gather(migrate(empty_engine), migrate(other))
    assert await schema_problem(other) is None
    assert set((await described(other))["tables"]) == set(Base.metadata.tables)
    await other.dispose()


async def test_a_database_without_tables_is_told_in_words(empty_engine: AsyncEngine) -> None:
    assert await schema_problem(empty_engine) == NOT_MIGRATED
    await migrate(empty_engine)
    assert await schema_problem(empty_engine) is None
