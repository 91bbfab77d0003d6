"""Consents that somebody began to give in Linear, by the hashes of their states; each is good for one answer."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tables

_INSTALL = tables.LinearInstall
_COLUMNS = (_INSTALL.organization_id, _INSTALL.user_id, _INSTALL.verifier)


@dataclass(frozen=True, kw_only=True)
class Install:
    """Who began, for which organization; ``verifier`` proves that it is ended by whoever began it, encrypted."""

    organization_id: int
    user_id: int
    verifier: str = field(repr=False)


async def begin(session: AsyncSession, state_hash: str, new: Install, now: datetime, expires_at: datetime) -> None:
    """Remember that somebody may consent until then; what nobody ended in time is forgotten."""
    await session.execute(delete(_INSTALL).where(_INSTALL.expires_at <= now))
    await session.execute(
        insert(_INSTALL).values(
            state_hash=state_hash,
            organization_id=new.organization_id,
            user_id=new.user_id,
            verifier=new.verifier,
            expires_at=expires_at,
        )
    )


async def find(session: AsyncSession, state_hash: str, now: datetime) -> Install | None:
    """Who began with this state, if it is good yet?"""
    query = select(*_COLUMNS).where(_INSTALL.state_hash == state_hash, _INSTALL.expires_at > now)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Install(organization_id=row[0], user_id=row[1], verifier=row[2])


async def use(session: AsyncSession, state_hash: str, now: datetime) -> Install | None:
    """Use a state up, if it is good yet: who began with it?"""
    statement = delete(_INSTALL).where(_INSTALL.state_hash == state_hash, _INSTALL.expires_at > now)
    row = (await session.execute(statement.returning(*_COLUMNS))).one_or_none()
    return None if row is None else Install(organization_id=row[0], user_id=row[1], verifier=row[2])
