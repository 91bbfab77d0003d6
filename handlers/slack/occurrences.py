"""Something that happened in Slack, as the Events API tells of it."""

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.people import SlackAccount
from bot.errors import InvalidError
from handlers.inbox import Deed
from handlers.slack.acts import Act, Body
from handlers.slack.parts import SlackParts
from handlers.slack.people import installed_team
from handlers.slack.text import is_id
from storage.inbox import Told

# How the keys begin under which the inbox remembers what Slack told.
DOOR_KEYS = "slack:"
NOT_TO_BE_STORED = "an event that no database takes"


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One event.

    Args:
        parts: of the door.
        client: of the workspace whose token is used.
        team_id: that workspace; channels are known by it.
        event: as Slack tells of it; of any shape.
        event_id: the same when it is told again.
        actor_team_id: the workspace that the event itself names.
        bot_user_id: whose messages are ours; "" where Slack does not tell.
    """

    parts: SlackParts
    client: AsyncWebClient
    team_id: str
    event: Mapping[str, Any]
    event_id: str
    actor_team_id: str
    bot_user_id: str

    @property
    def kind(self) -> str:
        """What happened, in Slack's word."""
        return str(self.event.get("type"))

    @property
    def key(self) -> str:
        """The key under which the inbox remembers it."""
        return f"{DOOR_KEYS}{self.event_id}"[:255]

    @property
    def body(self) -> dict[str, Any]:
        """What the inbox remembers of it, for ``occurrence_again``.

        Raises:
            InvalidError: it holds what JSON has no form for, or is nested too deeply.
        """
        body = {
            "event": self.event,
            "team_id": self.team_id,
            "actor_team_id": self.actor_team_id,
            "bot_user_id": self.bot_user_id,
        }
        try:
            json.dumps(body, allow_nan=False)
        except (ValueError, RecursionError):
            raise InvalidError(NOT_TO_BE_STORED) from None
        return body

    def act_of(self, said: Mapping[str, Any], channel_id: str) -> Act:
        """Return the act of whoever said something; in a shared channel their team may be another one."""
        team = next(filter(is_id, (said.get("user_team"), said.get("team"))), self.actor_team_id)
        return Act(
            parts=self.parts,
            client=self.client,
            account=SlackAccount(team, str(said.get("user"))),
            team_id=self.team_id,
            trigger_id="",
            channel_id=channel_id,
        )


# Looks at what happened, and returns what is to be done about it; None: it is nothing to us. Only where something
# is to be done it is remembered, so most of what is said in a channel never comes into our database.
OnEvent = Callable[[Occurrence], Coroutine[Any, Any, Deed | None]]


def occurrence_of(parts: SlackParts, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> Occurrence:
    """Return what a payload tells of; the guard has seen that it has an event, its id and a team."""
    return Occurrence(
        parts=parts,
        client=client,
        team_id=installed_team(context),
        event=body["event"],
        event_id=str(body["event_id"]),
        actor_team_id=str(body["team_id"]),
        bot_user_id=context.bot_user_id or "",
    )


def occurrence_again(parts: SlackParts, told: Told, client: AsyncWebClient) -> Occurrence:
    """Return what the inbox remembers."""
    body = told.body
    return Occurrence(
        parts=parts,
        client=client,
        team_id=body["team_id"],
        event=body["event"],
        event_id=told.key.removeprefix(DOOR_KEYS),
        actor_team_id=body["actor_team_id"],
        bot_user_id=body["bot_user_id"],
    )
