"""The message that an issue is raised from: its address, and whoever wrote it."""

from dataclasses import replace
from functools import partial

import structlog

from bot.domain.people import SlackAccount, SlackMember, User
from bot.errors import ForbiddenError
from bot.slack_errors import SLACK_ERRORS
from bot.usecases.recognize import recognize
from bot.views.raise_modal import ModalOrigin
from handlers.slack.acts import Act
from handlers.slack.people import look_up

log = structlog.stdlib.get_logger(__name__)

WHO_WROTE_IT = "Slack did not tell us who wrote that message. Please try again in a moment."
NO_PERSON = "Whoever wrote that message has no account in Slack any more. Choose yourself as the customer."


async def with_address(act: Act, origin: ModalOrigin) -> ModalOrigin:
    """Return the origin with the address of its message, where Slack tells it: the issue can do without."""
    channel, source = origin.channel, origin.source
    if channel is None or source is None or source.url is not None:
        return origin
    try:
        answer = await act.client.chat_getPermalink(channel=channel.channel_id, message_ts=source.ts)
    except SLACK_ERRORS as error:
        # A private channel or a conversation between people, where the bot is not: there it sees nothing.
        log.info("the address of a message is not known", reason=type(error).__name__)
        return origin
    return replace(origin, source=replace(source, url=str(answer["permalink"])))


async def look_up_author(act: Act, author: SlackAccount) -> SlackMember | None:
    """Ask Slack who wrote the message; None: no person, or nobody any more.

    Raises:
        UnavailableError: Slack does not tell.
    """
    member = await look_up(act.client, author, act.team_id, unknown=WHO_WROTE_IT)
    return None if member.bot or member.deleted else member


async def recognize_author(act: Act, author: SlackAccount) -> tuple[User, SlackAccount]:
    """Return who wrote the message, in the CRM, and their account.

    Raises:
        ForbiddenError: it is no person, or nobody any more.
        UnavailableError: Slack does not tell, or the database is away.
    """
    member = await look_up_author(act, author)
    if member is None:
        raise ForbiddenError(NO_PERSON)
    known = partial(recognize, member=member, now=act.parts.clock())
    return await act.parts.transaction.write(known), member.account
