"""A listener on an engine's commits."""

import contextlib
from collections.abc import Iterator

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
