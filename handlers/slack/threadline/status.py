"""``/threadline status``: what waits to be delivered, and what is stuck. For vendors, of their organizations."""

from functools import partial

import structlog

from bot.usecases.status import status_for
from bot.usecases.try_again import try_organization_again
from bot.views.issue_message import MessageView
from bot.views.status_answer import read_organization, status_answer, tried_again
from bot.views.trouble_words import NOTHING_STUCK_AT_ALL, TRYING_AGAIN
from handlers.slack.acts import Act, Press
from handlers.slack.whispers import replace

log = structlog.stdlib.get_logger(__name__)


async def answer_status(act: Act, _words: str) -> MessageView:
    """Say how deliveries stand.

    Raises:
        ForbiddenError: they are no vendor.
    """
    look = partial(status_for, account=act.account, linear_on=act.parts.linear_on)
    return status_answer(await act.parts.transaction.read(look))


async def press_try_all_again(press: Press) -> None:
    """Try at once whatever is stuck of an organization, and say so in the answer's place.

    Raises:
        ForbiddenError: they are no vendor there.
    """
    organization_id = read_organization(press.value)
    if organization_id is None:
        log.info("a button that names no organization", action_id=press.action_id)
        return
    again = partial(try_organization_again, organization_id=organization_id, user=await press.user())
    hurried = await press.parts.transaction.write(again)
    await replace(press, tried_again(TRYING_AGAIN if hurried else NOTHING_STUCK_AT_ALL))
