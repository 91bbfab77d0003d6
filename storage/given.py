"""Many rows in one parameter, so that what a group asks or adds is one statement, whatever their number.

The rows are JSON, which both databases read. The statement's text is always the same: it is built, prepared and
planned once. Where each row had parameters of its own, every number of rows would be another statement.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import repeat
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage.built import execute, value
from storage.greenlets import on_connection
from storage.types import UtcDateTime
from storage.upsert import upsert_in

Rows = Iterable[Mapping[str, Any]]
# The name by which a statement speaks of its rows.
GIVEN = "given"


def given(dialect: str, columns: Mapping[str, TypeEngine[Any]], name: str = GIVEN) -> FromClause:
    """Return the rows that a statement is given under a name, as something to select from."""
    rows_in_json = value(name, String())
    if dialect == "sqlite":
        each = func.json_each(rows_in_json).table_valued("value", name="each_row")
        # The names are ours.
        found = [
            func.json_extract(each.c.value, literal_column(f"'$.{key}'"), type_=kind).label(key)
            for key, kind in columns.items()
        ]
        return select(*found).subquery(name)
    rows = func.json_to_recordset(cast(rows_in_json, JSON))
    typed = [column(key, kind) for key, kind in columns.items()]
    return rows.table_valued(*typed).render_derived(name=name, with_types=True)


def insert_given(dialect: str, table: Table, names: Iterable[str], name: str = GIVEN) -> Any:
    """Return the INSERT of the rows that it is given under a name, which have these columns of a table."""
    rows = given(dialect, {column_name: table.c[column_name].type for column_name in names}, name)
    return insert_chosen(dialect, table, dict(rows.c.items()))


def insert_chosen(
    dialect: str, table: Table, chosen: Mapping[str, ColumnElement[Any]], source: FromClause | None = None
) -> Any:
    """Return an INSERT of what each column is computed to be from rows that are given.

    ``source`` is what they are joined with, if they are.
    """
    # SQLite takes ON for a join's unless there is a WHERE (its documentation, "UPSERT", 2.2).
    rows = select(*chosen.values()).where(true())
    if source is not None:
        rows = rows.select_from(source)
    return upsert_in(dialect, table).from_select(list(chosen), rows)


async def run_given(
    session: AsyncSession, build: Callable[[str], Any], rows: Rows | None = None, **named: Rows
) -> Sequence[Row[Any]]:
    """Run the statement that ``build`` returns for a dialect, with these rows; returns those that it finds.

    ``named`` are the rows that it is given under names of their own.
    """
    all_rows = named if rows is None else {GIVEN: rows, **named}
    return await on_connection(session, partial(_run_given, build, all_rows))


def _run_given(build: Callable[[str], Any], rows: Mapping[str, Rows], connection: Connection) -> Sequence[Row[Any]]:
    in_json = {name: _in_json(ones, connection.dialect.name) for name, ones in rows.items()}
    result = execute(build, in_json, connection)
    return result.all() if result.returns_rows else ()


class Additions:
    """Rows that are added to a table of SQLite's, of which nothing is asked back.

    It takes each row by itself through one prepared statement: in half the time in which it reads them out of JSON.

    Args:
        table: to which they are added.
        names: the columns that each row has.
        computed: what the database computes for other columns.
    """

    def __init__(self, table: Table, names: Sequence[str], **computed: Any) -> None:
        self._table, self._names, self._computed = table, tuple(names), computed
        self._built: Any = None

    async def add(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add these rows."""
        if rows:
            await on_connection(session, partial(self._add, rows))

    def _add(self, rows: Sequence[Mapping[str, Any]], connection: Connection) -> None:
        one = self._one(connection.dialect)
        columns = [self._bound(name, rows) or repeat(one.params[name]) for name in one.positiontup or ()]
        connection.exec_driver_sql(str(one), list(zip(*columns, strict=False)))

    def _bound(self, name: str, rows: Sequence[Mapping[str, Any]]) -> list[Any] | None:
        """Return the values of a column as SQLite's driver takes them; None: no row has them."""
        if name not in self._names:
            return None
        bind = _driver_value(self._table.c[name].type)
        return [None if (value := row[name]) is None else bind(value) for row in rows]

    def _one(self, dialect: Dialect) -> SQLCompiler:
        """Return the statement for one row, which knows in which order it takes what."""
        built: SQLCompiler | None = self._built
        if built is None:
            values = {**{name: bindparam(name, None) for name in self._names}, **self._computed}
            built = self._built = insert(self._table).values(values).compile(dialect=dialect)
        return built


def _driver_value(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """Return what makes of a value what SQLite's driver takes."""
    if isinstance(kind, JSON):
        return _dumped
    if isinstance(kind, UtcDateTime):
        return _moment
    # Words of a fixed set, and ids, are texts there.
    return int if isinstance(kind, Integer) else str


def _dumped(value: Any) -> str:
    return orjson.dumps(value).decode()


def _moment(moment: datetime) -> str:
    """Return a moment as SQLAlchemy stores it in SQLite, so that text compares as time does."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _in_json(rows: Rows, dialect: str) -> str:
    zone = "" if dialect == "sqlite" else "+00:00"

    def in_text(value: Any) -> str:
        return f"{_moment(value)}{zone}" if isinstance(value, datetime) else str(value)

    return orjson.dumps(list(rows), in_text, orjson.OPT_PASSTHROUGH_DATETIME).decode()
