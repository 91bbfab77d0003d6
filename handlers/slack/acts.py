"""Somebody's act in Slack: who did it, where, and through which client it is answered."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount, User
from bot.views.issue_message import MessageView
from handlers.slack.parts import SlackParts
from handlers.slack.people import account_of_command, account_of_interaction, installed_team, known_or_recognized

DOOR = "slack"
Body = Mapping[str, Any]
# What is passed to Bolt's ack() for a submission: nothing closes the modal.
Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act.

    Args:
        parts: of the door.
        client: of the workspace in which it was done.
        account: who did it.
        team_id: the workspace whose token is used; channels are known by it.
        trigger_id: opens one view within 3 s; "" where the act gives none.
        channel_id: where it was done; "" where that is no channel.
    """

    parts: SlackParts
    client: AsyncWebClient
    account: SlackAccount
    team_id: str
    trigger_id: str
    channel_id: str

    @property
    def channel(self) -> ChannelAddress | None:
        """Where it was done, as channels are known."""
        return ChannelAddress(self.team_id, self.channel_id) if self.channel_id else None

    async def user(self) -> User:
        """Return who did it, in the CRM.

        Raises:
            UnavailableError: Slack does not tell, or the database is away.
        """
        return await known_or_recognized(self.parts, self.client, self.account, self.team_id)


@dataclass(frozen=True, kw_only=True)
class Press(Act):
    """A press of a button, or a choice from a menu, in a message or a view.

    Args:
        action_id: which.
        value: the button's value, or the chosen option's.
        message_ts: of the message, "" in a view.
        view: in which it was pressed, if in one.
        response_url: takes what is to stand in the message's place; "" where there is none.
    """

    action_id: str
    value: str
    message_ts: str
    view: Mapping[str, Any] | None
    response_url: str = ""


# What answers what. A subcommand answers with a message, or None where it opened a view.
Subcommand = Callable[[Act, str], Coroutine[Any, Any, MessageView | None]]
Submit = Callable[[Act, Mapping[str, Any]], Coroutine[Any, Any, Answer]]
OnPress = Callable[[Press], Coroutine[Any, Any, None]]


def act_of_command(parts: SlackParts, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> Act:
    """Return the act of typing a slash command."""
    return Act(
        parts=parts,
        client=client,
        account=account_of_command(body),
        team_id=installed_team(context),
        trigger_id=body["trigger_id"],
        channel_id=body["channel_id"],
    )


def act_of_interaction(parts: SlackParts, body: Body, client: AsyncWebClient, team_id: str) -> Act:
    """Return the act of submitting a view, or of choosing a shortcut; ``team_id`` is the installed workspace."""
    return Act(
        parts=parts,
        client=client,
        account=account_of_interaction(body),
        team_id=team_id,
        trigger_id=str(body.get("trigger_id") or ""),
        channel_id=_text(_part(body, "channel").get("id")),
    )


def press_of(parts: SlackParts, body: Body, client: AsyncWebClient, context: AsyncBoltContext) -> Press | None:
    """Return the press that a payload tells of; None: it cannot be read."""
    actions = body["actions"]
    action = actions[0] if actions and isinstance(actions[0], dict) else {}
    if not isinstance(action.get("action_id"), str):
        return None
    container = _part(body, "container")
    return Press(
        parts=parts,
        client=client,
        account=account_of_interaction(body),
        team_id=installed_team(context),
        trigger_id=str(body.get("trigger_id") or ""),
        channel_id=_text(_part(body, "channel").get("id") or container.get("channel_id")),
        action_id=action["action_id"],
        value=_text(action.get("value") or _part(action, "selected_option").get("value")),
        message_ts=_text(container.get("message_ts")),
        view=_part(body, "view") or None,
        response_url=_text(body.get("response_url")),
    )


def _part(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = body.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
