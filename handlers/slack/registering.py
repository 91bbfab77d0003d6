"""``/threadline register`` at Slack's door."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.usecases.register_in_slack import NotEntitledError, SlackRegistration, register_in_slack
from bot.views import ids
from bot.views.issue_message import MessageView
from bot.views.register_modal import read_register_submission, register_modal, registered_modal
from handlers.slack.acts import Act, Answer
from handlers.slack.errors import words_for
from handlers.slack.people import look_up


async def open_register_modal(act: Act, _rest: str) -> MessageView | None:
    """Open the form. Who the person is, is asked when they submit it.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    await act.client.views_open(trigger_id=act.trigger_id, view=register_modal())
    return None


async def submit_register_modal(act: Act, view: Mapping[str, Any]) -> Answer:
    """Register the organization of a submitted form; returns what to acknowledge with, once it is stored.

    Raises:
        ThreadlineError: it was not registered; the sentence says why. The form keeps what was typed.
        KeyError, TypeError: this is not our form.
    """
    submission = read_register_submission(view)
    member = await look_up(act.client, act.account, act.team_id)
    wanted = SlackRegistration(
        organization_name=submission.organization_name,
        code=submission.code,
        member=member,
        request_key=f"slack:{act.account.team_id}:{view['id']}",
    )
    work = partial(register_in_slack, wanted=wanted, now=act.parts.clock())
    try:
        organization = await act.parts.transaction.write(work)
    except NotEntitledError as refused:
        # Beside the code: with one, they could.
        return {"response_action": "errors", "errors": {ids.CODE_BLOCK: words_for(refused)}}
    return {"response_action": "update", "view": registered_modal(organization.name)}
