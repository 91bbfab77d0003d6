"""Register an organization on the word of whoever runs the bot, who vouches for the e-mail and the workspace."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import User, normalize_email
from bot.errors import ConflictError
from bot.usecases.register import Registered, Registration, register_organization
from bot.usecases.tokens import make_token
from storage import organizations, people

SEVERAL_PEOPLE = "Several people have this e-mail. Register with another one, or from Slack."
SWITCHED_OFF = "The person with this e-mail is switched off."


@dataclass(frozen=True)
class Vouched:
    """The new organization, and a token with which its owner begins; it cannot be read again."""

    registered: Registered
    token: str


async def register_by_operator(
    session: AsyncSession, wanted: Registration, team_id: str | None, now: datetime
) -> Vouched:
    """Register an organization; whoever has its owner's e-mail already becomes the owner.

    Args:
        session: of the request.
        wanted: with an e-mail.
        team_id: of the Slack workspace that the organization owns from now on, if any.
        now: UTC.

    Raises:
        InvalidError: the name cannot be used.
        ConflictError: the name is taken, or it cannot be told who the owner is. Nothing was changed.
    """
    owner = await _known(session, normalize_email(wanted.email or ""))
    registered = await register_organization(session, wanted, now, owner=owner)
    if team_id is not None:
        await organizations.own_workspace(session, registered.organization_id, team_id)
    token = await make_token(session, registered.owner.id, registered.organization_id, now)
    return Vouched(registered, token)


async def _known(session: AsyncSession, email: str) -> User | None:
    found = await people.users_called(session, email)
    if len(found) > 1:
        raise ConflictError(SEVERAL_PEOPLE)
    if found and not found[0].active:
        raise ConflictError(SWITCHED_OFF)
    return found[0] if found else None
