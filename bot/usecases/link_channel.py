"""Say what a channel is to an organization."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.channels import SlackChannel
from bot.domain.life import Role
from bot.domain.organizations import ChannelAddress, ChannelLink, Organization, Visibility
from bot.domain.people import User
from bot.domain.trouble import Cause
from bot.errors import ConflictError, ForbiddenError, InvalidError
from bot.usecases.choose_organization import SWITCHED_OFF, Options
from bot.usecases.move_triage import show_in_triage
from bot.usecases.pinned_button import owe_button, owe_removal
from storage import blocked, channels, links, lives, organizations

CHANNEL_TAKEN = "This channel already belongs to another organization."
TRIAGE_TAKEN = (
    "{organization} already has a triage channel. To use this one instead, type /threadline unlink-channel in "
    "that one first."
)
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

    ``triages`` are the channels elsewhere in which their vendors work.
    """

    triages: Sequence[ChannelLink]


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
    elsewhere = [triage for triage in triages if triage is not None and triage.address != address]
    return LinkOptions(organizations=found, origin=link, triages=elsewhere)


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
        ConflictError: the channel belongs to another organization, or there is another triage channel that can be
            used.
    """
    organization = await organizations.organization(session, link.organization_id)
    if Role.VENDOR not in await lives.roles_in(session, user.id, organization.id):
        raise ForbiddenError(VENDORS_ONLY.format(organization=organization.name))
    await _check_free(session, link)
    return organization


async def note_lost(session: AsyncSession, link: ChannelLink, cause: Cause) -> None:
    """Remember that a channel cannot be used, as somebody found who looked at it; a reason that is known stays."""
    if await channels.lost_as(session, link.organization_id, link.address) is None:
        await channels.set_lost(session, link.organization_id, link.address, cause)


async def link_channel_for(session: AsyncSession, user: User, link: ChannelLink, now: datetime) -> Organization:
    """Link a channel on somebody's behalf, with what follows: the pinned button, and issues that nobody was shown.

    It takes the place of a triage channel that cannot be used any more.

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
    lost = await _other_triage(session, link) if link.triage else None
    if link.triage and not link.intake:
        await _show_what_was_hidden(session, link, lost)
    if lost is not None:
        await _unlink_lost(session, lost, now)
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
    triage = await _other_triage(session, link) if link.triage else None
    if triage is not None and await channels.lost_as(session, link.organization_id, triage.address) is None:
        organization = await organizations.organization(session, link.organization_id)
        raise ConflictError(TRIAGE_TAKEN.format(organization=organization.name))


async def _other_triage(session: AsyncSession, link: ChannelLink) -> ChannelLink | None:
    triage = await channels.triage_link(session, link.organization_id)
    return None if triage is None or triage.address == link.address else triage


async def _show_what_was_hidden(session: AsyncSession, link: ChannelLink, lost: ChannelLink | None) -> None:
    """Let issues come to a new triage channel that vendors see nowhere, or in a lost channel alone.

    Those that are not among them come when something happens to them (``leave_unlinked``).
    """
    organization_id, where = link.organization_id, None if lost is None else lost.address
    for ref in await links.issues_hidden_from_vendors(session, organization_id, SHOWN_AT_ONCE, lost=where):
        await show_in_triage(session, ref, link.address)


async def _unlink_lost(session: AsyncSession, lost: ChannelLink, now: datetime) -> None:
    """Let vendors work no more in a channel that cannot be used; what customers have there stays, and waits."""
    organization_id, address = lost.organization_id, lost.address
    if not lost.intake:
        await channels.remove_channel_link(session, organization_id, address, None)
        return
    cause = await channels.lost_as(session, organization_id, address)
    await channels.put_channel_link(session, replace(lost, triage=False), now)
    await channels.set_lost(session, organization_id, address, cause)
