"""Errors in Slack's dialect: words where the person looks, a reference for whoever runs the bot."""

from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.response import BoltResponse

from bot.errors import Kind, ThreadlineError
from bot.logs import current_request_id
from bot.views import ids
from bot.views.words import escape

log = structlog.stdlib.get_logger(__name__)

UNEXPECTED = "Something went wrong on our side. What you typed is still here: please try again."
UNEXPECTED_ELSEWHERE = "Something went wrong on our side. Please try again."
REFERENCE = "{sentence} (Reference {request_id})"


def with_reference(sentence: str) -> str:
    """Return the sentence with the request's id, by which an operator finds the log lines."""
    return REFERENCE.format(sentence=sentence, request_id=current_request_id())


def words_for(error: Exception, unexpected: str = UNEXPECTED_ELSEWHERE) -> str:
    """Return what a person reads of an error, and log it: refusals at INFO, failures with the exception."""
    if isinstance(error, ThreadlineError) and error.kind is not Kind.UNAVAILABLE:
        log.info("refused", kind=error.kind, reason=error.sentence)
        return error.sentence
    log.error("failed", exc_info=error)
    sentence = error.sentence if isinstance(error, ThreadlineError) else unexpected
    return with_reference(sentence)


def inline_words(error: Exception) -> dict[str, Any]:
    """Return the acknowledgement that shows an error inside the raise modal; the form keeps what was typed."""
    return {"response_action": "errors", "errors": {ids.TITLE_BLOCK: words_for(error, UNEXPECTED)}}


async def answer_error(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
    """Answer an error that a listener did not turn into words itself.

    Bolt takes the answer from a returned response; acknowledging here would be overwritten (reference: style,
    "Bolt facts").
    """
    if body.get("type") == "view_submission":
        # An empty answer would close the form, and whoever submitted it would take it for done.
        return BoltResponse(status=200, body=inline_words(error))
    words = words_for(error)
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": escape(words)})
    return BoltResponse(status=200, body="")
