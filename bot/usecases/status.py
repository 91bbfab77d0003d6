"""Tell an organization's vendors what waits, what is stuck, and how it stands with Linear."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Organization
from bot.domain.people import SlackAccount
from bot.domain.status import DeliveryStatus
from bot.errors import ForbiddenError
from storage import blocked, channels, linear_connections, linear_sync, organizations, people

VENDORS_SEE_IT = (
    "Only an organization's vendors can see what waits to be delivered. What you raised is safe with us: "
    "type /my-issues to see it."
)
# More than these make a message that nobody reads.
MOST_ORGANIZATIONS = 5


async def status_for(session: AsyncSession, account: SlackAccount, *, linear_on: bool) -> list[DeliveryStatus]:
    """Return how the deliveries stand of each organization in which somebody is a vendor, by name.

    Args:
        session: of the request.
        account: who asks.
        linear_on: whether the settings have a credential for Linear.

    Raises:
        ForbiddenError: they are no vendor anywhere.
    """
    user = await people.user_of(session, account)
    theirs: list[Organization] = []
    if user is not None and user.active:
        theirs = await organizations.organizations_of_vendor(session, user.id)
    if not theirs:
        raise ForbiddenError(VENDORS_SEE_IT)
    return [await _status(session, one, linear_on=linear_on) for one in theirs[:MOST_ORGANIZATIONS]]


async def _status(session: AsyncSession, organization: Organization, *, linear_on: bool) -> DeliveryStatus:
    waiting = await blocked.on_the_way(session, organization.id)
    return DeliveryStatus(
        organization_id=organization.id,
        organization_name=organization.name,
        on_the_way=waiting.count,
        oldest_seconds=waiting.oldest_seconds,
        stuck=await blocked.stuck_since(session, organization.id),
        lost_channels=await channels.lost_channels(session, organization.id),
        linear_team=await organizations.linear_team_name(session, organization.id),
        linear_on=linear_on or await linear_connections.is_connected(session, organization.id),
        linear_lost=await blocked.is_refused_by_linear(session, organization.id),
        webhook_off=(await linear_sync.sync_of(session, organization.id)).warned_at is not None,
        now=waiting.now,
    )
