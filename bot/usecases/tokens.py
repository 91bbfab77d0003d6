"""Tokens for the HTTP API: each belongs to one user in one organization, is shown once, and is kept as a hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.life import Role
from bot.domain.people import User
from bot.domain.tokens import StoredToken
from bot.errors import ForbiddenError, NotFoundError
from storage import lives, tokens

PREFIX = "thr_"
HINT_LENGTH = 8
NO_PROFILE = "You have no active profile there."
NO_SUCH_TOKEN = "You have no such token."  # noqa: S105 - a sentence


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Whose token was shown, and for which organization. ``roles`` is empty where every profile is switched off."""

    token_id: int
    user: User
    organization_id: int
    roles: frozenset[Role]


async def make_token(session: AsyncSession, user_id: int, organization_id: int, now: datetime) -> str:
    """Return a new token; it cannot be read again.

    Raises:
        ForbiddenError: the user has no active profile in the organization.
    """
    if not await lives.roles_in(session, user_id, organization_id):
        raise ForbiddenError(NO_PROFILE)
    token = PREFIX + secrets.token_urlsafe(32)
    hint = token[:HINT_LENGTH]
    await tokens.add_token(
        session, user_id=user_id, organization_id=organization_id, token_hash=_hash(token), hint=hint, now=now
    )
    return token


async def my_tokens(session: AsyncSession, user_id: int) -> list[StoredToken]:
    """Return the user's tokens that are not revoked, the newest first."""
    return await tokens.tokens_of(session, user_id)


async def revoke_token(session: AsyncSession, user_id: int, token_id: int, now: datetime) -> None:
    """Make a token useless.

    Raises:
        NotFoundError: the user has no such token.
    """
    if not await tokens.revoke(session, user_id, token_id, now):
        raise NotFoundError(NO_SUCH_TOKEN)


async def bearer_of(session: AsyncSession, token: str) -> Bearer | None:
    """Return whose token this is; None: it is unknown or revoked, or its user is switched off.

    It is found by its hash, so no comparison of secrets can be timed.
    """
    found = await tokens.find(session, _hash(token))
    if found is None:
        return None
    token_id, user, organization_id = found
    roles = await lives.roles_in(session, user.id, organization_id)
    return Bearer(token_id=token_id, user=user, organization_id=organization_id, roles=frozenset(roles))


def _hash(token: str) -> str:
    # A plain hash serves: 256 random bits leave no list of likely tokens to try.
    return hashlib.sha256(token.encode()).hexdigest()
