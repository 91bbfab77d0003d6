"""Errors in Slack's dialect: words where the person looks, a reference for whoever runs the bot."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.response import BoltResponse

from bot.errors import Kind, ThreadlineError
from bot.logs import current_request_id
from bot.views import ids
from bot.views.notes import refused_modal
from bot.views.words import escape

log = structlog.stdlib.get_logger(__name__)

UNEXPECTED = "Something went wrong on our side. What you typed is still here: please try again."
UNEXPECTED_ELSEWHERE = "Something went wrong on our side. Please try again."
STILL_SAVING = "Still saving. Nothing is lost: press {submit} again in a moment."
UNTITLED = "Please note"
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


def inline_words(error: Exception, view: Mapping[str, Any]) -> dict[str, Any]:
    """Return the acknowledgement that shows an error inside a submitted modal; the form keeps what was typed."""
    return inline(view, words_for(error, UNEXPECTED))


def inline(view: Mapping[str, Any], sentence: str) -> dict[str, Any]:
    """Return the acknowledgement that shows a sentence in a modal: beside its title, else its first input.

    Slack takes inline errors for inputs only: where there is none, the sentence lies above the modal.
    """
    if view.get("blocks") and not _inputs(view):
        return {"response_action": "push", "view": refused_modal(sentence, title=title_in(view)).to_dict()}
    return {"response_action": "errors", "errors": {_block_of(view): sentence}}


def still_saving(view: Mapping[str, Any]) -> str:
    """Return the words for a submission that is not stored yet: pressing again is safe, and answers the same."""
    submit = view.get("submit")
    word = submit.get("text") if isinstance(submit, dict) else None
    return STILL_SAVING.format(submit=word or "the button")


def title_in(view: Mapping[str, Any]) -> str:
    """Return the title of a view that Slack sent."""
    title = _part(view, "title").get("text")
    return title if isinstance(title, str) and title else UNTITLED


def _part(view: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = view.get(key)
    return found if isinstance(found, dict) else {}


def _inputs(view: Mapping[str, Any]) -> list[str]:
    blocks = view.get("blocks")
    return [
        str(block.get("block_id"))
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, dict) and block.get("type") == "input"
    ]


def _block_of(view: Mapping[str, Any]) -> str:
    inputs = _inputs(view)
    return ids.TITLE_BLOCK if ids.TITLE_BLOCK in inputs or not inputs else inputs[0]


def tell_of_late_end(task: asyncio.Task[Any]) -> None:
    """Log the failure of what somebody was told to try again, and that went on: nobody else reads it."""
    if not task.cancelled() and isinstance(error := task.exception(), Exception):
        words_for(error)


async def answer_error(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
    """Answer an error that a listener did not turn into words itself.

    Bolt takes the answer from a returned response; acknowledging here would be overwritten (reference: style,
    "Bolt facts").
    """
    if body.get("type") == "view_submission":
        # An empty answer would close the form, and whoever submitted it would take it for done.
        return BoltResponse(status=200, body=inline_words(error, body.get("view") or {}))
    words = words_for(error)
    if body.get("type") == "event_callback":
        # Acknowledged, it would be lost: Slack tells it again.
        return BoltResponse(status=503, body="")
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": escape(words)})
    return BoltResponse(status=200, body="")
