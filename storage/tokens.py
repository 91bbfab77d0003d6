"""Tokens for the HTTP API, by their hashes."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import User
from bot.domain.tokens import StoredToken
from storage import tables
from storage.people import to_user

_TOKEN = tables.ApiToken


async def add_token(
    session: AsyncSession, *, user_id: int, organization_id: int, token_hash: str, hint: str, now: datetime
) -> None:
    """Remember a token by its hash."""
    await session.execute(
        insert(_TOKEN).values(
            user_id=user_id, organization_id=organization_id, token_hash=token_hash, hint=hint, created_at=now
        )
    )


async def find(session: AsyncSession, token_hash: str) -> tuple[int, User, int] | None:
    """Whose token is this, and for which organization? Not one that is revoked, nor of somebody switched off."""
    query = (
        select(_TOKEN.id, tables.CrmUser, _TOKEN.organization_id)
        .join(tables.CrmUser, tables.CrmUser.id == _TOKEN.user_id)
        .where(_TOKEN.token_hash == token_hash, _TOKEN.revoked_at.is_(None), tables.CrmUser.active)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], to_user(row[1]), row[2])


async def tokens_of(session: AsyncSession, user_id: int) -> list[StoredToken]:
    """Which tokens does this user have? The newest first."""
    query = (
        select(_TOKEN, tables.Organization.name)
        .join(tables.Organization, tables.Organization.id == _TOKEN.organization_id)
        .where(_TOKEN.user_id == user_id, _TOKEN.revoked_at.is_(None))
        .order_by(_TOKEN.id.desc())
    )
    return [
        StoredToken(
            id=token.id,
            hint=token.hint,
            organization_id=token.organization_id,
            organization_name=name,
            created_at=token.created_at,
            last_used_at=token.last_used_at,
        )
        for token, name in await session.execute(query)
    ]


async def revoke(session: AsyncSession, user_id: int, token_id: int, now: datetime) -> bool:
    """Revoke a token of this user; tells whether there was one."""
    statement = (
        update(_TOKEN)
        .where(_TOKEN.id == token_id, _TOKEN.user_id == user_id, _TOKEN.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(_TOKEN.id)
    )
    return (await session.execute(statement)).first() is not None


async def note_use(session: AsyncSession, token_id: int, now: datetime) -> None:
    """Remember when a token was used last."""
    await session.execute(update(_TOKEN).where(_TOKEN.id == token_id).values(last_used_at=now))
