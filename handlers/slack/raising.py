"""The raise modal at Slack's door: opened at once, filled afterwards, submitted, answered."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.issues import check, prefill, prefill_note, tidy
from bot.domain.organizations import ChannelLink, Visibility
from bot.domain.people import SlackAccount
from bot.domain.places import goes_to_channel
from bot.errors import ForbiddenError, ThreadlineError
from bot.usecases.choose_organization import Options, find_options, pick
from bot.usecases.raise_issue import RaiseRequest, raise_issue
from bot.views.raise_modal import (
    ModalOrigin,
    Submission,
    inline_errors,
    raise_modal,
    raised_modal,
    read_submission,
    refused_modal,
)
from handlers.slack.parts import SlackParts
from handlers.slack.people import known_or_recognized

log = structlog.stdlib.get_logger(__name__)

DOOR = "slack"
# What is passed to Bolt's ack(): nothing closes the modal.
Answer = dict[str, Any]
# The raise modal with what it begins with already in it; the rest is passed on to ``raise_modal``.
Form = Callable[..., View]


async def open_raise_modal(
    parts: SlackParts,
    client: AsyncWebClient,
    *,
    trigger_id: str,
    text: str,
    origin: ModalOrigin,
    account: SlackAccount,
    team_id: str,
) -> None:
    """Open the complete form, begun with ``text``, with no database and no look-up before it.

    What is known of the person is filled in afterwards.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    form = partial(raise_modal, prefill(text), note=prefill_note(text))
    opened = await client.views_open(trigger_id=trigger_id, view=form(origin))
    view: Mapping[str, Any] = opened["view"]
    parts.tasks.start(_fill(parts, client, view, form=form, origin=origin, account=account, team_id=team_id))


async def _fill(
    parts: SlackParts,
    client: AsyncWebClient,
    view: Mapping[str, Any],
    *,
    form: Form,
    origin: ModalOrigin,
    account: SlackAccount,
    team_id: str,
) -> None:
    try:
        user = await known_or_recognized(parts, client, account, team_id)
        options = await parts.transaction.read(partial(find_options, user=user, origin=origin.channel))
        filled = _filled(form, origin, options)
    except ForbiddenError as refusal:
        filled = refused_modal(refusal.sentence)
    except ThreadlineError as error:
        # The form on the screen is complete as it is; what could not be found out is asked again at submission.
        log.warning("the raise modal stays as it was opened", reason=error.sentence)
        return
    except Exception:
        log.exception("the raise modal could not be filled")
        return
    await _update(client, view, filled)


async def _update(client: AsyncWebClient, view: Mapping[str, Any], filled: View) -> None:
    try:
        await client.views_update(view_id=view["id"], hash=view["hash"], view=filled)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        # Closed or submitted meanwhile: then nobody misses it.
        log.info("the raise modal was not filled", reason=type(error).__name__)


def _filled(form: Form, origin: ModalOrigin, options: Options) -> View:
    if len(options.organizations) > 1:
        return form(origin, choices=options.organizations)
    link, in_channel = options.origin, None
    if link is not None and goes_to_channel(link):
        in_channel = link.address.channel_id
    told = replace(origin, private=link is not None and in_channel is None)
    return form(told, organization=options.organizations[0], in_channel=in_channel)


async def submit_raise_modal(
    parts: SlackParts, client: AsyncWebClient, view: Mapping[str, Any], account: SlackAccount, team_id: str
) -> Answer:
    """Raise the issue of a submitted form; returns what to acknowledge with, once it is stored.

    Raises:
        ThreadlineError: it was not raised; the sentence says why. The form keeps what was typed.
        KeyError, TypeError, ValueError: this is not our form.
    """
    submission = read_submission(view)
    draft = tidy(submission.draft)
    if problems := check(draft):
        return {"response_action": "errors", "errors": inline_errors(problems)}
    user = await known_or_recognized(parts, client, account, team_id)
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
