"""Who may administer an organization: its owner, while they are an active vendor there (DESIGN, section 5)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Organization
from bot.errors import ForbiddenError
from storage import organizations

OWNERS_ONLY = "Only the owner of an organization can do this."


async def owned_organizations(session: AsyncSession, user_id: int) -> Sequence[Organization]:
    """Return the organizations that somebody may administer, by name; there is at least one.

    Raises:
        ForbiddenError: there is none.
    """
    found = await organizations.organizations_owned_by(session, user_id)
    if not found:
        raise ForbiddenError(OWNERS_ONLY)
    return found


async def owned_organization(session: AsyncSession, user_id: int, organization_id: int) -> Organization:
    """Return this organization, if somebody may administer it.

    Raises:
        ForbiddenError: they may not, or there is no such organization.
    """
    for organization in await owned_organizations(session, user_id):
        if organization.id == organization_id:
            return organization
    raise ForbiddenError(OWNERS_ONLY)
