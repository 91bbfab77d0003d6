"""Listeners on what an engine commits and asks."""

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine


@contextlib.contextmanager
def counted_commits(engine: AsyncEngine) -> Iterator[list[str]]:
    """Give a list to which "commit" is added at each commit within the context."""
    happened: list[str] = []

    def committed(_connection: Connection) -> None:
        happened.append("commit")

    event.listen(engine.sync_engine, "commit", committed)
    yield happened
    event.remove(engine.sync_engine, "commit", committed)


@contextlib.contextmanager
def asked_statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Give a list to which each statement is added that is asked within the context."""
    asked: list[str] = []

    def about_to_ask(_connection: Connection, _cursor: Any, statement: str, *_others: Any) -> None:
        asked.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", about_to_ask)
    yield asked
    event.remove(engine.sync_engine, "before_cursor_execute", about_to_ask)
