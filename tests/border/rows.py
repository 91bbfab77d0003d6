"""Every row of the database: what came, went or changed, whose that is, and the way back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Base

# By table and primary key.
Rows = dict[tuple[str, tuple[Any, ...]], Row[Any]]
Values = Mapping[str, Any]
# Whoever acts becomes known, and when a token was used last is noted. The inbox remembers what was told.
_OF_NOBODY = {"crm_user", "slack_identity", "inbox"}
_NOTED = {("api_token", "last_used_at")}


def read_rows(connection: Connection) -> Rows:
    """Return every row of every table."""
    found: Rows = {}
    for table in Base.metadata.sorted_tables:
        keys = [column.name for column in table.primary_key]
        for row in connection.execute(select(table)):
            found[table.name, tuple(getattr(row, key) for key in keys)] = row
    return found


@dataclass(frozen=True)
class Change:
    """One row that came (``before`` is None), went (``after`` is None) or changed."""

    table: str
    before: Values | None
    after: Values | None

    @property
    def counts(self) -> bool:
        """Whether it is more than that somebody became known, or that a token's use was noted."""
        if self.before is None or self.after is None:
            return self.table not in _OF_NOBODY or self.before is not None
        columns = {(self.table, name) for name in self.before if self.before[name] != self.after[name]}
        return bool(columns - _NOTED)


def changes_between(before: Rows, after: Rows) -> list[Change]:
    """Return what is different."""
    return [
        Change(key[0], _values(before.get(key)), _values(after.get(key)))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]


def _values(row: Row[Any] | None) -> Values | None:
    return None if row is None else row._asdict()


def are_of(organization_id: int, changes: list[Change], rows: Rows) -> bool:
    """Tell whether any of these changes is of an organization."""
    return any(organization_id in _owners(change, rows) for change in changes if change.counts)


def _owners(change: Change, rows: Rows) -> Iterator[Any]:
    for row in (change.before, change.after):
        if row is None:
            continue
        if change.table == "organization":
            yield row["id"]
        if "organization_id" in row:
            yield row["organization_id"]
        # What has no organization of its own has that of what it belongs to.
        for table, column in (("lane", "lane_id"), ("profile", "profile_id"), ("api_token", "token_id")):
            if column in row:
                yield rows[table, (row[column],)].organization_id


async def undo(session: AsyncSession, changes: list[Change]) -> None:
    """Let every row be as it was."""
    tables_ = {table.name: table for table in Base.metadata.sorted_tables}
    order = list(tables_)
    for change in sorted(changes, key=lambda one: order.index(one.table), reverse=True):
        if change.before is None and change.after is not None:
            table = tables_[change.table]
            await session.execute(delete(table).where(*_is(table, change.after)))
    for change in sorted(changes, key=lambda one: order.index(one.table)):
        table = tables_[change.table]
        if change.before is not None and change.after is None:
            await session.execute(insert(table).values(**change.before))
        elif change.before is not None:
            await session.execute(update(table).where(*_is(table, change.before)).values(**change.before))


def _is(table: Table, row: Values) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]
