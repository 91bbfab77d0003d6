"""OAuth tokens that all replicas share, and who of them fetches the next."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables
from storage.types import database_now
from storage.upsert import upsert

_GRANT = tables.LinearGrant


@dataclass(frozen=True, kw_only=True)
class LockedTokens:
    """Tokens as they are stored: encrypted."""

    access: str | None = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: datetime | None


async def tokens(session: AsyncSession, key: str) -> LockedTokens | None:
    """Which tokens are kept under this key?"""
    query = select(_GRANT.access_token, _GRANT.refresh_token, _GRANT.expires_at).where(_GRANT.key == key)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    return LockedTokens(access=row.access_token, refresh=row.refresh_token, expires_at=row.expires_at)


async def claim_refresh(session: AsyncSession, key: str, seconds: float, seen: str | None) -> int | None:
    """Let one alone fetch the next tokens, for so many seconds; returns the fence that proves it.

    None: somebody else fetches them now, or did: the access token is not the one that was ``seen`` any more.
    """
    new = upsert(session, _GRANT).values(key=key).on_conflict_do_nothing(index_elements=["key"])
    await session.execute(new)
    statement = (
        update(_GRANT)
        .where(
            _GRANT.key == key,
            _GRANT.access_token.is_not_distinct_from(seen),
            or_(_GRANT.refreshing_until.is_(None), _GRANT.refreshing_until < database_now()),
        )
        .values(refreshing_until=database_now(seconds), fence=_GRANT.fence + 1)
        .returning(_GRANT.fence)
    )
    return await session.scalar(statement)


async def put_tokens(session: AsyncSession, key: str, fence: int, new: LockedTokens) -> bool:
    """Keep what was fetched; tells whether it was still ours to fetch."""
    return await _end_refresh(
        session, key, fence, access_token=new.access, refresh_token=new.refresh, expires_at=new.expires_at
    )


async def give_up_refresh(session: AsyncSession, key: str, fence: int) -> None:
    """Let somebody else fetch the next tokens: it failed."""
    await _end_refresh(session, key, fence)


async def _end_refresh(session: AsyncSession, key: str, fence: int, **changed: str | datetime | None) -> bool:
    statement = (
        update(_GRANT)
        .where(_GRANT.key == key, _GRANT.fence == fence)
        .values(refreshing_until=None, **changed)
        .returning(_GRANT.key)
    )
    return (await session.execute(statement)).first() is not None


async def replace_tokens(session: AsyncSession, key: str, new: LockedTokens) -> None:
    """Keep the tokens of a new consent; whoever fetches some for the former one fetches in vain."""
    fields = {"access_token": new.access, "refresh_token": new.refresh, "expires_at": new.expires_at}
    again = {**fields, "refreshing_until": None, "fence": _GRANT.fence + 1}
    statement = upsert(session, _GRANT).values(key=key, **fields)
    await session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))


async def drop_tokens(session: AsyncSession, key: str) -> None:
    """Forget the tokens under this key."""
    await session.execute(delete(_GRANT).where(_GRANT.key == key))
