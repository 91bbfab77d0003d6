"""Every reason for which a delivery is given up has its cause."""

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery.failures import linear_failure, slack_failure
from bot.delivery.linear_api import LinearError
from bot.domain.effects import Destination
from bot.domain.retry import GiveUp
from bot.domain.trouble import (
    Cause,
    InternalDelivery,
    Owed,
    PublicDelivery,
    Stuck,
    cause_of,
    internal_delivery,
    public_delivery,
)

NO_TEAM = "Entity not found: Team"


def refused_by_slack(code: str) -> Exception:
    """Return what Slack's client raises."""
    data = {"ok": False, "error": code}
    answer = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.example/api/chat.postMessage",
        req_args={},
        data=data,
        headers={},
        status_code=200,
    )
    return SlackApiError("refused", answer)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("is_archived", Cause.ARCHIVED),
        ("not_in_channel", Cause.REMOVED),
        ("channel_not_found", Cause.CHANNEL_GONE),
        ("restricted_action", Cause.RESTRICTED),
        ("token_revoked", Cause.SLACK_TOKEN),
        ("invalid_auth", Cause.SLACK_TOKEN),
        ("account_inactive", Cause.SLACK_TOKEN),
        ("missing_scope", Cause.SLACK_SCOPE),
        ("invalid_blocks", Cause.SLACK_REFUSES),
        ("is_archived_or_so", Cause.SLACK_REFUSES),
    ],
)
def test_what_slack_refuses_has_its_cause(code: str, cause: Cause) -> None:
    failure = slack_failure(refused_by_slack(code))
    assert isinstance(failure, GiveUp)
    assert cause_of(failure.reason) is cause


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (LinearError(401, "AUTHENTICATION_ERROR", "no"), Cause.LINEAR_CREDENTIAL),
        (LinearError(403, "FORBIDDEN", "no"), Cause.LINEAR_CREDENTIAL),
        (LinearError(200, "INPUT_ERROR", NO_TEAM), Cause.LINEAR_TEAM),
        (LinearError(200, "INPUT_ERROR", "Entity not found: Issue"), Cause.LINEAR_REFUSES),
        (LinearError(400, "GRAPHQL_VALIDATION_FAILED", "no"), Cause.LINEAR_REFUSES),
    ],
)
def test_what_linear_refuses_has_its_cause(error: LinearError, cause: Cause) -> None:
    failure = linear_failure(error)
    assert isinstance(failure, GiveUp)
    assert cause_of(failure.reason) is cause


def test_what_was_tried_for_too_long_was_tried_out() -> None:
    assert cause_of(slack_failure(TimeoutError()).reason) is Cause.TRIED_OUT
    assert cause_of(linear_failure(httpx.ReadTimeout("late")).reason) is Cause.TRIED_OUT
    assert cause_of("") is Cause.TRIED_OUT


OWED = [
    Owed(Destination.CUSTOMER, 2, Cause.ARCHIVED),
    Owed(Destination.CUSTOMER_FILES, 1, None),
    Owed(Destination.TRIAGE, 3, Cause.REMOVED),
    Owed(Destination.LINEAR, 4, None),
]


def test_a_customer_is_told_of_their_own_thread_and_of_no_reason() -> None:
    assert public_delivery(OWED) == PublicDelivery(owed=3, failed=1)
    assert public_delivery(OWED[2:]) == PublicDelivery(owed=0, failed=0)


def test_vendors_are_told_of_everything() -> None:
    stuck = (Stuck(Destination.CUSTOMER, Cause.ARCHIVED), Stuck(Destination.TRIAGE, Cause.REMOVED))
    assert internal_delivery(OWED) == InternalDelivery(owed=10, stuck=stuck)
