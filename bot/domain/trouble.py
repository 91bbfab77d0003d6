"""Why a delivery is stuck: a cause for each reason that is kept for the operator."""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.effects import Destination

# How a kept reason begins; Slack's or Linear's own code follows.
SLACK_REFUSES = "Slack refuses: "
LINEAR_REFUSES = "Linear refuses: "
LINEAR_CREDENTIAL = "Linear does not accept the credential"
# Linear's own words for programs, where a team was deleted or the credential does not see it any more.
_LINEAR_TEAM = "Entity not found: Team"


class Cause(enum.StrEnum):
    """Why a delivery cannot go on until somebody changes something."""

    ARCHIVED = "archived"
    REMOVED = "removed"
    CHANNEL_GONE = "channel_gone"
    RESTRICTED = "restricted"
    SLACK_TOKEN = "slack_token"  # noqa: S105 - a cause
    SLACK_SCOPE = "slack_scope"
    SLACK_REFUSES = "slack_refuses"
    LINEAR_CREDENTIAL = "linear_credential"
    LINEAR_TEAM = "linear_team"
    LINEAR_REFUSES = "linear_refuses"
    TRIED_OUT = "tried_out"


# What is wrong with one channel, and not with the whole of Slack.
OF_A_CHANNEL = frozenset({Cause.ARCHIVED, Cause.REMOVED, Cause.CHANNEL_GONE, Cause.RESTRICTED})
_SLACK_CODES: Mapping[str, Cause] = {
    "is_archived": Cause.ARCHIVED,
    "not_in_channel": Cause.REMOVED,
    "channel_not_found": Cause.CHANNEL_GONE,
    "restricted_action": Cause.RESTRICTED,
    "restricted_action_read_only_channel": Cause.RESTRICTED,
    "restricted_action_thread_only_channel": Cause.RESTRICTED,
    "restricted_action_non_threadable_channel": Cause.RESTRICTED,
    "posting_to_channel_denied": Cause.RESTRICTED,
    "account_inactive": Cause.SLACK_TOKEN,
    "invalid_auth": Cause.SLACK_TOKEN,
    "not_authed": Cause.SLACK_TOKEN,
    "token_expired": Cause.SLACK_TOKEN,
    "token_revoked": Cause.SLACK_TOKEN,
    "missing_scope": Cause.SLACK_SCOPE,
    "no_permission": Cause.SLACK_SCOPE,
    "not_allowed_token_type": Cause.SLACK_SCOPE,
}


@dataclass(frozen=True)
class Stuck:
    """Something of an issue that cannot be delivered: where to, and why not."""

    destination: Destination
    cause: Cause


@dataclass(frozen=True, kw_only=True)
class StuckSince:
    """How much is stuck for one cause: lanes for who runs the program, deliveries for an organization's vendors.

    ``since`` is when the oldest was owed (UTC).
    """

    cause: Cause
    count: int
    since: datetime


@dataclass(frozen=True)
class Owed:
    """What is on its way to one destination: how many deliveries, and why the first of them is stuck, if it is."""

    destination: Destination
    count: int
    cause: Cause | None


@dataclass(frozen=True)
class PublicDelivery:
    """What of an issue is on its way to its customer: how many deliveries, and how many of them are stuck."""

    owed: int
    failed: int


@dataclass(frozen=True)
class InternalDelivery:
    """What of an issue is on its way to anywhere: how many deliveries, and what is stuck."""

    owed: int
    stuck: tuple[Stuck, ...]


# Where an issue's customer reads it.
_TO_THE_CUSTOMER = frozenset({Destination.CUSTOMER, Destination.CUSTOMER_FILES})


def public_delivery(owed: Collection[Owed]) -> PublicDelivery:
    """Return what an issue's customer may know of its deliveries: nothing of Linear, of triage, or of a reason."""
    theirs = [each for each in owed if each.destination in _TO_THE_CUSTOMER]
    return PublicDelivery(sum(each.count for each in theirs), sum(each.cause is not None for each in theirs))


def internal_delivery(owed: Collection[Owed]) -> InternalDelivery:
    """Return what vendors may know of an issue's deliveries: all of it."""
    stuck = tuple(Stuck(each.destination, each.cause) for each in owed if each.cause is not None)
    return InternalDelivery(sum(each.count for each in owed), stuck)


def cause_of(reason: str) -> Cause:
    """Return the cause that a kept reason tells of; what was given up for no reason of its own was tried out."""
    if reason.startswith(SLACK_REFUSES):
        return _SLACK_CODES.get(reason.removeprefix(SLACK_REFUSES), Cause.SLACK_REFUSES)
    if reason == LINEAR_CREDENTIAL:
        return Cause.LINEAR_CREDENTIAL
    if reason.startswith(LINEAR_REFUSES):
        return Cause.LINEAR_TEAM if _LINEAR_TEAM in reason else Cause.LINEAR_REFUSES
    return Cause.TRIED_OUT
