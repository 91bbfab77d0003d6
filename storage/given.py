"""Many rows in one parameter, so that what a group asks or adds is one statement, whatever their number.

The rows are JSON, which both databases read. The statement's text is always the same: it is built, prepared and
planned once. Where each row had parameters of its own, every number of rows would be another statement.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    FromClause,
    Row,
    String,
    Table,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from storage.upsert import upsert_in

# The name by which a statement's conditions speak of the rows.
GIVEN = "given"
_ROWS = "rows"
_CONNECTION = "threadline.connection"


def given(dialect: str, columns: Mapping[str, TypeEngine[Any]]) -> FromClause:
    """Return the rows that a statement is given, as something to select from."""
    if dialect == "sqlite":
        each = func.json_each(bindparam(_ROWS, type_=String())).table_valued("value", name="each_row")
        # The names are ours.
        found = [
            func.json_extract(each.c.value, literal_column(f"'$.{name}'"), type_=kind).label(name)
            for name, kind in columns.items()
        ]
        return select(*found).subquery(GIVEN)
    rows = func.json_to_recordset(cast(bindparam(_ROWS, type_=String()), JSON))
    typed = [column(name, kind) for name, kind in columns.items()]
    return rows.table_valued(*typed).render_derived(name=GIVEN, with_types=True)


def insert_given(dialect: str, table: Table, names: Iterable[str]) -> Any:
    """Return the INSERT of the rows that it is given, which have these columns of a table."""
    rows = given(dialect, {name: table.c[name].type for name in names})
    return insert_chosen(dialect, table, **dict(rows.c.items()))


def insert_chosen(dialect: str, table: Table, **chosen: Any) -> Any:
    """Return an INSERT of what each column is computed to be from rows that are given."""
    # SQLite takes ON for a join's unless there is a WHERE (its documentation, "UPSERT", 2.2).
    source = select(*chosen.values()).where(true())
    return upsert_in(dialect, table).from_select(list(chosen), source)


async def run_given(
    session: AsyncSession, build: Callable[[str], Any], rows: Iterable[Mapping[str, Any]]
) -> Sequence[Row[Any]]:
    """Run the statement that ``build`` returns for a dialect, with these rows; returns those that it finds.

    It runs on the session's connection: the session has nothing to do with rows that are no objects, and would take
    as long as all the rest.
    """
    connection = session.info.get(_CONNECTION)
    if connection is None or connection.closed:
        connection = session.info[_CONNECTION] = await session.connection()
    dialect = connection.dialect.name
    result = await connection.execute(build(dialect), {_ROWS: _in_json(rows, dialect)})
    return result.all() if result.returns_rows else ()


def _in_json(rows: Iterable[Mapping[str, Any]], dialect: str) -> str:
    zone = "" if dialect == "sqlite" else "+00:00"

    def in_text(value: Any) -> str:
        # As SQLAlchemy stores moments in SQLite, so that text compares as time does.
        if isinstance(value, datetime):
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}{zone}"
        return str(value)

    return json.dumps(list(rows), ensure_ascii=False, default=in_text)
