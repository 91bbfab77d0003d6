"""``/threadline status``: what waits to be delivered, and what is stuck. For vendors, of their organizations."""

from functools import partial

from bot.usecases.status import status_for
from bot.views.issue_message import MessageView
from bot.views.status_answer import status_answer
from handlers.slack.acts import Act


async def answer_status(act: Act, _words: str) -> MessageView:
    """Say how deliveries stand.

    Raises:
        ForbiddenError: they are no vendor.
    """
    look = partial(status_for, account=act.account, linear_on=act.parts.linear_on)
    return status_answer(await act.parts.transaction.read(look))
