"""Which organization somebody raises an issue with, for whom, and whether they may."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.life import Role
from bot.domain.organizations import ChannelAddress, ChannelLink, Organization
from bot.domain.people import CustomersJoin, SlackAccount, User
from bot.errors import ForbiddenError, NotFoundError
from storage import channels, lives, organizations, people

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
ONLY_VENDORS_FOR_OTHERS = (
    "Only {organization}'s vendors can raise an issue with it for somebody else. Choose yourself as the customer."
)
ACCOUNT_OFF = "{name}'s account here is switched off. Switch it on first, or choose yourself as the customer."
PROFILE_OFF = (
    "{name}'s customer profile at {organization} is switched off. "
    "Switch it on first, or choose yourself as the customer."
)
_STAFF = {Role.VENDOR, Role.EMPLOYEE}


@dataclass(frozen=True, kw_only=True)
class Options:
    """With which organizations somebody may raise an issue here; one means that there is no choice.

    ``origin`` is the link of the channel where they are, if it has one. ``vendor_at`` holds the ids of those in
    which they may raise it for somebody else; ``refusal`` tells why they may do nothing but that.
    """

    organizations: Sequence[Organization]
    origin: ChannelLink | None
    vendor_at: frozenset[int] = frozenset()
    refusal: ForbiddenError | None = None


async def find_options(
    session: AsyncSession, user: User, origin: ChannelAddress | None, *, for_other: bool = False
) -> Options:
    """Return the channel's organization; else those that the person belongs to.

    ``for_other``: there is somebody else to raise the issue for, as a vendor may who is no customer.

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
    vendor_at = await _vendor_at(session, user, found) if for_other else frozenset[int]()
    refusal = await _own_refusal(session, user, found[0], link) if len(found) == 1 else None
    if refusal is not None and found[0].id not in vendor_at:
        raise refusal
    return Options(organizations=found, origin=link, vendor_at=vendor_at, refusal=refusal)


async def find_known_options(
    session: AsyncSession, account: SlackAccount, origin: ChannelAddress | None, *, for_other: bool = False
) -> tuple[User, Options] | None:
    """Return whose account it is, with their options, in one look; None: the account is not known yet.

    Raises:
        ForbiddenError: as ``find_options``.
    """
    user = await people.user_of(session, account)
    return None if user is None else (user, await find_options(session, user, origin, for_other=for_other))


async def works_for(session: AsyncSession, user: User, organization: Organization) -> bool:
    """Tell whether somebody is a vendor or an employee of an organization."""
    return not _STAFF.isdisjoint(await lives.roles_in(session, user.id, organization.id))


async def _vendor_at(session: AsyncSession, user: User, found: Sequence[Organization]) -> frozenset[int]:
    return frozenset([each.id for each in found if await _is_vendor(session, user, each)])


async def _is_vendor(session: AsyncSession, user: User, organization: Organization) -> bool:
    return Role.VENDOR in await lives.roles_in(session, user.id, organization.id)


async def _own_refusal(
    session: AsyncSession, user: User, organization: Organization, origin: ChannelLink | None
) -> ForbiddenError | None:
    try:
        await check_may_raise(session, user, organization, origin)
    except ForbiddenError as error:
        return error
    return None


def pick(options: Options, organization_id: int | None) -> Organization | None:
    """Return the organization that was chosen, or the only one; None: a choice is still to be made.

    Raises:
        NotFoundError: what was chosen is not among the options (any more). What was written for one organization
            is never given to another, even where that is the only one left.
    """
    if organization_id is None:
        return options.organizations[0] if len(options.organizations) == 1 else None
    for organization in options.organizations:
        if organization.id == organization_id:
            return organization
    raise NotFoundError(NOT_THERE)


async def check_may_raise(
    session: AsyncSession, user: User, organization: Organization, origin: ChannelLink | None
) -> bool:
    """Tell whether the person is a customer already; False: they become one by raising an issue here.

    Raises:
        ForbiddenError: neither; nobody who was switched off there comes in again by themselves.
    """
    is_customer = await people.has_customer_profile(session, user.id, organization.id)
    if is_customer:
        return True
    inside = origin is not None and origin.organization_id == organization.id and origin.intake
    if is_customer is None and inside and organization.customers_join is CustomersJoin.OPEN:
        return False
    raise ForbiddenError(NO_PROFILE.format(name=organization.name))


async def check_may_raise_for(
    session: AsyncSession, vendor: User, customer: User, organization: Organization
) -> bool:
    """Tell whether a vendor's customer is one already; False: they become one by the vendor's word.

    That word is enough where customers join by invitation only: it is one.

    Raises:
        ForbiddenError: it is no vendor's word, or the customer was switched off, which stays so.
    """
    if not await _is_vendor(session, vendor, organization):
        raise ForbiddenError(ONLY_VENDORS_FOR_OTHERS.format(organization=organization.name))
    if not customer.active:
        raise ForbiddenError(ACCOUNT_OFF.format(name=customer.name))
    is_customer = await people.has_customer_profile(session, customer.id, organization.id)
    if is_customer is False:
        raise ForbiddenError(PROFILE_OFF.format(name=customer.name, organization=organization.name))
    return bool(is_customer)
