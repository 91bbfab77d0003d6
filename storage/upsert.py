"""INSERT ... ON CONFLICT, which both databases spell alike but SQLAlchemy keeps by dialect."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Base


def upsert(session: AsyncSession, table: type[Base]) -> Any:
    """Return the dialect's INSERT into ``table``, which knows ``on_conflict_do_nothing`` and ``..._update``."""
    return upsert_in(session.get_bind().dialect.name, table)


def upsert_in(dialect: str, table: type[Base] | Table) -> Any:
    """Return the INSERT of a dialect by its name, for a statement that is built once."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
