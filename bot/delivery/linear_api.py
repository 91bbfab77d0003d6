"""Linear's GraphQL API: documents from files, every answer's errors read, failures as one typed error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx

from bot.delivery.linear_documents import documents

TIMEOUT_SECONDS = 10.0
RATE_LIMITED = "RATELIMITED"
AUTHENTICATION_ERROR = "AUTHENTICATION_ERROR"
_BUDGETS = ("X-RateLimit-Requests", "X-RateLimit-Complexity", "X-RateLimit-Endpoint-Requests")


@dataclass
class LinearError(Exception):
    """Linear answered, but not with what was asked for.

    Args:
        status: the HTTP status. Linear sends some errors with 200 and rate limits with 400, so ``code`` decides.
        code: ``extensions.code`` of the first error, or "" (an answer that is not GraphQL).
        message: Linear's own words for programs, such as ``conflict on insert of Issue``.
        presentable: Linear's words for people; may name ids.
        type: ``extensions.type``, such as ``feature not accessible``.
        retry_after: seconds to wait, where Linear says so.
    """

    status: int
    code: str
    message: str
    presentable: str = ""
    type: str = ""
    retry_after: float | None = None

    def __str__(self) -> str:
        return self.presentable or self.message or f"HTTP {self.status}"


def is_unauthorized(error: Exception) -> bool:
    """Tell whether Linear does not accept the credential: nothing was carried out."""
    return isinstance(error, LinearError) and (
        error.code == AUTHENTICATION_ERROR or error.status == httpx.codes.UNAUTHORIZED
    )


class Credential(Protocol):
    """What lets us in.

    ``key`` tells one credential from another, for the budget of calls that is each one's own; it stays while its
    tokens change. ``is_app``: it speaks for an app, and not for a person.
    """

    key: str
    is_app: bool

    async def authorization(self) -> str:
        """Return the header's value.

        Raises:
            LinearError: there is none (any more).
            DeliveryFailure: there is none now.
        """
        ...

    async def renew(self, refused: str) -> bool:
        """See that there is another value than the one that was refused; tells whether there can be. As above."""
        ...


class Hears(Protocol):
    """Is told of each answer whether the credential was accepted."""

    async def __call__(self, *, accepted: bool) -> None:
        """Take it."""
        ...


async def _nobody_hears(*, accepted: bool) -> None:
    del accepted


class LinearApi:
    """One credential's way to Linear.

    Args:
        http: the client, shared; the caller closes it.
        url: where GraphQL is answered.
        credential: lets us in; asked at each call.
        clock: gives the time in UTC.
        actor_id: who we are there, where that is known.
        hears: told of each answer.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        url: str,
        credential: Credential,
        clock: Callable[[], datetime],
        actor_id: str | None = None,
        hears: Hears = _nobody_hears,
    ) -> None:
        self._http = http
        self._url = url
        self._credential = credential
        self._clock = clock
        self._actor_id = actor_id
        self._hears = hears
        self._spent_until = 0.0
        self._documents = documents()

    @property
    def key(self) -> str:
        """What tells this credential from another; to be kept as a fingerprint only."""
        return self._credential.key

    @property
    def is_app(self) -> bool:
        """Whether we act as an app, which may say for whom it does (``createAsUser``)."""
        return self._credential.is_app

    async def actor_id(self) -> str:
        """Return who we are in Linear, asked for once; raises as ``run``."""
        if self._actor_id is None:
            self._actor_id = str((await self.run("Viewer", {}))["viewer"]["id"])
        return self._actor_id

    async def run(self, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run one of the documents and return its ``data``. A refused token is renewed once, and tried once more.

        Raises:
            LinearError: Linear refused, or answered with errors; or it would: its last answer said that the
                budget is spent.
            httpx.TransportError: no answer came.
            DeliveryFailure: there is no token now, and so nothing was sent.
        """
        try:
            data = await self._run_renewed(operation, variables)
        except LinearError as error:
            if is_unauthorized(error):
                await self._hears(accepted=False)
            raise
        await self._hears(accepted=True)
        return data

    async def _run_renewed(self, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        authorization = await self._credential.authorization()
        try:
            return await self._send(operation, variables, authorization)
        except LinearError as error:
            if not is_unauthorized(error) or not await self._credential.renew(authorization):
                raise
        return await self._send(operation, variables, await self._credential.authorization())

    async def _send(self, operation: str, variables: Mapping[str, Any], authorization: str) -> dict[str, Any]:
        if (wait := self._spent_until - self._clock().timestamp()) > 0:
            raise LinearError(400, RATE_LIMITED, "the budget is spent", retry_after=wait)
        response = await self._http.post(
            self._url,
            headers={"Authorization": authorization},
            json={
                "query": self._documents[operation],
                "operationName": operation,
                "variables": dict(variables),
            },
            timeout=TIMEOUT_SECONDS,
        )
        body = _json_object(response)
        errors = body.get("errors")
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
        # An older answer may come later: it takes nothing back.
        self._spent_until = max(self._spent_until, self._when_spent_until(response, first))
        if errors:
            raise self._error(response, first)
        if response.status_code != httpx.codes.OK or not isinstance(body.get("data"), dict):
            raise self._error(response, {})
        data: dict[str, Any] = body["data"]
        return data

    def _when_spent_until(self, response: httpx.Response, error: Mapping[str, Any]) -> float:
        """Return until when nothing is to be asked, in seconds since the epoch."""
        wait = _number(response, "Retry-After")
        refused = _code(error) == RATE_LIMITED or response.status_code == httpx.codes.TOO_MANY_REQUESTS
        return max(_reset(response, refused=refused), 0.0 if wait is None else self._clock().timestamp() + wait)

    def _error(self, response: httpx.Response, error: dict[str, Any]) -> LinearError:
        extensions = error.get("extensions") or {}
        until_reset = self._spent_until - self._clock().timestamp()
        return LinearError(
            status=response.status_code,
            code=_code(error),
            message=str(error.get("message", "")),
            presentable=str(extensions.get("userPresentableMessage") or ""),
            type=str(extensions.get("type") or ""),
            retry_after=until_reset if until_reset > 0 else None,
        )


def _json_object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _code(error: Mapping[str, Any]) -> str:
    return str((error.get("extensions") or {}).get("code", ""))


def _reset(response: httpx.Response, *, refused: bool) -> float:
    """Return until when a budget is spent, in seconds since the epoch; 0: something is left of each.

    The headers tell the moment at which a budget is whole again, in milliseconds (reference: Linear, rate limits).
    Whoever is refused though something is left of each asked for more than that: the latest of them is waited for.
    """
    spent = [budget for budget in _BUDGETS if response.headers.get(f"{budget}-Remaining") == "0"]
    if refused and not spent:
        spent = list(_BUDGETS)
    return max((_number(response, f"{budget}-Reset") or 0.0 for budget in spent), default=0.0) / 1000


def _number(response: httpx.Response, header: str) -> float | None:
    value = response.headers.get(header, "")
    return float(value) if value.replace(".", "", 1).isdigit() else None
