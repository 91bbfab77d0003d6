"""What the OpenAPI document says beside the routes: the errors of each, the token, and how it all works."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader
from pydantic import BaseModel

from bot.domain.issues import Status
from bot.usecases.once import KEY_IS_TAKEN
from bot.usecases.refusals import IS_ALREADY, NO_SUCH_ISSUE
from bot.version import VERSION
from handlers.http.errors import error_body
from handlers.http.gate import ASK_FOR_TOKEN, TOO_LARGE, TOO_MANY
from storage.transaction import DATABASE_AWAY

Responses = dict[int | str, dict[str, Any]]

ABOUT = """
Raise issues as a customer, work on them as a vendor.

**Tokens.** `/threadline token` in Slack makes one; it belongs to you in one organization, and is shown once. Send
it as `Authorization: Token <token>`. A token speaks for its organization alone: what belongs to another one does
not exist for it (404). Your profiles decide what you may do there; the API never creates one.

**Errors** are `{"error": <reason phrase>, "details": <sentence>}`. They are looked for in this order: 401, 429,
413, 400, 404, 403, 409. A 409 also tells the issue's present `status` where that is the reason, or the `choices`
where a number without its year means several issues. Whoever may not know of an issue reads 404; whoever may, but
may not do this with it, 403. With a 500 or 503 comes a reference, by which an operator finds the log lines.

**Doing it once.** Send `Idempotency-Key` with a POST, and send the request again as often as you like: for 24 hours
the same request with the same key gets the first answer (with the header `Idempotent-Replayed: true`), and another
request with it 409. Two at once do it once and get the same answer. A request that was refused before anything was
decided (400, 403, 404, 429, 5xx) leaves the key free.

**Lists** begin with the newest. Send `next_cursor` as `cursor` for the next page, until it is null.

The slash at the end of an address may be left out.
"""
token_header = APIKeyHeader(
    name="Authorization",
    scheme_name="Token",
    description="`Token <token>`: the word, a space, and the token",
    auto_error=False,
)


class ErrorShape(BaseModel):
    """An error: the status's reason phrase, and a sentence."""

    error: str
    details: str


class ConflictShape(ErrorShape):
    """A conflict: with the issue's present status, or with the numbers that can be meant."""

    status: Status | None = None
    choices: list[str] | None = None


_NULL = "(null)"
_REFERENCE = " (Reference 4f0c2a1b)"
_SENTENCES: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "title is required",
    HTTPStatus.UNAUTHORIZED: ASK_FOR_TOKEN,
    HTTPStatus.FORBIDDEN: "Only Acme's vendors can do this.",
    HTTPStatus.NOT_FOUND: NO_SUCH_ISSUE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS: TOO_MANY.format(seconds=12),
    HTTPStatus.INTERNAL_SERVER_ERROR: f"Something went wrong on our side. Please try again.{_REFERENCE}",
    HTTPStatus.SERVICE_UNAVAILABLE: f"{DATABASE_AWAY}{_REFERENCE}",
}
_CONFLICTS = {
    "status": error_body(
        HTTPStatus.CONFLICT, IS_ALREADY.format(number="ISS-2026-0001", status="closed"), status=Status.CLOSED
    ),
    "several": error_body(
        HTTPStatus.CONFLICT,
        "0001 can mean ISS-2025-0001 or ISS-2026-0001. Write the number with its year.",
        choices=["ISS-2025-0001", "ISS-2026-0001"],
    ),
    "key": error_body(HTTPStatus.CONFLICT, KEY_IS_TAKEN),
}
_HEADERS: Mapping[HTTPStatus, dict[str, Any]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "`Token`"}},
    HTTPStatus.TOO_MANY_REQUESTS: {
        "Retry-After": {"schema": {"type": "integer"}, "description": "in so many seconds"}
    },
}
ALWAYS = (401, 413, 429, 500, 503)


def errors(*statuses: int, conflicts: Sequence[str] = tuple(_CONFLICTS), **sentences: str) -> Responses:
    """Return how these errors, and those that every route has, are documented.

    Args:
        statuses: beside ``ALWAYS``.
        conflicts: which of the kinds of 409 there are: ``status``, ``several``, ``key``.
        sentences: an example for a status, as ``s404="..."``, where it is not the usual one.
    """
    return {
        status: _error(HTTPStatus(status), sentences.get(f"s{status}"), conflicts)
        for status in (*statuses, *ALWAYS)
    }


def _error(status: HTTPStatus, sentence: str | None, conflicts: Sequence[str]) -> dict[str, Any]:
    if status is HTTPStatus.CONFLICT and sentence is None:
        examples = {name: {"value": _CONFLICTS[name]} for name in conflicts}
        return {
            "model": ConflictShape,
            "description": status.phrase,
            "content": {"application/json": {"examples": examples}},
        }
    example = error_body(status, sentence or _SENTENCES.get(status, ""))
    return {
        "model": ConflictShape if status is HTTPStatus.CONFLICT else ErrorShape,
        "description": status.phrase,
        "headers": _HEADERS.get(status, {}),
        "content": {"application/json": {"example": example}},
    }


def success(status: int, description: str, example: BaseModel) -> Responses:
    """Return how a route's success is documented: with an example of the very type that it answers."""
    told = _with_marks(example.model_dump(mode="json"))
    return {status: {"description": description, "content": {"application/json": {"example": told}}}}


def _with_marks(value: Any) -> Any:
    """Return an example with a mark for each null, which FastAPI would leave out together with its field."""
    return _replaced(value, None, _NULL)


def _replaced(value: Any, old: object, new: object) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, old, new) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, old, new) for each in value]
    return new if value == old else value


def operation_id(route: APIRoute) -> str:
    """Return what a generated client calls a route: ``client_raise_issue``."""
    return "_".join([*map(str, route.tags), route.name])


def document(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return what makes the OpenAPI document, once. FastAPI adds a 422 to every route: nobody answers that here."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=VERSION, description=ABOUT, routes=app.routes)
            app.openapi_schema = _replaced(made, _NULL, None)
            for operations in app.openapi_schema["paths"].values():
                for operation in operations.values():
                    operation["responses"].pop("422", None)
            for unused in ("HTTPValidationError", "ValidationError"):
                app.openapi_schema["components"]["schemas"].pop(unused, None)
        return app.openapi_schema

    return openapi
