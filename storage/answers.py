"""The answers that were given to requests with a key, so that the same request gets the same answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import ApiAnswer
from storage.transaction import RunAgainError
from storage.upsert import upsert


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A key of a token, as it stands: for which request it is, since when, and its answer, once there is one."""

    fingerprint: str
    claimed_at: datetime
    status: int | None
    body: dict[str, Any] | None


async def claim(session: AsyncSession, token_id: int, key: str, fingerprint: str, now: datetime) -> Claim:
    """Whose is this key? It is this request's, unless another request claimed it before.

    On PostgreSQL a claim that is not committed yet is waited for.

    Raises:
        RunAgainError: the earlier claim was given up meanwhile.
    """
    await session.execute(
        upsert(session, ApiAnswer)
        .values(token_id=token_id, key=key, body_hash=fingerprint, created_at=now)
        .on_conflict_do_nothing(index_elements=["token_id", "key"])
    )
    present = await _claim(session, token_id, key)
    if present is None:
        raise RunAgainError
    return present


async def keep(session: AsyncSession, token_id: int, key: str, status: int, body: dict[str, Any]) -> Claim | None:
    """Remember the answer to the request that claimed this key, unless there is one; returns the claim as it is.

    None: the key is forgotten already.
    """
    await session.execute(
        update(ApiAnswer).where(_is(token_id, key), ApiAnswer.status.is_(None)).values(status=status, answer=body)
    )
    return await _claim(session, token_id, key)


async def forget(session: AsyncSession, before: datetime) -> None:
    """Forget the keys that were claimed before this moment: everybody's, which is what keeps the table small."""
    await session.execute(delete(ApiAnswer).where(ApiAnswer.created_at < before))


async def _claim(session: AsyncSession, token_id: int, key: str) -> Claim | None:
    query = select(ApiAnswer).where(_is(token_id, key)).execution_options(populate_existing=True)
    row = await session.scalar(query)
    if row is None:
        return None
    return Claim(fingerprint=row.body_hash, claimed_at=row.created_at, status=row.status, body=row.answer)


def _is(token_id: int, key: str) -> ColumnElement[bool]:
    return (ApiAnswer.token_id == token_id) & (ApiAnswer.key == key)
