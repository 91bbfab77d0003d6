"""INSERT ... ON CONFLICT, which both databases spell alike but SQLAlchemy keeps by dialect."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Base


def upsert(session: AsyncSession, table: type[Base]) -> Any:
    """Return the dialect's INSERT into ``table``, which knows ``on_conflict_do_nothing`` and ``..._update``."""
    dialect = session.get_bind().dialect.name
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
