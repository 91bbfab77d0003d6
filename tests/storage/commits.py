"""A listener on an engine's commits."""

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine


def count_commits(engine: AsyncEngine) -> list[str]:
    """Return a list to which "commit" is added at each commit from now on."""
    happened: list[str] = []

    def committed(_connection: Connection) -> None:
        happened.append("commit")

    event.listen(engine.sync_engine, "commit", committed)
    return happened
