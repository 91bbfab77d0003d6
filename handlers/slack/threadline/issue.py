"""``/threadline issue ISS-...``: all that somebody may see of an issue. Asking makes nobody known."""

from functools import partial

from bot.usecases.look_at_issue import look_at_issue
from bot.views.issue_answer import issue_answer, usage
from bot.views.issue_message import MessageView
from handlers.slack.acts import Act


async def answer_issue(act: Act, words: str) -> MessageView:
    """Say what there is of an issue, to the person who asked alone.

    Raises:
        NotFoundError: there is none that they may know of.
    """
    if not words:
        return usage()
    look = partial(look_at_issue, account=act.account, reference=words)
    return issue_answer(await act.parts.transaction.read(look))
