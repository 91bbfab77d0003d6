"""What follows when Linear does not let an organization's connection in any more, and when it does again."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, organization_lane
from bot.domain.trouble import LINEAR_CREDENTIAL, Cause
from storage import blocked, linear_connections, organizations, outbox

log = structlog.stdlib.get_logger(__name__)


async def lose_linear(session: AsyncSession, organization_id: int, connected_at: datetime) -> None:
    """Remember that the connection of that time does not work, and let the owner be told, once."""
    # Two that find it out at once would else each find that nobody was told.
    await organizations.hold_organization(session, organization_id)
    if not await linear_connections.set_problem(session, organization_id, connected_at, LINEAR_CREDENTIAL):
        return
    log.warning("Linear disconnected an organization", organization_id=organization_id)
    if Cause.LINEAR_CREDENTIAL in await blocked.causes(session, organization_id):
        return
    about: dict[str, int | str] = {"organization_id": organization_id, "trouble": Cause.LINEAR_CREDENTIAL}
    lane = organization_lane(organization_id, Destination.PERSON)
    await outbox.enqueue(session, lane, [NewEffect(EffectKind.SLACK_TELL_OWNER, about)])


async def mend_linear(session: AsyncSession, organization_id: int, connected_at: datetime) -> None:
    """Remember that the connection of that time works again; what was stuck goes on at once."""
    if await linear_connections.clear_problem(session, organization_id, connected_at):
        log.info("Linear is connected again", organization_id=organization_id)
        await blocked.hurry_blocked(session, organization_id, blocked.LINEAR)
