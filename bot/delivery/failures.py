"""What Slack and Linear say when something fails, as the few failures that the queue knows."""

import asyncio
import contextlib
from collections.abc import Collection, Iterator

import aiohttp
import httpx
from slack_sdk.errors import SlackApiError

from bot.delivery.linear_api import RATE_LIMITED, LinearError, is_unauthorized
from bot.domain.retry import (
    AlreadyDone,
    Ambiguous,
    DeliveryFailure,
    GiveUp,
    NotSent,
    Platform,
    RateLimited,
    Unchangeable,
)
from bot.domain.trouble import LINEAR_CREDENTIAL, LINEAR_REFUSES, SLACK_REFUSES
from bot.slack_errors import code_of, status_of

# Linear names no wait with some of its limits: its documentation's own advice is to wait for the reset.
LINEAR_PAUSE_SECONDS = 60.0
# Slack: "Retry-After" is always sent with a 429; this stands in where a proxy dropped it.
SLACK_PAUSE_SECONDS = 30.0

# Slack's words for "nothing happened, and it may work later" and for "it may have happened".
_SLACK_LATER = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_SLACK_AMBIGUOUS = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_SLACK_GONE = {"message_not_found", "thread_not_found", "is_inactive"}
_SLACK_STAYS = {"cant_update_message", "edit_window_closed"}

# Linear's code for arguments that it refuses; what it means is in the message.
INPUT_ERROR = "INPUT_ERROR"
_HTTP_FORBIDDEN = 403
_HTTP_TOO_MANY = 429
_HTTP_SERVER_ERROR = 500


def slack_failure(error: Exception) -> DeliveryFailure:
    """Return what an exception of Slack's client means for the effect."""
    if isinstance(error, SlackApiError):
        return _slack_refusal(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return NotSent("Slack cannot be reached")
    if isinstance(error, aiohttp.ClientError | asyncio.TimeoutError):
        return Ambiguous(f"Slack's answer was lost: {type(error).__name__}")
    raise error


def _slack_refusal(error: SlackApiError) -> DeliveryFailure:
    status, code = status_of(error), code_of(error)
    if status == _HTTP_TOO_MANY or code in _SLACK_LATER:
        seconds = error.response.headers.get("Retry-After", "")
        return RateLimited(Platform.SLACK, float(seconds) if seconds.isdigit() else SLACK_PAUSE_SECONDS)
    if status >= _HTTP_SERVER_ERROR or code in _SLACK_AMBIGUOUS or not code:
        return Ambiguous(f"Slack answered {code or status}")
    if code in _SLACK_GONE:
        return AlreadyDone(f"Slack has no such message any more: {code}")
    if code in _SLACK_STAYS:
        return Unchangeable(f"Slack does not let it be edited: {code}")
    return GiveUp(f"{SLACK_REFUSES}{code}")


@contextlib.contextmanager
def skipping(codes: Collection[str]) -> Iterator[None]:
    """Let the lane go on where Slack refuses with one of these codes."""
    try:
        yield
    except GiveUp as failure:
        cause = failure.__cause__
        if isinstance(cause, SlackApiError) and code_of(cause) in codes:
            raise AlreadyDone(failure.reason) from failure
        raise


def linear_failure(error: Exception) -> DeliveryFailure:
    """Return what an exception of Linear's client means for the effect."""
    if isinstance(error, LinearError):
        return _linear_refusal(error)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return NotSent("Linear cannot be reached")
    if isinstance(error, httpx.TransportError):
        return Ambiguous(f"Linear's answer was lost: {type(error).__name__}")
    raise error


def _linear_refusal(error: LinearError) -> DeliveryFailure:
    if error.code == RATE_LIMITED or error.status == _HTTP_TOO_MANY:
        return RateLimited(Platform.LINEAR, error.retry_after or LINEAR_PAUSE_SECONDS)
    if is_unauthorized(error) or error.status == _HTTP_FORBIDDEN:
        return GiveUp(LINEAR_CREDENTIAL)
    if error.status >= _HTTP_SERVER_ERROR or error.code in {"INTERNAL_SERVER_ERROR", "LOCK_TIMEOUT", ""}:
        return Ambiguous(f"Linear answered {error.code or error.status}")
    return GiveUp(f"{LINEAR_REFUSES}{error.code}: {error.message}")


def is_conflict(error: LinearError, entity: str, client_id: str) -> bool:
    """Tell whether Linear says that ``entity`` with our own id is there already: an earlier try succeeded.

    Another entity's conflict ("conflict on insert of DocumentContent") is a real failure (reference: Linear,
    client ids and retries), so both the entity and our id must be named.
    """
    return (
        error.code == INPUT_ERROR
        and error.message.startswith(f"conflict on insert of {entity}")
        and client_id in error.presentable
    )


def is_gone(error: LinearError) -> bool:
    """Tell whether Linear knows no such thing, or lets us see none (reference: Linear, "not found")."""
    return error.code == INPUT_ERROR and error.message.startswith("Entity not found")


def missing_entity(error: LinearError) -> str | None:
    """Return what Linear does not know (any more), such as ``WorkflowState``; None: that is not what it says."""
    return error.message.partition(":")[2].strip() if is_gone(error) else None


def is_forbidden(error: LinearError) -> bool:
    """Tell whether Linear refuses this to the credential, though it knows it."""
    return error.status == _HTTP_FORBIDDEN or error.code == "FORBIDDEN"


def is_feature_missing(error: LinearError) -> bool:
    """Tell whether the Linear workspace does not have what was asked for, by its plan or its settings."""
    return "feature not accessible" in {error.type, error.code.replace("_", " ").casefold()}


def is_refused_input(error: LinearError) -> bool:
    """Tell whether Linear would not take what was given, whoever gives it and however often."""
    return error.code in {"INPUT_ERROR", "INVALID_INPUT"}
