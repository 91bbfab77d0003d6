"""``GET /owed``, for who runs the program: what waits for Slack and Linear, one by one (docs/metrics.md)."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.domain.trouble import cause_of
from bot.errors import UnavailableError
from handlers.http.metrics import refused, shows
from storage.owed import OwedEffect

FindOwed = Callable[[], Awaitable[Sequence[OwedEffect]]]
NO_TOKEN = "Set METRICS_TOKEN to read this: it names issues, and is shown to nobody without."  # noqa: S105 - a sentence
LIMIT = 200


class OwedPage:
    """Tells what is owed. It names issues by their numbers; no title, no person and no text.

    Args:
        find: finds it, at most ``LIMIT``. Raises ``UnavailableError``.
        token: has to be shown; None: nobody may read it.
    """

    def __init__(self, find: FindOwed, token: SecretStr | None) -> None:
        self._find = find
        self._token = None if token is None else token.get_secret_value().encode()

    async def answer(self, request: Request) -> Response:
        """Answer 200 with ``{"owed": [...]}``, the oldest first; 401 without the token, 503 without a database."""
        if self._token is None:
            return _failed(HTTPStatus.FORBIDDEN, NO_TOKEN)
        if not shows(request, self._token):
            return refused()
        try:
            found = await self._find()
        except UnavailableError as error:
            return _failed(HTTPStatus.SERVICE_UNAVAILABLE, error.sentence)
        return JSONResponse({"owed": [_shown(each) for each in found]}, headers={"Cache-Control": "no-store"})


def _failed(status: HTTPStatus, details: str) -> Response:
    return JSONResponse({"error": status.phrase, "details": details}, status)


def _shown(effect: OwedEffect) -> dict[str, Any]:
    due = None if effect.due is None else max(0.0, (effect.due - effect.now).total_seconds())
    return {
        "kind": effect.kind.value,
        "destination": effect.destination.value,
        "issue": effect.issue_number,
        "state": effect.state.value,
        "attempts": effect.attempts,
        "error": effect.error,
        "stuck": None if effect.stuck is None else cause_of(effect.stuck).value,
        "first": effect.is_head,
        "waiting_seconds": round(max(0.0, (effect.now - effect.since).total_seconds()), 3),
        "due_in_seconds": None if due is None else round(due, 3),
    }
