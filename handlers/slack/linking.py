"""``/threadline link-channel`` and ``unlink-channel`` at Slack's door."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_sdk.models.views import View

from bot.domain.channels import Crowd, SlackChannel, default_visibility, several
from bot.domain.organizations import ChannelAddress, Visibility
from bot.usecases.choose_organization import pick
from bot.usecases.link_channel import (
    LinkOptions,
    check_channel,
    check_may_link,
    check_parts,
    find_link_options,
    link_channel_for,
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
    if present is not None:
        form = LinkForm(address=address, part=part_of(present), visibility=present.visibility)
        return link_channel_modal(form)
    crowd = await look_at_crowd(act.client, address, channel)
    return link_channel_modal(_begun(address, options, channel, crowd))


async def _options(act: Act, address: ChannelAddress) -> LinkOptions:
    user = await act.user()
    return await act.parts.transaction.read(partial(find_link_options, user=user, address=address))


def _begun(address: ChannelAddress, options: LinkOptions, channel: SlackChannel, crowd: Crowd) -> LinkForm:
    visibility = default_visibility(crowd)
    private = visibility is Visibility.PRIVATE
    together = not (options.has_triage or channel.external or private)
    reason = SEVERAL_COMPANIES if several(crowd.companies) else NOT_ALL_SEEN
    return LinkForm(
        address=address,
        organizations=options.organizations,
        part=BOTH if together else INTAKE,
        visibility=visibility,
        hint=reason if private else None,
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
    await parts.transaction.read(partial(check_may_link, user=user, link=link))
    if not channel.joined:
        await join_channel(act.client, link.address)
    await parts.transaction.write(partial(link_channel_for, user=user, link=link, now=parts.clock()))
    done = linked_modal(organization.name, link, has_triage=options.has_triage)
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
