"""Who is acting: read from a payload, asked from Slack, known in the CRM."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.people import SlackAccount, SlackMember, User
from bot.errors import NotFoundError, UnavailableError
from bot.slack_errors import SLACK_ERRORS, code_of
from bot.usecases.recognize import recognize
from handlers.slack.parts import SlackParts
from storage import people

WHO_ARE_YOU = "Slack did not tell us who you are. Please try again in a moment."

SLACKBOT = "USLACKBOT"
# Asking again would be answered the same.
_NOBODY = {"user_not_found", "user_not_visible"}


def account_of_command(body: Mapping[str, Any]) -> SlackAccount:
    """Return who typed a slash command."""
    return SlackAccount(body["team_id"], body["user_id"])


def account_of_interaction(body: Mapping[str, Any]) -> SlackAccount:
    """Return who pressed or submitted: their own team, which in a shared channel is not the installed one."""
    user = body["user"]
    team = user.get("team_id") or (body.get("team") or {}).get("id") or body["view"]["team_id"]
    return SlackAccount(team, user["id"])


def installed_team(context: AsyncBoltContext) -> str:
    """Return the workspace whose token is used: the name under which channels are known."""
    result = context.authorize_result
    return str(result.team_id if result is not None and result.team_id else context.team_id)


async def known_or_recognized(
    parts: SlackParts, client: AsyncWebClient, account: SlackAccount, team_id: str
) -> User:
    """Return the user of an account; Slack is asked for the details of one that is not known yet.

    Raises:
        NotFoundError: Slack knows no such member.
        UnavailableError: Slack does not tell, or the database is away.
    """
    known = await parts.transaction.read(partial(people.user_of, account=account))
    if known is not None:
        return known
    member = await look_up(client, account, team_id)
    return await parts.transaction.write(partial(recognize, member=member, now=parts.clock()))


async def look_up(
    client: AsyncWebClient, account: SlackAccount, seen_by_team_id: str, *, unknown: str = WHO_ARE_YOU
) -> SlackMember:
    """Ask Slack for the details of a member.

    Raises:
        NotFoundError: there is no such member, or none that the bot may see; ``unknown`` says so to the person.
        UnavailableError: Slack does not tell for now; in the same words.
    """
    try:
        answer = await client.users_info(user=account.user_id)
    except SLACK_ERRORS as error:
        if isinstance(error, SlackApiError) and code_of(error) in _NOBODY:
            raise NotFoundError(unknown) from error
        raise UnavailableError(unknown) from error
    user: Mapping[str, Any] = answer["user"]
    profile: Mapping[str, Any] = user.get("profile") or {}
    first, _, rest = str(profile.get("real_name") or user.get("real_name") or "").partition(" ")
    return SlackMember(
        account=SlackAccount(str(user.get("team_id") or account.team_id), account.user_id),
        seen_by_team_id=seen_by_team_id,
        email=profile.get("email"),
        email_confirmed=bool(user.get("is_email_confirmed")),
        first_name=str(profile.get("first_name") or first),
        last_name=str(profile.get("last_name") or rest),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        # Slack says of its own Slackbot that it is no bot.
        bot=bool(user.get("is_bot")) or account.user_id == SLACKBOT,
        deleted=bool(user.get("deleted")),
        admin=bool(user.get("is_admin") or user.get("is_owner")),
    )
