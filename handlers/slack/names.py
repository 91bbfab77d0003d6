"""Names for the ids in a message, for readers to whom an id means nothing."""

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.slack_errors import SLACK_ERRORS
from handlers.slack.acts import Act
from storage import people

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)\|?>")
# More than this many in one message are left as ids, so that a reply does not wait for a hundred look-ups.
MOST_NAMES = 20


async def names_in(act: Act, text: str) -> Mapping[str, str]:
    """Return the names of the people and channels that are mentioned by their bare ids, as far as they are told."""
    users = list(dict.fromkeys(_PERSON.findall(text)))[:MOST_NAMES]
    channels = list(dict.fromkeys(_CHANNEL.findall(text)))[:MOST_NAMES]
    if not users and not channels:
        return {}
    known = await act.parts.transaction.read(partial(people.names_of, team_id=act.team_id, slack_user_ids=users))
    asked = [_person(act, user) for user in users if user not in known]
    asked += [_channel(act, channel) for channel in channels]
    return {**known, **{key: name for key, name in await asyncio.gather(*asked) if name}}


async def _person(act: Act, user_id: str) -> tuple[str, str]:
    try:
        user: Mapping[str, Any] = (await act.client.users_info(user=user_id))["user"]
    except SLACK_ERRORS:
        return user_id, ""
    profile: Mapping[str, Any] = user.get("profile") or {}
    return user_id, str(profile.get("real_name") or user.get("real_name") or "")


async def _channel(act: Act, channel_id: str) -> tuple[str, str]:
    try:
        channel: Mapping[str, Any] = (await act.client.conversations_info(channel=channel_id))["channel"]
    except SLACK_ERRORS:
        return channel_id, ""
    return channel_id, str(channel.get("name") or "")
