"""Change what an organization decided about Linear; a pause that ends is caught up at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination
from bot.domain.issues import Status
from bot.domain.linear_state import may_stand_for
from bot.domain.organizations import LinearSettings
from bot.usecases.owners import owned_organization
from storage import linear_settings, organizations, outbox

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class LinearChoice:
    """What the owner chose; None: it stays as it is. A state that does not fit its status counts for nothing."""

    paused: bool | None = None
    takes_titles: bool | None = None
    states: Mapping[Status, str] | None = None


async def change_linear_settings(
    session: AsyncSession, user_id: int, organization_id: int, choice: LinearChoice, now: datetime
) -> LinearSettings:
    """Store what the owner chose; returns what is set now.

    Raises:
        ForbiddenError: this is not the organization's owner.
    """
    await owned_organization(session, user_id, organization_id)
    before = await linear_settings.linear_settings(session, organization_id)
    if choice.takes_titles is not None:
        await linear_settings.set_takes_titles(session, organization_id, takes_titles=choice.takes_titles)
    if choice.states is not None:
        states = {one.id: one for one in await organizations.linear_states(session, organization_id)}
        chosen = {
            status: state_id
            for status, state_id in choice.states.items()
            if state_id in states and may_stand_for(status, states[state_id])
        }
        await linear_settings.choose_states(session, organization_id, chosen)
    if choice.paused is not None and choice.paused != before.paused:
        await _pause(session, organization_id, now if choice.paused else None)
        log.info("the exchange with Linear was paused or resumed", organization=organization_id, user_id=user_id)
    return await linear_settings.linear_settings(session, organization_id)


async def _pause(session: AsyncSession, organization_id: int, since: datetime | None) -> None:
    await linear_settings.set_paused(session, organization_id, since)
    if since is None:
        # What came in meanwhile is owed to be read, in the lanes; what nobody told of is found by reconciliation.
        for destination in (Destination.LINEAR, Destination.LINEAR_EXTRAS):
            await outbox.hurry(session, organization_id, destination)
