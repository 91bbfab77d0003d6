"""What Slack says of a channel and of who is in it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.channels import Crowd, SlackChannel, company_of, several
from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount
from bot.errors import InvalidError, ThreadlineError, UnavailableError
from bot.slack_errors import code_of
from bot.usecases.link_channel import INVITE_FIRST
from handlers.slack.people import look_up

NO_ANSWER = "Slack did not answer. Please try again in a moment."
# How many of a channel's members are looked at, and how many at once: users.info is good for about a hundred a
# minute (reference: Slack, rate limits).
MEMBERS_LOOKED_AT = 100
AT_ONCE = 8
# What Slack answers of a channel that the bot cannot see: a private one.
_HIDDEN = {"channel_not_found", "missing_scope"}
_AWAY = (aiohttp.ClientError, TimeoutError)
log = structlog.stdlib.get_logger(__name__)


async def look_at_channel(client: AsyncWebClient, address: ChannelAddress) -> SlackChannel:
    """Ask Slack what a channel is.

    Raises:
        UnavailableError: Slack does not tell.
    """
    if address.channel_id.startswith("D"):
        # Most are other people's, which the bot cannot see.
        return _unseen(direct=True)
    try:
        answer = await client.conversations_info(channel=address.channel_id)
    except SlackApiError as error:
        if code_of(error) in _HIDDEN:
            return _unseen(direct=False)
        raise UnavailableError(NO_ANSWER) from error
    except _AWAY as error:
        raise UnavailableError(NO_ANSWER) from error
    return _as_channel(answer["channel"], address.team_id)


def _unseen(*, direct: bool) -> SlackChannel:
    return SlackChannel(
        direct=direct, private=True, archived=False, joined=False, external=False, companies=frozenset()
    )


def _as_channel(shown: Mapping[str, Any], team_id: str) -> SlackChannel:
    def teams(*keys: str) -> set[str]:
        return {str(team) for key in keys for team in shown.get(key) or ()} - {team_id}

    named = teams("connected_team_ids", "pending_connected_team_ids", "pending_shared")
    # A channel that an enterprise's own workspaces share is not external.
    shared = bool(shown.get("is_shared")) and not shown.get("is_org_shared")
    return SlackChannel(
        direct=bool(shown.get("is_im") or shown.get("is_mpim")),
        private=bool(shown.get("is_private")),
        archived=bool(shown.get("is_archived")),
        joined=bool(shown.get("is_member")),
        external=bool(named or shared or shown.get("is_ext_shared") or shown.get("is_pending_ext_shared")),
        companies=frozenset(named),
    )


async def join_channel(client: AsyncWebClient, address: ChannelAddress) -> None:
    """Make the bot a member of a public channel.

    Raises:
        InvalidError: Slack does not let it in: somebody has to invite it.
        UnavailableError: Slack does not answer.
    """
    try:
        await client.conversations_join(channel=address.channel_id)
    except SlackApiError as error:
        log.warning("a channel could not be joined", code=code_of(error))
        raise InvalidError(INVITE_FIRST) from error
    except _AWAY as error:
        raise UnavailableError(NO_ANSWER) from error


async def look_at_crowd(client: AsyncWebClient, address: ChannelAddress, channel: SlackChannel) -> Crowd:
    """Ask Slack which customer companies are in a channel; who cannot be looked at leaves the answer incomplete."""
    try:
        answer = await client.conversations_members(channel=address.channel_id, limit=200)
    except (SlackApiError, *_AWAY) as error:
        log.info("a channel's members are not told", reason=type(error).__name__)
        return Crowd(channel.companies, complete=False)
    members = [str(member) for member in answer["members"]]
    more = bool((answer.get("response_metadata") or {}).get("next_cursor")) or len(members) > MEMBERS_LOOKED_AT
    seen = await _companies(client, address, members[:MEMBERS_LOOKED_AT], set(channel.companies))
    return Crowd(seen.companies, complete=seen.complete and not more)


async def _companies(
    client: AsyncWebClient, address: ChannelAddress, members: Sequence[str], companies: set[str]
) -> Crowd:
    complete = True
    for start in range(0, len(members), AT_ONCE):
        if several(companies):
            break
        batch = members[start : start + AT_ONCE]
        for found in await asyncio.gather(*(_company(client, address, member) for member in batch)):
            if isinstance(found, ThreadlineError):
                complete = False
            elif found is not None:
                companies.add(found)
    return Crowd(frozenset(companies), complete)


async def _company(client: AsyncWebClient, address: ChannelAddress, user_id: str) -> str | ThreadlineError | None:
    try:
        return company_of(await look_up(client, SlackAccount(address.team_id, user_id), address.team_id))
    except ThreadlineError as error:
        return error
