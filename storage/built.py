"""Statements that are built once, and run with other values each time.

SQLAlchemy takes longer to build a statement than to run it (docs/performance.md). So it stands as a constant under
the function that runs it, with a ``value("name")`` in the place of each value. Where the databases differ it is a
function of the dialect's name, with ``functools.cache`` on it.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BindParameter, CursorResult, Executable, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.types import TypeEngine

# What is asked is not told from its type: rows are read by the names of their columns.
Rows = CursorResult[*tuple[Any, ...]]
Built = Executable | Callable[[str], Executable]
_CONNECTION = "threadline.connection"


def value(name: str, kind: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """Return the place of a value; ``kind`` is needed where no column beside it tells. No column has this name."""
    return bindparam(f"given_{name}", type_=kind)


def values(name: str) -> BindParameter[Any]:
    """Return the place of a list of values, behind ``in_``."""
    return bindparam(f"given_{name}", expanding=True)


async def connection_of(session: AsyncSession) -> AsyncConnection:
    """Return the session's connection, on which statements of ours run.

    The session has nothing to do with rows that are no objects, and would take as long as all the rest.
    """
    connection: AsyncConnection | None = session.info.get(_CONNECTION)
    if connection is None or connection.closed:
        connection = session.info[_CONNECTION] = await session.connection()
    return connection


async def run(session: AsyncSession, statement: Built, **given: Any) -> Rows:
    """Run a statement with these values."""
    connection = await connection_of(session)
    if not isinstance(statement, Executable):
        statement = statement(connection.dialect.name)
    result: Rows = await connection.execute(statement, {f"given_{name}": each for name, each in given.items()})
    return result


async def answer(session: AsyncSession, statement: Built, **given: Any) -> Any:
    """Run a statement, and return the first value of its first row; None: it finds nothing."""
    return (await run(session, statement, **given)).scalar()
