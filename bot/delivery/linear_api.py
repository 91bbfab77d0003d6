"""Linear's GraphQL API: documents from files, every answer's errors read, failures as one typed error."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

DOCUMENTS = Path(__file__).parent / "graphql"
TIMEOUT_SECONDS = 10.0


@dataclass
class LinearError(Exception):
    """Linear answered, but not with what was asked for.

    Args:
        status: the HTTP status. Linear sends some errors with 200 and rate limits with 400, so ``code`` decides.
        code: ``extensions.code`` of the first error, or "" (an answer that is not GraphQL).
        message: Linear's own words for programs, such as ``conflict on insert of Issue``.
        presentable: Linear's words for people; may name ids.
        retry_after: seconds to wait, where Linear says so.
    """

    status: int
    code: str
    message: str
    presentable: str = ""
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
    """

    def __init__(self, http: httpx.AsyncClient, *, url: str, authorization: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": authorization}
        self._documents = {path.stem: path.read_text("utf-8") for path in DOCUMENTS.glob("*.graphql")}

    async def run(self, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Run one of the documents and return its ``data``.

        Raises:
            LinearError: Linear refused, or answered with errors.
            httpx.TransportError: no answer came.
        """
        response = await self._http.post(
            self._url,
            headers=self._headers,
            json={
                "query": self._documents[operation],
                "operationName": operation,
                "variables": dict(variables),
            },
            timeout=TIMEOUT_SECONDS,
        )
        body = _json_object(response)
        if errors := body.get("errors"):
            first = errors[0] if isinstance(errors, list) else None
            raise _error(response, first if isinstance(first, dict) else {})
        if response.status_code != httpx.codes.OK or not isinstance(body.get("data"), dict):
            raise _error(response, {})
        data: dict[str, Any] = body["data"]
        return data


def _json_object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _error(response: httpx.Response, error: dict[str, Any]) -> LinearError:
    extensions = error.get("extensions") or {}
    return LinearError(
        status=response.status_code,
        code=str(extensions.get("code", "")),
        message=str(error.get("message", "")),
        presentable=str(extensions.get("userPresentableMessage") or ""),
        retry_after=_retry_after(response),
    )


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that ``Retry-After`` asks to wait, if it is there and is a number."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.replace(".", "", 1).isdigit() else None
