"""Linear's errors, in the shape its GraphQL endpoint answers them.

``extensions`` carries type, code, statusCode, userError and userPresentableMessage; the values of ``type`` are
those of Linear's SDK (``packages/sdk/src/error.ts``). Where nobody has published an error, the wording is ours.
"""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.faults import Answer


@dataclass(frozen=True)
class Kind:
    """What the errors of one code have in common: GraphQL code, Linear's type, and the status inside the body."""

    code: str
    type: str
    status: int
    user_error: bool = True


INPUT = Kind("INPUT_ERROR", "invalid input", 400)
INVALID = Kind("INVALID_INPUT", "invalid input", 400)
FORBIDDEN = Kind("FORBIDDEN", "forbidden", 403)
FEATURE = Kind("FEATURE_NOT_ACCESSIBLE", "feature not accessible", 403)
AUTHENTICATION = Kind("AUTHENTICATION_ERROR", "authentication error", 401)
RATELIMITED = Kind("RATELIMITED", "ratelimited", 429)
PARSE = Kind("GRAPHQL_PARSE_FAILED", "graphql error", 400)
VALIDATION = Kind("GRAPHQL_VALIDATION_FAILED", "graphql error", 400)
# Apollo Server, which Linear runs, answers these two codes for variables and for an unknown operationName.
VARIABLES = Kind("BAD_USER_INPUT", "graphql error", 400)
OPERATION = Kind("OPERATION_RESOLUTION_FAILURE", "graphql error", 400)
INTERNAL = Kind("INTERNAL_SERVER_ERROR", "internal error", 500, user_error=False)


class LinearError(Exception):
    """A refusal that the caller reads under ``errors``.

    Args:
        kind: the family the error belongs to.
        message: the technical sentence.
        presentable: the sentence meant for a person; left out of the body when None.
    """

    def __init__(self, kind: Kind, message: str, presentable: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.presentable = presentable

    def as_json(self) -> dict[str, Any]:
        """Return the entry of ``errors``: message and extensions, without path and locations."""
        extensions: dict[str, Any] = {
            "type": self.kind.type,
            "code": self.kind.code,
            "statusCode": self.kind.status,
            "userError": self.kind.user_error,
        }
        if self.presentable is not None:
            extensions["userPresentableMessage"] = self.presentable
        return {"message": self.message, "extensions": extensions}


class ConflictError(LinearError):
    """A create with an id that is taken; observed live by two authors (``conflict on insert of Issue``)."""

    def __init__(self, entity: str, entity_id: str) -> None:
        super().__init__(
            INPUT, f"conflict on insert of {entity}", f"Entity {entity} with id {entity_id} already exists."
        )


def not_found(entity: str) -> LinearError:
    """The entity does not exist or is not the caller's to see: Linear does not tell the two apart."""
    return LinearError(INPUT, f"Entity not found: {entity}", f"Could not find referenced {entity}.")


def invalid_argument(sentence: str) -> LinearError:
    """An argument of the right GraphQL type whose value Linear refuses, such as an id that is no UUID."""
    return LinearError(INVALID, "Argument Validation Error", sentence)


def refused_input(message: str) -> LinearError:
    """Arguments that are sound one by one, but not together."""
    return LinearError(INPUT, message, message)


def forbidden(message: str) -> LinearError:
    """The caller may not do this."""
    return LinearError(FORBIDDEN, message, message)


def feature_not_accessible(feature: str) -> LinearError:
    """The workspace's plan or settings do not have it; Linear's SDK knows the type, the words are ours."""
    sentence = f"{feature} is not accessible in this workspace."
    return LinearError(FEATURE, sentence, sentence)


def unauthenticated() -> LinearError:
    """No credential, or one that Linear does not know (any more)."""
    return LinearError(
        AUTHENTICATION,
        "Authentication required, not authenticated",
        "You need to authenticate to access this operation.",
    )


def key_as_bearer() -> LinearError:
    """An API key behind ``Bearer``, which is for OAuth tokens only."""
    sentence = "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix."
    return LinearError(AUTHENTICATION, sentence, sentence)


def rate_limited(allowed: int, what: str = "requests") -> LinearError:
    """The budget of the hour is spent; ``allowed`` is its size (sentence as in kendex#1018)."""
    return LinearError(RATELIMITED, f"Rate limit exceeded. Only {allowed} {what} are allowed per 1 hour.")


def internal_error() -> LinearError:
    """Linear itself failed."""
    return LinearError(INTERNAL, "Internal server error")


def _answer(status: int, error: LinearError, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps({"errors": [error.as_json()]}), headers or {})


def rate_limited_answer(
    allowed: int = 2500, *, reset_ms: int | None = None, retry_after: int | None = None, status: int = 400
) -> Answer:
    """A fault's answer: RATELIMITED, which Linear gives as HTTP 400 (clients should take 429 as well).

    Args:
        allowed: requests per hour named in the sentence.
        reset_ms: ``X-RateLimit-Requests-Reset``, milliseconds since the epoch; the usual header when None.
        retry_after: ``Retry-After`` in seconds; Linear's SDK reads it, its documentation does not name it.
        status: the HTTP status.
    """
    headers = {"X-RateLimit-Requests-Remaining": "0"}
    if reset_ms is not None:
        headers["X-RateLimit-Requests-Reset"] = str(reset_ms)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return _answer(status, rate_limited(allowed), headers)


def authentication_answer() -> Answer:
    """A fault's answer: HTTP 401, AUTHENTICATION_ERROR."""
    return _answer(401, unauthenticated())


def internal_error_answer(status: int = 500) -> Answer:
    """A fault's answer: Linear's own failure, with that HTTP status."""
    return _answer(status, internal_error())


def forbidden_answer() -> Answer:
    """A fault's answer: HTTP 403, FORBIDDEN."""
    return _answer(403, forbidden("You do not have permission to perform this action."))
