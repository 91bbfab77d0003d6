"""What the outside told us, remembered by its delivery key before it is acted on.

A door remembers what it was told (``remember``), acts on it, and lets ``is_news`` mark it as done in the very
transaction of the change. What was not done is taken up again by a sweep, after growing delays, until it is given
up. A key begins with the door's name (``slack:``), and only that door reads the body.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, literal, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.inbox import MOST_ATTEMPTS, delay_after
from storage import tables
from storage.upsert import upsert

_INBOX = tables.Inbox
ERROR_LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class Told:
    """Something that was told and is not done.

    Args:
        key: of its delivery.
        body: as the door remembered it.
        attempts: how often it was taken up again, this time included.
    """

    key: str
    body: dict[str, Any]
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Undone:
    """How much of what was told is not done: what is still taken up again, and what was given up."""

    waiting: int
    given_up: int


async def remember(session: AsyncSession, key: str, body: dict[str, Any], now: datetime) -> bool:
    """Remember a delivery, to be acted on; tells whether there is anything left to do.

    Told again, it stays as it was remembered first: one that was done is not to be acted on again, and one that was
    given up is taken up again.
    """
    statement = (
        upsert(session, _INBOX)
        .values(key=key, received_at=now, body=body, again_at=_later(now, 0))
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(_INBOX.key)
    )
    if (await session.execute(statement)).first() is not None:
        return True
    return await told_again(session, key, now, since=now) is not None


async def told_again(session: AsyncSession, key: str, now: datetime, since: datetime) -> Told | None:
    """What is to be acted on again of this delivery, now that it is told again? None: it is done, or not known.

    Neither is it what came later than ``since``. From here on it is taken up again, if it was given up.
    """
    statement = (
        update(_INBOX)
        .where(_INBOX.key == key, _INBOX.done_at.is_(None), _INBOX.received_at <= since)
        .values(
            attempts=case((_INBOX.again_at.is_(None), 0), else_=_INBOX.attempts),
            again_at=func.coalesce(_INBOX.again_at, literal(_later(now, 0), _INBOX.again_at.type)),
        )
        .returning(_INBOX.body, _INBOX.attempts)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Told(key=key, body=row.body, attempts=row.attempts)


async def is_news(session: AsyncSession, key: str, now: datetime) -> bool:
    """Mark a delivery as done, whether it was remembered or not; tells whether it was not done before.

    Whoever is told so makes the change in the same transaction. Of several at once it is one: the others wait for
    its commit. The body is needed no more.
    """
    done = {"done_at": now, "body": null(), "again_at": null(), "error": null()}
    statement = (
        upsert(session, _INBOX)
        .values(key=key, received_at=now, done_at=now)
        .on_conflict_do_update(index_elements=["key"], set_=done, where=_INBOX.done_at.is_(None))
        .returning(_INBOX.key)
    )
    return (await session.execute(statement)).first() is not None


async def is_known(session: AsyncSession, key: str) -> bool:
    """Was this told before?"""
    return await session.scalar(select(_INBOX.key).where(_INBOX.key == key)) is not None


async def take_up(session: AsyncSession, door: str, now: datetime) -> Told | None:
    """Take up again what waits longest of what this door was told and is due; None: there is nothing.

    Its next time is moved on, so that nobody else takes it up meanwhile, and somebody does should this process end.
    """
    due = (
        select(_INBOX.key)
        .where(_INBOX.done_at.is_(None), _INBOX.again_at <= now, _INBOX.key.startswith(door, autoescape=True))
        .order_by(_INBOX.again_at, _INBOX.key)
        .limit(1)
    )
    if session.get_bind().dialect.name == "postgresql":
        # Materialized: the planner must not run the locking query again for each row of the update.
        chosen = due.with_for_update(skip_locked=True).cte("chosen").prefix_with("MATERIALIZED")
        due = select(chosen.c.key)
    times = [literal(_later(now, attempts + 1), _INBOX.again_at.type) for attempts in range(MOST_ATTEMPTS)]
    again_at = case(dict(enumerate(times)), value=_INBOX.attempts, else_=times[-1])
    statement = (
        update(_INBOX)
        .where(_INBOX.key.in_(due))
        .values(attempts=_INBOX.attempts + 1, again_at=again_at)
        .returning(_INBOX.key, _INBOX.body, _INBOX.attempts)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Told(key=row.key, body=row.body, attempts=row.attempts)


async def put_off(session: AsyncSession, key: str, error: str) -> None:
    """Keep why it was not done this time."""
    await _set_undone(session, key, error=error[:ERROR_LIMIT])


async def give_up(session: AsyncSession, key: str, error: str) -> None:
    """Take it up no more. It is kept with the reason until it is pruned; told again, it is acted on again."""
    await _set_undone(session, key, error=error[:ERROR_LIMIT], again_at=null())


async def undone(session: AsyncSession) -> Undone:
    """How much of what was told is not done?"""
    query = select(func.count(), func.count(_INBOX.again_at)).where(_INBOX.done_at.is_(None))
    everything, waiting = (await session.execute(query)).one()
    return Undone(waiting=waiting, given_up=everything - waiting)


async def prune(session: AsyncSession, before: datetime, limit: int) -> int:
    """Forget what came before this time and waits no more, ``limit`` at most; returns how much that was."""
    old = select(_INBOX.key).where(_INBOX.received_at < before, _INBOX.again_at.is_(None)).limit(limit)
    removed = delete(_INBOX).where(_INBOX.key.in_(old)).returning(_INBOX.key)
    return len((await session.execute(removed)).all())


async def _set_undone(session: AsyncSession, key: str, **values: Any) -> None:
    # Somebody else may have done it meanwhile.
    await session.execute(update(_INBOX).where(_INBOX.key == key, _INBOX.done_at.is_(None)).values(**values))


def _later(now: datetime, attempts: int) -> datetime:
    return now + timedelta(seconds=delay_after(attempts))
