"""The raise modal at Slack's door: opened at once, filled afterwards, submitted, answered."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from slack_sdk.models.views import View

from bot.domain.issues import check, prefill, prefill_note, tidy
from bot.domain.organizations import ChannelLink, Visibility
from bot.domain.places import goes_to_channel
from bot.usecases.choose_organization import Options, find_options, pick
from bot.usecases.raise_issue import RaiseRequest, raise_issue
from bot.views.raise_modal import (
    ModalOrigin,
    Submission,
    inline_errors,
    raise_modal,
    raised_modal,
    read_submission,
)
from handlers.slack.acts import DOOR, Act, Answer, Press
from handlers.slack.opening import open_and_fill

log = structlog.stdlib.get_logger(__name__)

# The raise modal with what it begins with already in it; the rest is passed on to ``raise_modal``.
Form = Callable[..., View]


async def open_raise_modal(act: Act, text: str, origin: ModalOrigin) -> None:
    """Open the complete form, begun with ``text``, with no database and no look-up before it.

    What is known of the person is filled in afterwards.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    form = partial(raise_modal, prefill(text), note=prefill_note(text))
    await open_and_fill(act, form(origin), partial(_fill, act, form=form, origin=origin))


async def raise_by_button(press: Press) -> None:
    """Open the form for whoever pressed the button in a channel; it goes where a command typed there would.

    Raises:
        SlackApiError: as ``open_raise_modal``.
    """
    await open_raise_modal(press, "", ModalOrigin(press.channel))


async def _fill(act: Act, *, form: Form, origin: ModalOrigin) -> View:
    user = await act.user()
    options = await act.parts.transaction.read(partial(find_options, user=user, origin=origin.channel))
    return _filled(form, origin, options)


def _filled(form: Form, origin: ModalOrigin, options: Options) -> View:
    if len(options.organizations) > 1:
        return form(origin, choices=options.organizations)
    link, in_channel = options.origin, None
    if link is not None and goes_to_channel(link):
        in_channel = link.address.channel_id
    told = replace(origin, private=link is not None and in_channel is None)
    return form(told, organization=options.organizations[0], in_channel=in_channel)


async def submit_raise_modal(act: Act, view: Mapping[str, Any]) -> Answer:
    """Raise the issue of a submitted form; returns what to acknowledge with, once it is stored.

    Raises:
        ThreadlineError: it was not raised; the sentence says why. The form keeps what was typed.
        KeyError, TypeError, ValueError: this is not our form.
    """
    submission = read_submission(view)
    draft = tidy(submission.draft)
    if problems := check(draft):
        return {"response_action": "errors", "errors": inline_errors(problems)}
    parts, account = act.parts, act.account
    user = await act.user()
    options = await parts.transaction.read(partial(find_options, user=user, origin=submission.origin.channel))
    organization = pick(options, submission.organization_id)
    if organization is None:
        return _ask_which(submission, options)
    request = RaiseRequest(
        user=user,
        account=account,
        organization=organization,
        origin=_as_told(options.origin, submission.origin),
        draft=draft,
        raise_key=f"slack:{account.team_id}:{view['id']}",
        door=DOOR,
    )
    raised = await raise_issue(parts.transaction, request, parts.clock())
    return {"response_action": "update", "view": raised_modal(raised.issue.number, raised.place)}


def _ask_which(submission: Submission, options: Options) -> Answer:
    form = raise_modal(submission.draft, submission.origin, choices=options.organizations)
    return {"response_action": "update", "view": form}


def _as_told(link: ChannelLink | None, origin: ModalOrigin) -> ChannelLink | None:
    """Return the channel's link as the person was told of it: what was private when they typed stays so."""
    return replace(link, visibility=Visibility.PRIVATE) if link is not None and origin.private else link
