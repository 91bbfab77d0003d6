"""``/threadline whoami``: whom the bot takes somebody for. Asking makes nobody known."""

from functools import partial

from bot.usecases.recognize import match
from bot.usecases.whoami import whoami
from bot.views.issue_message import MessageView
from bot.views.whoami_answer import known_answer, unknown_answer
from handlers.slack.acts import Act
from handlers.slack.people import look_up


async def answer_whoami(act: Act, _words: str) -> MessageView:
    """Say who somebody is; Slack is asked about whoever is not known.

    Raises:
        UnavailableError: Slack does not tell, or the database is away.
    """
    transaction = act.parts.transaction
    known = await transaction.read(partial(whoami, account=act.account))
    if known is not None:
        return known_answer(known)
    member = await look_up(act.client, act.account, act.team_id)
    return unknown_answer(await transaction.read(partial(match, member=member)))
