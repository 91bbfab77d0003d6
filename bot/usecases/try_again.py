"""Try again at once what is stuck, because its cause may be gone."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination
from bot.domain.issues import IssueRef
from bot.domain.life import Role
from bot.domain.organizations import ChannelAddress
from bot.domain.people import User
from bot.errors import ForbiddenError, NotFoundError
from bot.usecases.linear_links import look_for_linear_teams
from bot.usecases.refusals import NO_SUCH_ISSUE, VENDORS_ONLY
from bot.usecases.status import VENDORS_SEE_IT
from bot.usecases.tell import show_to_vendors
from storage import blocked, channels, inbox, lives


async def try_issue_again(session: AsyncSession, ref: IssueRef, user: User) -> int:
    """Let what is stuck of an issue be tried again now; returns how much that is, and lets its message say so.

    Raises:
        NotFoundError: there is no such issue.
        ForbiddenError: they are no vendor of the organization.
    """
    living = await lives.living_issue(session, ref)
    if living is None:
        raise NotFoundError(NO_SUCH_ISSUE)
    if Role.VENDOR not in await lives.roles_towards(session, user.id, living):
        raise ForbiddenError(VENDORS_ONLY.format(organization=living.organization_name))
    await show_to_vendors(session, ref)
    return len(await blocked.hurry_issue(session, ref))


async def try_organization_again(session: AsyncSession, organization_id: int, user: User) -> int:
    """Let whatever is stuck of an organization be tried again now; returns how much that is.

    Raises:
        ForbiddenError: they are no vendor there.
    """
    if Role.VENDOR not in await lives.roles_in(session, user.id, organization_id):
        raise ForbiddenError(VENDORS_SEE_IT)
    return len(await blocked.hurry_blocked(session, organization_id, tuple(Destination)))


async def accept_channel_back(
    session: AsyncSession, address: ChannelAddress, key: str, now: datetime, *, happened_at: datetime
) -> None:
    """Accept that a channel can be used (again): what waits for it is delivered in its order.

    Args:
        session: of the change.
        address: the channel.
        key: of this telling; a second one changes nothing.
        now: the time, UTC.
        happened_at: when it happened, UTC by Slack's clock; what is older than what is known changes nothing.
    """
    if not await inbox.is_news(session, key, now):
        return
    link = await channels.channel_link(session, address)
    if link is not None and await channels.hear(session, link.organization_id, address, happened_at):
        await channels.set_lost(session, link.organization_id, address, None)
        await blocked.hurry_blocked(session, link.organization_id, blocked.SLACK)


async def take_up_what_waits(session: AsyncSession, *, linear_on: bool) -> None:
    """Take up again, when the program starts, whatever its settings may have changed for.

    Args:
        session: of the start.
        linear_on: whether the settings have a credential for Linear.
    """
    await look_for_linear_teams(session, linear_on=linear_on)
    await blocked.hurry_everything(session)
