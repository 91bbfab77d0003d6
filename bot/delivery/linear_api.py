"""Linear's GraphQL API: documents from files, every answer's errors read, failures as one typed error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

DOCUMENTS = Path(__file__).parent / "graphql"
TIMEOUT_SECONDS = 10.0
RATE_LIMITED = "RATELIMITED"
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


class LinearApi:
    """One credential's way to Linear.

    Args:
        http: the client, shared; the caller closes it.
        url: where GraphQL is answered.
        authorization: the header's value. A personal API key stands there bare, without ``Bearer`` (Linear's
            documentation, "Personal API keys").
        clock: gives the time in UTC.
        is_app: the credential is an application's own (``actor=app``), which can write in somebody's name.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        url: str,
        authorization: str,
        clock: Callable[[], datetime],
        is_app: bool = False,
    ) -> None:
        self._http = http
        self._url = url
        self.authorization = authorization
        self.is_app = is_app
        self._clock = clock
        self._spent_until = 0.0
        self._documents = {path.stem: path.read_text("utf-8") for path in DOCUMENTS.glob("*.graphql")}

    async def run(self, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run one of the documents and return its ``data``.

        Raises:
            LinearError: Linear refused, or answered with errors; or it would: its last answer said that the
                budget is spent.
            httpx.TransportError: no answer came.
        """
        if (wait := self._spent_until - self._clock().timestamp()) > 0:
            raise LinearError(400, RATE_LIMITED, "the budget is spent", retry_after=wait)
        response = await self._http.post(
            self._url,
            headers={"Authorization": self.authorization},
            json={
                "query": self._documents[operation],
                "operationName": operation,
                "variables": dict(variables),
            },
            timeout=TIMEOUT_SECONDS,
        )
        self._spent_until = self._when_spent_until(response)
        body = _json_object(response)
        if errors := body.get("errors"):
            first = errors[0] if isinstance(errors, list) else None
            raise self._error(response, first if isinstance(first, dict) else {})
        if response.status_code != httpx.codes.OK or not isinstance(body.get("data"), dict):
            raise self._error(response, {})
        data: dict[str, Any] = body["data"]
        return data

    def _when_spent_until(self, response: httpx.Response) -> float:
        """Return until when nothing is to be asked, in seconds since the epoch."""
        wait = _number(response, "Retry-After")
        return max(_reset(response), 0.0 if wait is None else self._clock().timestamp() + wait)

    def _error(self, response: httpx.Response, error: dict[str, Any]) -> LinearError:
        extensions = error.get("extensions") or {}
        until_reset = self._spent_until - self._clock().timestamp()
        return LinearError(
            status=response.status_code,
            code=str(extensions.get("code", "")),
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


def _reset(response: httpx.Response) -> float:
    """Return until when a budget is spent, in seconds since the epoch; 0: something is left of each.

    The headers tell the moment at which a budget is whole again, in milliseconds (reference: Linear, rate limits).
    """
    spent = [budget for budget in _BUDGETS if response.headers.get(f"{budget}-Remaining") == "0"]
    return max((_number(response, f"{budget}-Reset") or 0.0 for budget in spent), default=0.0) / 1000


def _number(response: httpx.Response, header: str) -> float | None:
    value = response.headers.get(header, "")
    return float(value) if value.replace(".", "", 1).isdigit() else None
