"""Which code delivers which kind of effect."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.file_transfer import FileTransfer
from bot.delivery.linear_comments import LinearComments
from bot.delivery.linear_customers import LinearCustomers
from bot.delivery.linear_files import LinearFiles
from bot.delivery.linear_issues import LinearIssues
from bot.delivery.linear_linking import LinearLinking
from bot.delivery.linear_lookups import LinearLookups
from bot.delivery.linear_reconciling import LinearReconciling
from bot.delivery.linear_refetch import LinearRefetch
from bot.delivery.linear_teams import LinearTeams
from bot.delivery.linear_updates import LinearUpdates
from bot.delivery.linear_ways import LinearCalls, LinearWays
from bot.delivery.pacing import LINEAR, Pacing
from bot.delivery.slack import SlackDelivery
from bot.delivery.slack_channels import ChannelDelivery
from bot.delivery.slack_comments import SlackCommentDelivery
from bot.delivery.slack_files import SlackFiles
from bot.delivery.slack_history import SlackHistory
from bot.delivery.slack_left import leaving_nothing
from bot.delivery.slack_posts import SlackPosts
from bot.delivery.slack_tidy import SlackTidy
from bot.delivery.slack_unlinked import leaving_unlinked
from bot.delivery.worker import Deliver, Record
from bot.domain.effects import POSTING, Effect, EffectKind
from bot.domain.pace import Pace
from bot.domain.retry import RetryAfter
from storage.linear_shadow import is_paused
from storage.transaction import Transaction

LINEAR_IS_PAUSED = "the exchange with Linear is paused"
# How long, in seconds, until it is looked whether a pause is over.
PAUSE_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Outside:
    """The ways to the outside, and how they are gone.

    Args:
        slack: without retry handlers.
        http: for the bytes of files.
        linear: each organization's.
        paces: how fast each of Slack's methods, and Linear, is asked.
        settle_seconds: how long a post whose answer was lost is left before it is looked for.
        clock: gives the time in UTC.
    """

    slack: AsyncWebClient
    http: aiohttp.ClientSession
    linear: LinearWays
    paces: Mapping[str, Pace]
    settle_seconds: float
    clock: Callable[[], datetime]


def open_delivery(transaction: Transaction, outside: Outside) -> Deliver:
    """Return what delivers any effect. Where Linear is off its effects are skipped, with that reason kept."""
    pacing = Pacing(transaction, str(outside.slack.token), outside.paces)
    history = SlackHistory(outside.slack, pacing, outside.clock)
    posts = SlackPosts(outside.slack, pacing, history, settle_seconds=outside.settle_seconds)
    slack = SlackDelivery(posts, transaction, goes_to_linear=outside.linear.is_on)
    routes = _slack_routes(posts, slack, transaction, outside)
    calls = LinearCalls(outside.linear)
    lookups = LinearLookups(calls, transaction, outside.clock)
    issues = LinearIssues(calls, lookups, transaction, permalink=slack.permalink, clock=outside.clock)
    updates = LinearUpdates(calls, lookups, transaction, clock=outside.clock)
    teams = LinearTeams(calls, lookups, transaction)
    routes[EffectKind.LINEAR_CONFIGURE_TEAM] = _in_turn(transaction, outside, teams.configure_team)
    to_linear = _linear_routes(issues, updates) | _conversation_routes(calls, transaction, outside)
    routes |= {
        kind: _unless_paused(transaction, _in_turn(transaction, outside, deliver))
        for kind, deliver in to_linear.items()
    }

    async def deliver(effect: Effect) -> Record:
        return await routes[effect.kind](effect)

    return leaving_unlinked(transaction, deliver)


def open_reconciling(
    transaction: Transaction, outside: Outside, missed: Callable[[int], object]
) -> Callable[[], Awaitable[None]]:
    """Return what asks Linear for what no webhook told.

    Args:
        transaction: the database.
        outside: the ways.
        missed: told how many changes only asking found.
    """
    calls = LinearCalls(outside.linear)

    async def ask(organization_id: int, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        pacing = Pacing(transaction, (await outside.linear.of(organization_id)).key, outside.paces)
        await pacing.take_turn(None, LINEAR)
        async with pacing.obeying(LINEAR):
            return await calls.run(organization_id, operation, variables)

    lookups = LinearLookups(calls, transaction, outside.clock)
    read_states = lookups.read_states_anew
    return LinearReconciling(ask, read_states, transaction, clock=outside.clock, missed=missed).run


def _slack_routes(
    posts: SlackPosts, slack: SlackDelivery, transaction: Transaction, outside: Outside
) -> dict[EffectKind, Deliver]:
    comments, channels = SlackCommentDelivery(posts, transaction), ChannelDelivery(posts, transaction)
    transfer = FileTransfer(outside.slack, outside.http)
    settle = outside.settle_seconds
    routes: dict[EffectKind, Deliver] = {
        EffectKind.SLACK_POST_ISSUE: slack.post_issue,
        EffectKind.SLACK_POST_LINE: slack.post_line,
        EffectKind.SLACK_SHOW_COMMENT: comments.show_comment,
        EffectKind.SLACK_ASK_OWNER: slack.ask_owner,
        EffectKind.SLACK_POST_BUTTON: channels.post_button,
        EffectKind.SLACK_TELL_OWNER: channels.tell_owner,
        EffectKind.SLACK_TELL_VENDORS: slack.tell_vendors,
        EffectKind.SLACK_EDIT_ISSUE: slack.edit_issue,
        EffectKind.SLACK_EDIT_LINE: slack.edit_line,
        EffectKind.SLACK_SHARE_FILE: SlackFiles(transfer, transaction, settle).share,
        EffectKind.SLACK_PIN_BUTTON: channels.pin_button,
        EffectKind.SLACK_REMOVE_BUTTON: channels.remove_button,
        EffectKind.SLACK_TIDY: SlackTidy(posts, transfer, transaction).tidy,
    }
    leave = partial(leaving_nothing, transaction, settle_seconds=settle)
    return {kind: leave(deliver) if kind in POSTING else deliver for kind, deliver in routes.items()}


def _linear_routes(issues: LinearIssues, updates: LinearUpdates) -> dict[EffectKind, Deliver]:
    """Return who delivers what is owed to Linear for an issue."""
    return {
        EffectKind.LINEAR_CREATE_ISSUE: issues.create_issue,
        EffectKind.LINEAR_ATTACH_THREAD: issues.attach_thread,
        EffectKind.LINEAR_UPDATE_ISSUE: updates.update_issue,
        EffectKind.LINEAR_REFETCH_ISSUE: updates.refetch_issue,
    }


def _conversation_routes(
    calls: LinearCalls, transaction: Transaction, outside: Outside
) -> dict[EffectKind, Deliver]:
    comments = LinearComments(calls, transaction, clock=outside.clock)
    refetch = LinearRefetch(calls, transaction, clock=outside.clock)
    linking = LinearLinking(calls, transaction, clock=outside.clock)
    transfer = FileTransfer(outside.slack, outside.http)
    return {
        EffectKind.LINEAR_SEND_FILE: LinearFiles(calls, transfer, transaction).send_file,
        EffectKind.LINEAR_RECORD_NEED: LinearCustomers(calls, transaction, clock=outside.clock).record_need,
        EffectKind.LINEAR_SEND_COMMENT: comments.send_comment,
        EffectKind.LINEAR_REFETCH_COMMENT: refetch.refetch_comment,
        EffectKind.LINEAR_LINK_ISSUE: linking.link_issue,
        EffectKind.LINEAR_OFFER_LINK: linking.offer_link,
    }


def _in_turn(transaction: Transaction, outside: Outside, deliver: Deliver) -> Deliver:
    """Let a pause that Linear asks for hold for every effect of the credential, in all replicas."""

    async def deliver_in_turn(effect: Effect) -> Record:
        way = await outside.linear.of(effect.organization_id)
        pacing = Pacing(transaction, way.key, outside.paces)
        await pacing.take_turn(effect, LINEAR)
        async with pacing.obeying(LINEAR):
            return await deliver(effect)

    return deliver_in_turn


def _unless_paused(transaction: Transaction, deliver: Deliver) -> Deliver:
    """Let what is owed to Linear for an issue wait while the exchange is paused; it is hurried when that ends."""

    async def deliver_unless_paused(effect: Effect) -> Record:
        if await transaction.read(partial(is_paused, ref=effect.ref)):
            raise RetryAfter(LINEAR_IS_PAUSED, PAUSE_SECONDS)
        return await deliver(effect)

    return deliver_unless_paused
