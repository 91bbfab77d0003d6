"""``/threadline link-channel`` and ``unlink-channel`` at Slack's door."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_sdk.models.views import View

from bot.domain.channels import Crowd, SlackChannel, default_visibility, loss_of, several
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.trouble import Cause
from bot.usecases.choose_organization import pick
from bot.usecases.link_channel import (
    LinkOptions,
    check_channel,
    check_may_link,
    check_parts,
    find_link_options,
    link_channel_for,
    note_lost,
)
from bot.usecases.unlink_channel import unlink_channel_for
from bot.views.command_answers import unlinked
from bot.views.issue_message import MessageView
from bot.views.link_channel_modal import (
    BOTH,
    INTAKE,
    NOT_ALL_SEEN,
    SEVERAL_COMPANIES,
    LinkForm,
    LinkSubmission,
    link_channel_modal,
    linked_modal,
    part_of,
    read_link_submission,
)
from handlers.slack.acts import Act, Answer
from handlers.slack.channels import join_channel, look_at_channel, look_at_crowd
from handlers.slack.opening import open_and_fill
from storage.channels import lost_as


async def open_link_modal(act: Act, _rest: str) -> MessageView | None:
    """Open the complete form at once; what is best for this channel is chosen in it after a look at it.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    address = ChannelAddress(act.team_id, act.channel_id)
    first = link_channel_modal(LinkForm(address=address))
    await open_and_fill(act, first, partial(_fill, act, address))
    return None


async def _fill(act: Act, address: ChannelAddress) -> View:
    options = await _options(act, address)
    channel = await look_at_channel(act.client, address)
    check_channel(channel)
    present = options.origin
    lost = [one for one in options.triages if await _loss(act, one) is not None]
    if present is not None:
        form = LinkForm(
            address=address, part=part_of(present), visibility=present.visibility, may_replace=bool(lost)
        )
        return link_channel_modal(form)
    crowd = await look_at_crowd(act.client, address, channel)
    return link_channel_modal(_begun(address, options, channel, crowd, may_replace=bool(lost)))


async def _options(act: Act, address: ChannelAddress) -> LinkOptions:
    user = await act.user()
    return await act.parts.transaction.read(partial(find_link_options, user=user, address=address))


async def _loss(act: Act, triage: ChannelLink) -> Cause | None:
    """Return why a triage channel cannot be used any more, as is known, or as Slack says now."""
    look = partial(lost_as, organization_id=triage.organization_id, address=triage.address)
    known = await act.parts.transaction.read(look)
    return known or loss_of(await look_at_channel(act.client, triage.address))


async def _lose(act: Act, options: LinkOptions, link: ChannelLink) -> bool:
    """Remember it where the triage channel, whose place this one is to take, is lost; tells whether it is."""
    theirs = [one for one in options.triages if link.triage and one.organization_id == link.organization_id]
    for triage in theirs:
        cause = await _loss(act, triage)
        if cause is not None:
            await act.parts.transaction.write(partial(note_lost, link=triage, cause=cause))
            return True
    return False


def _begun(
    address: ChannelAddress, options: LinkOptions, channel: SlackChannel, crowd: Crowd, *, may_replace: bool
) -> LinkForm:
    visibility = default_visibility(crowd)
    private = visibility is Visibility.PRIVATE
    together = not (options.triages or channel.external or private)
    reason = SEVERAL_COMPANIES if several(crowd.companies) else NOT_ALL_SEEN
    return LinkForm(
        address=address,
        organizations=options.organizations,
        # Which of two it is for, a new intake or what takes the place of the lost triage, nobody can guess.
        part=None if may_replace else BOTH if together else INTAKE,
        visibility=visibility,
        hint=reason if private else None,
        may_replace=may_replace,
    )


async def submit_link_modal(act: Act, view: Mapping[str, Any]) -> Answer:
    """Link the channel of a submitted form; returns what to acknowledge with, once it is stored.

    Slack is asked everything first, and the bot joins the channel, before anything is written.

    Raises:
        ThreadlineError: it was not linked; the sentence says why. The form keeps what was chosen.
        KeyError, TypeError, ValueError: this is not our form.
    """
    submission = read_link_submission(view)
    options = await _options(act, submission.address)
    organization = pick(options, submission.organization_id)
    if organization is None:
        return {"response_action": "update", "view": _ask_which(submission, options)}
    link, user, parts = submission.link_to(organization.id), await act.user(), act.parts
    channel = await look_at_channel(act.client, link.address)
    check_channel(channel)
    check_parts(channel, link)
    replaced = await _lose(act, options, link)
    await parts.transaction.read(partial(check_may_link, user=user, link=link))
    if not channel.joined:
        await join_channel(act.client, link.address)
    await parts.transaction.write(partial(link_channel_for, user=user, link=link, now=parts.clock()))
    done = linked_modal(organization.name, link, has_triage=bool(options.triages), replaced=replaced)
    return {"response_action": "update", "view": done}


def _ask_which(submission: LinkSubmission, options: LinkOptions) -> View:
    form = LinkForm(
        address=submission.address,
        organizations=options.organizations,
        part=submission.part,
        visibility=submission.visibility,
    )
    return link_channel_modal(form)


async def unlink(act: Act, _rest: str) -> MessageView | None:
    """Unlink the channel where this was typed.

    Raises:
        ThreadlineError: it was not unlinked; the sentence says why.
    """
    address = ChannelAddress(act.team_id, act.channel_id)
    work = partial(unlink_channel_for, user=await act.user(), address=address)
    organization = await act.parts.transaction.write(work)
    return unlinked(organization.name)
