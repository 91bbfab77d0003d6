"""Change an organization's settings."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Organization, OrganizationSettings
from bot.usecases.owners import owned_organization
from storage import organizations

log = structlog.stdlib.get_logger(__name__)


async def change_settings(
    session: AsyncSession, user_id: int, organization_id: int, settings: OrganizationSettings
) -> Organization:
    """Store what an organization's owner decided; returns the organization as it is now.

    Raises:
        ForbiddenError: this is not its owner.
    """
    await owned_organization(session, user_id, organization_id)
    await organizations.change_settings(session, organization_id, settings)
    changed = await organizations.organization(session, organization_id)
    log.info("settings of an organization were changed", organization=changed.name, user_id=user_id)
    return changed
