"""Errors in HTTP's dialect: ``{"error": <reason phrase>, "details": <sentence>}``, and never a 422."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bot.domain.issues import Status
from bot.errors import ConflictError, Kind, ThreadlineError
from bot.logs import current_request_id
from bot.usecases.browse import AmbiguousError

log = structlog.stdlib.get_logger(__name__)

UNEXPECTED = "Something went wrong on our side. Please try again."
REFERENCE = "{sentence} (Reference {request_id})"
NO_SUCH_PATH = "There is nothing at this address."
WRONG_METHOD = "This address does not take {method}."
NOT_JSON = "The body is not valid JSON."
NOT_AN_OBJECT = "Send a JSON object, with the header Content-Type: application/json."
UNREADABLE = "The request cannot be read."
_STATUS_OF: Mapping[Kind, HTTPStatus] = {
    Kind.INVALID: HTTPStatus.BAD_REQUEST,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
# What pydantic finds wrong, by its type, in our words; whatever else it finds is told in its own.
_SENTENCES: Mapping[str, str] = {
    "missing": "{field} is required",
    "string_type": "{field} must be text",
    "string_unicode": "{field} holds characters that are broken",
    "string_too_long": "{field} can have {max_length} characters at most",
    "string_too_short": "{field} is required",
    "int_parsing": "{field} must be a whole number",
    "int_parsing_size": "{field} must be a whole number",
    "greater_than_equal": "{field} must be {ge} or more",
    "less_than_equal": "{field} must be {le} or less",
    "enum": "{field} must be one of {expected}",
    "email": "{field} must be an e-mail address",
}
# A text must have a form of its own.
WRONG_KEY = "Idempotency-Key must be 1 to 255 visible ASCII characters"
_FORMS: Mapping[str, str] = {
    "Idempotency-Key": WRONG_KEY,
    "slack_team_id": "slack_team_id must be the id of a Slack workspace, such as T0123456789",
}
_NUMBER_OR_TEXT = "{field} must be a whole number or text"
# In a body, what can be a number or a text names itself and then what it tried to be.
_OF_A_CHOICE = 3


class HttpError(Exception):
    """An answer of the door itself, such as 401 or 413."""

    def __init__(self, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers


class StatusConflictError(ConflictError):
    """The issue's present status does not allow it; ``status`` is that one."""

    def __init__(self, sentence: str, status: Status) -> None:
        super().__init__(sentence)
        self.status = status


def error_body(status: HTTPStatus, sentence: str, /, **more: object) -> dict[str, Any]:
    """Return an error as it is told."""
    return {"error": status.phrase, "details": sentence, **more}


def answer_to(error: Exception) -> JSONResponse:
    """Return the answer to an error, and log it: refusals at INFO, failures with the exception."""
    if isinstance(error, HttpError):
        return _refusal(error.status, error.sentence, error.headers)
    if isinstance(error, ThreadlineError) and error.kind is not Kind.UNAVAILABLE:
        return _refusal(_STATUS_OF[error.kind], error.sentence, **conflict_fields(error))
    log.error("failed", exc_info=error)
    known = isinstance(error, ThreadlineError)
    sentence = error.sentence if isinstance(error, ThreadlineError) else UNEXPECTED
    status = HTTPStatus.SERVICE_UNAVAILABLE if known else HTTPStatus.INTERNAL_SERVER_ERROR
    told = REFERENCE.format(sentence=sentence, request_id=current_request_id())
    return JSONResponse(error_body(status, told), status)


def conflict_fields(error: ThreadlineError) -> dict[str, Any]:
    """Return what a conflict tells beside its sentence: the present status, or the choices."""
    if isinstance(error, StatusConflictError):
        return {"status": error.status}
    return {"choices": list(error.choices)} if isinstance(error, AmbiguousError) else {}


def _refusal(
    status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None, /, **more: object
) -> JSONResponse:
    log.info("refused", status=status.value, reason=sentence)
    return JSONResponse(error_body(status, sentence, **more), status, headers)


async def answer_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer whatever a route raised."""
    return answer_to(error)


async def answer_http_error(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework refuses: an unknown address, a wrong method, a body that cannot be read."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this class
    sentences = {
        HTTPStatus.NOT_FOUND: NO_SUCH_PATH,
        HTTPStatus.METHOD_NOT_ALLOWED: WRONG_METHOD.format(method=request.method),
    }
    status = HTTPStatus(error.status_code)
    return _refusal(status, sentences.get(status, UNREADABLE), error.headers)


async def answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    """Answer a request whose parts are not what they must be; a wrong part of the path names nothing."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for this class
    problems = error.errors()
    if any(problem["loc"][0] == "path" for problem in problems):
        return _refusal(HTTPStatus.NOT_FOUND, NO_SUCH_PATH)
    sentences = dict.fromkeys(_sentence(problem) for problem in problems)
    return _refusal(HTTPStatus.BAD_REQUEST, "; ".join(sentences))


def _sentence(problem: Mapping[str, Any]) -> str:
    place: Sequence[str | int] = problem["loc"]
    if problem["type"] == "json_invalid":
        return NOT_JSON
    if place == ("body",):
        return NOT_AN_OBJECT
    field = str(place[1])
    if len(place) >= _OF_A_CHOICE:
        return _NUMBER_OR_TEXT.format(field=field)
    if problem["type"] == "string_pattern_mismatch" and field in _FORMS:
        return _FORMS[field]
    known = _SENTENCES.get(problem["type"])
    if known is None:
        return f"{field}: {problem['msg']}"
    return known.format(field=field, **problem.get("ctx", {}))
