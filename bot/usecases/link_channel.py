"""Say what a channel is to an organization."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.channels import SlackChannel
from bot.domain.effects import EffectKind
from bot.domain.life import Role
from bot.domain.organizations import ChannelAddress, ChannelLink, Organization, Visibility
from bot.domain.people import User
from bot.domain.places import Audience, Place
from bot.errors import ConflictError, ForbiddenError, InvalidError
from bot.usecases.choose_organization import SWITCHED_OFF, Options
from bot.usecases.pinned_button import owe_button, owe_removal
from bot.usecases.tell import tell_audience
from storage import blocked, channels, links, lives, organizations

CHANNEL_TAKEN = "This channel already belongs to another organization."
TRIAGE_TAKEN = "The organization already has a triage channel. Unlink that one first."
VENDORS_ONLY = "Only {organization}'s vendors can say what this channel is for."
NO_VENDOR = (
    "Only an organization's vendors can link a channel to it, and you are not one. "
    "To register an organization of your own, type /threadline register."
)
DIRECT = "A direct message cannot be linked. Type this in the channel where your customers are, or your team works."
ARCHIVED = "This channel is archived, so it cannot be linked."
INVITE_FIRST = "Invite me first: type /invite @Threadline here, then try again."
OTHERS_ARE_HERE = (
    "People of another company are in this channel, or are invited. They must not read what your team writes "
    "about issues, so your team needs a channel of its own."
)
TEAM_SEES_NOTHING = (
    "Your team could not work here: issues that only the customer sees are not shown here. "
    "Let everyone here see them, or give your team a channel of its own."
)
# How many issues a new triage channel begins with at most, where nothing showed them to vendors.
SHOWN_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class LinkOptions(Options):
    """The organizations to which somebody may link this channel; ``origin`` is what it is already.

    ``has_triage``: one of them has its triage channel elsewhere.
    """

    has_triage: bool


async def find_link_options(session: AsyncSession, user: User, address: ChannelAddress) -> LinkOptions:
    """Return to which organizations somebody may link a channel: to that which has it, else to any of theirs.

    Raises:
        ForbiddenError: they are no vendor (of that organization).
        ConflictError: it belongs to an organization that they do not know.
    """
    if not user.active:
        raise ForbiddenError(SWITCHED_OFF)
    link = await channels.channel_link(session, address)
    theirs = await organizations.organizations_of_vendor(session, user.id)
    found = theirs if link is None else [one for one in theirs if one.id == link.organization_id]
    if not found:
        raise await _refusal(session, user, link)
    triages = [await channels.triage_link(session, one.id) for one in found]
    elsewhere = any(triage is not None and triage.address != address for triage in triages)
    return LinkOptions(organizations=found, origin=link, has_triage=elsewhere)


async def _refusal(session: AsyncSession, user: User, link: ChannelLink | None) -> Exception:
    if link is None:
        return ForbiddenError(NO_VENDOR)
    if not await lives.roles_in(session, user.id, link.organization_id):
        return ConflictError(CHANNEL_TAKEN)
    organization = await organizations.organization(session, link.organization_id)
    return ForbiddenError(VENDORS_ONLY.format(organization=organization.name))


def check_channel(channel: SlackChannel) -> None:
    """Check that a channel can be linked at all.

    Raises:
        InvalidError: it cannot, with the reason.
    """
    if channel.direct:
        raise InvalidError(DIRECT)
    if channel.archived:
        raise InvalidError(ARCHIVED)
    if channel.private and not channel.joined:
        raise InvalidError(INVITE_FIRST)


def check_parts(channel: SlackChannel, link: ChannelLink) -> None:
    """Check that a channel can be what it is to be.

    Raises:
        InvalidError: it cannot, with the reason.
    """
    if link.triage and channel.external:
        raise InvalidError(OTHERS_ARE_HERE)
    if link.triage and link.intake and link.visibility is Visibility.PRIVATE:
        raise InvalidError(TEAM_SEES_NOTHING)


async def check_may_link(session: AsyncSession, user: User, link: ChannelLink) -> Organization:
    """Check that somebody may link this channel, and return the organization.

    Raises:
        ForbiddenError: they are no vendor there.
        ConflictError: the channel belongs to another organization, or there is another triage channel.
    """
    organization = await organizations.organization(session, link.organization_id)
    if Role.VENDOR not in await lives.roles_in(session, user.id, organization.id):
        raise ForbiddenError(VENDORS_ONLY.format(organization=organization.name))
    await _check_free(session, link)
    return organization


async def link_channel_for(session: AsyncSession, user: User, link: ChannelLink, now: datetime) -> Organization:
    """Link a channel on somebody's behalf, with what follows: the pinned button, and issues that nobody was shown.

    Raises:
        ForbiddenError, ConflictError: as ``check_may_link``.
    """
    organization = await check_may_link(session, user, link)
    if link.intake:
        await owe_button(session, link)
        # Customers read it from now on: what was for vendors alone goes on here no more.
        await links.withdraw_triage(session, link.address)
    elif (ts := await owe_removal(session, link)) is not None:
        await channels.forget_button(session, organization.id, link.address, ts)
    if link.triage and not link.intake:
        await _show_what_was_hidden(session, link)
    await link_channel(session, link, now)
    # What waits for it may be delivered now.
    await blocked.hurry_blocked(session, organization.id, blocked.SLACK)
    return organization


async def link_channel(session: AsyncSession, link: ChannelLink, now: datetime) -> None:
    """Link a channel to an organization, or change the parts that it has there.

    Raises:
        ConflictError: the channel belongs to another organization, or there is another triage channel.
    """
    await _check_free(session, link)
    await channels.put_channel_link(session, link, now)


async def _check_free(session: AsyncSession, link: ChannelLink) -> None:
    present = await channels.channel_link(session, link.address)
    if present is not None and present.organization_id != link.organization_id:
        raise ConflictError(CHANNEL_TAKEN)
    triage = await channels.triage_link(session, link.organization_id)
    if link.triage and triage is not None and triage.address != link.address:
        raise ConflictError(TRIAGE_TAKEN)


async def _show_what_was_hidden(session: AsyncSession, link: ChannelLink) -> None:
    for ref in await links.issues_hidden_from_vendors(session, link.organization_id, SHOWN_AT_ONCE):
        await links.add_place(session, ref.organization_id, ref.issue_id, Place(Audience.TRIAGE, link.address))
        await tell_audience(session, ref, Audience.TRIAGE, EffectKind.SLACK_POST_ISSUE)
