"""What all tables share."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase

from storage.types import Id, UtcDateTime, UuidText


class Base(DeclarativeBase):
    """What all tables share: constraints have names, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain attribute
        int: Id,
        str: Text,
        datetime: UtcDateTime,
        uuid.UUID: UuidText,
        dict[str, Any]: JSON,
    }


def core(table: type[Base]) -> Table:
    """Return a table without the ORM about it: what is inserted into it costs a third as much."""
    return Base.metadata.tables[table.__tablename__]
