"""What follows when a delivery is given up, and when what was stuck is delivered after all."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.channels import OwnerNews
from bot.domain.effects import Destination, Effect, EffectKind, Lease, NewEffect, organization_lane
from bot.domain.issues import IssueRef
from bot.domain.organizations import ChannelAddress
from bot.domain.places import Audience
from bot.domain.trouble import OF_A_CHANNEL, Cause, cause_of
from bot.usecases.tell import About, show_to_vendors
from storage import blocked, channels, linear_connections, links, organizations
from storage.outbox import enqueue

# What Slack tells of, too: the same words, so that nobody is told twice.
NEWS = {Cause.ARCHIVED: OwnerNews.ARCHIVED, Cause.REMOVED: OwnerNews.REMOVED}
LOSSES = {news: cause for cause, news in NEWS.items()}
_TO_A_PERSON = {EffectKind.SLACK_ASK_OWNER, EffectKind.SLACK_TELL_OWNER}
_SEEN_BY_VENDORS = {Audience.TRIAGE, Audience.BOTH}
# Slack takes each of these only where the bot may write.
_WRITTEN_INTO_A_CHANNEL = {
    EffectKind.SLACK_POST_ISSUE,
    EffectKind.SLACK_EDIT_ISSUE,
    EffectKind.SLACK_POST_LINE,
    EffectKind.SLACK_EDIT_LINE,
    EffectKind.SLACK_SHOW_COMMENT,
    EffectKind.SLACK_TELL_VENDORS,
}
_BUTTONS = {EffectKind.SLACK_POST_BUTTON, EffectKind.SLACK_PIN_BUTTON}


async def tell_of_trouble(session: AsyncSession, effect: Effect, reason: str) -> None:
    """Let vendors see, and the owner be told once, that something cannot be delivered.

    Called before the lane is blocked for this reason: what is known to be stuck until now is news to nobody.

    Args:
        session: of the transaction that gives the effect up.
        effect: what is given up.
        reason: why, as it is kept for the operator.
    """
    cause = cause_of(reason)
    before = await blocked.reason_before(session, effect)
    if before is not None and cause_of(before) is cause:
        # It was tried again, in vain.
        return
    await _show(session, effect)
    if effect.kind not in _TO_A_PERSON and cause is not Cause.SLACK_TOKEN:
        # Without a token there is nowhere to tell; and that the owner cannot be told is not told to the owner.
        await _tell_owner(session, effect, cause)


async def tell_of_delivery(session: AsyncSession, held: Lease) -> None:
    """Let vendors see it if it was stuck; the channel that took it is not lost (any more).

    Whoever was removed from a public channel may still write there and reads nothing, so that says nothing - unless
    it was refused there before.
    """
    await tell_of_skip(session, held)
    effect = held.effect
    was_refused = held.blocked is not None and cause_of(held.blocked) in OF_A_CHANNEL
    if effect.kind in _WRITTEN_INTO_A_CHANNEL:
        disproved = OF_A_CHANNEL if was_refused else OF_A_CHANNEL - {Cause.REMOVED}
        await channels.find_shown(session, effect.ref, Audience(str(effect.about["audience"])), disproved)
    elif effect.kind in _BUTTONS and was_refused:
        await channels.set_lost(session, effect.organization_id, _named_channel(effect), None)


async def tell_of_skip(session: AsyncSession, held: Lease) -> None:
    """Let vendors see that what was stuck is not owed any more."""
    if held.blocked is not None:
        await _show(session, held.effect)


async def _show(session: AsyncSession, effect: Effect) -> None:
    stands_in_the_way = (
        effect.kind is not EffectKind.SLACK_SHARE_FILE and effect.about.get("audience") in _SEEN_BY_VENDORS
    )
    if "issue_id" in effect.about and not stands_in_the_way:
        await show_to_vendors(session, effect.ref)


async def _tell_owner(session: AsyncSession, effect: Effect, cause: Cause) -> None:
    # Two that are given up at once would else each find that nobody was told.
    await organizations.hold_organization(session, effect.organization_id)
    about: About = {"organization_id": effect.organization_id}
    address = await _channel_of(session, effect) if cause in OF_A_CHANNEL else None
    link = None if address is None else await channels.channel_link(session, address)
    if address is not None and link is not None and link.organization_id == effect.organization_id:
        if await channels.lost_as(session, effect.organization_id, address) is not None:
            # They were told: of a private channel, Slack says one thing to who was removed and another to who asks.
            return
        await channels.set_lost(session, effect.organization_id, address, cause)
    elif cause in await blocked.causes(session, effect.organization_id) or (
        cause is Cause.LINEAR_CREDENTIAL and await linear_connections.has_problem(session, effect.organization_id)
    ):
        # They were told: of a connection, at the first call that was refused.
        return
    if address is not None:
        about |= {"team_id": address.team_id, "channel_id": address.channel_id}
    if address is not None and cause in NEWS:
        about["news"] = NEWS[cause]
    else:
        about["trouble"] = cause
    lane = organization_lane(effect.organization_id, Destination.PERSON)
    await enqueue(session, lane, [NewEffect(EffectKind.SLACK_TELL_OWNER, about)])


async def _channel_of(session: AsyncSession, effect: Effect) -> ChannelAddress | None:
    """Return the channel to which an effect is delivered; None: to none, or to a direct message."""
    about = effect.about
    if "channel_id" in about and "team_id" in about:
        return _named_channel(effect)
    audiences = _SEEN_BY_VENDORS if effect.kind is EffectKind.LINEAR_ATTACH_THREAD else {about.get("audience")}
    if "issue_id" not in about:
        return None
    ref = IssueRef(effect.organization_id, effect.issue_id)
    for message in await links.issue_messages(session, ref.organization_id, ref.issue_id):
        if message.audience in audiences and message.slack_user_id is None and message.channel_id:
            return ChannelAddress(message.team_id, message.channel_id)
    return None


def _named_channel(effect: Effect) -> ChannelAddress:
    return ChannelAddress(str(effect.about["team_id"]), str(effect.about["channel_id"]))
