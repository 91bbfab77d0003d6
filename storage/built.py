"""Statements that are built once, and run with other values each time.

SQLAlchemy takes longer to build a statement than to run it (docs/performance.md). So it stands as a constant under
the function that runs it, with a ``value("name")`` in the place of each value. Where the databases differ it is a
function of the dialect's name, with ``functools.cache`` on it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, Connection, CursorResult, Executable, bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from storage.greenlets import on_connection

# What is asked is not told from its type: rows are read by the names of their columns.
Rows = CursorResult[*tuple[Any, ...]]
Built = Executable | Callable[[str], Executable]


def value(name: str, kind: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """Return the place of a value; ``kind`` is needed where no column beside it tells. No column has this name."""
    return bindparam(f"given_{name}", type_=kind)


def values(name: str) -> BindParameter[Any]:
    """Return the place of a list of values, behind ``in_``."""
    return bindparam(f"given_{name}", expanding=True)


async def run(session: AsyncSession, statement: Built, **given: Any) -> Rows:
    """Run a statement with these values."""
    return await on_connection(session, partial(execute, statement, given))


def execute(statement: Built, given: Mapping[str, Any], connection: Connection) -> Rows:
    """Run a statement with these values on a connection."""
    if not isinstance(statement, Executable):
        statement = statement(connection.dialect.name)
    return connection.execute(statement, {f"given_{name}": each for name, each in given.items()})


async def answer(session: AsyncSession, statement: Built, **given: Any) -> Any:
    """Run a statement, and return the first value of its first row; None: it finds nothing."""
    return (await run(session, statement, **given)).scalar()
