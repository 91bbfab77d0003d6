"""Which organization somebody raises an issue with, and whether they may."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import ChannelAddress, ChannelLink, Organization
from bot.domain.people import CustomersJoin, User
from bot.errors import ForbiddenError, NotFoundError
from storage import channels, organizations, people

NOWHERE = (
    "You are not with any organization here yet. Raise the issue in a channel where your vendor takes issues, "
    "or ask them to add you."
)
NO_PROFILE = (
    "You have no customer profile at {name}. Raise the issue in a channel where {name} takes issues, "
    "or ask them to add you."
)
SWITCHED_OFF = "Your account here is switched off. Ask your vendor to switch it on again."
NOT_THERE = "There is no such organization for you."


@dataclass(frozen=True, kw_only=True)
class Options:
    """With which organizations somebody may raise an issue here; one means that there is no choice.

    ``origin`` is the link of the channel where they are, if it has one.
    """

    organizations: Sequence[Organization]
    origin: ChannelLink | None


async def find_options(session: AsyncSession, user: User, origin: ChannelAddress | None) -> Options:
    """Return the channel's organization; else those that the person belongs to.

    Raises:
        ForbiddenError: the person may not raise an issue here, with the reason.
    """
    if not user.active:
        raise ForbiddenError(SWITCHED_OFF)
    link = None if origin is None else await channels.channel_link(session, origin)
    if link is not None:
        found = [await organizations.organization(session, link.organization_id)]
    else:
        found = await organizations.organizations_of(session, user.id)
    if not found:
        raise ForbiddenError(NOWHERE)
    if len(found) == 1:
        await check_may_raise(session, user, found[0], link)
    return Options(organizations=found, origin=link)


def pick(options: Options, organization_id: int | None) -> Organization | None:
    """Return the organization that was chosen, or the only one; None: a choice is still to be made.

    Raises:
        NotFoundError: what was chosen is not among the options.
    """
    if len(options.organizations) == 1:
        return options.organizations[0]
    if organization_id is None:
        return None
    for organization in options.organizations:
        if organization.id == organization_id:
            return organization
    raise NotFoundError(NOT_THERE)


async def check_may_raise(
    session: AsyncSession, user: User, organization: Organization, origin: ChannelLink | None
) -> bool:
    """Tell whether the person is a customer already; False: they become one by raising an issue here.

    Raises:
        ForbiddenError: neither; an inactive profile is never made active again by its own customer.
    """
    is_customer = await people.has_customer_profile(session, user.id, organization.id)
    if is_customer:
        return True
    inside = origin is not None and origin.organization_id == organization.id and origin.intake
    if is_customer is None and inside and organization.customers_join is CustomersJoin.OPEN:
        return False
    raise ForbiddenError(NO_PROFILE.format(name=organization.name))
