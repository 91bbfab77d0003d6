"""Whether the bot is alive, and whether it is ready, with reasons."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

# Each check returns None, or in words what is missing.
Check = Callable[[], Awaitable[str | None]]


async def healthz(_request: Request) -> Response:
    """Answer 200 as long as the process answers at all."""
    return JSONResponse({"alive": True})


class Readiness:
    """``GET /readyz``: 200 when every check passes, else 503 with the reasons."""

    def __init__(self, checks: dict[str, Check]) -> None:
        self._checks = checks

    async def answer(self, _request: Request) -> Response:
        """Run the checks."""
        problems = {name: problem for name, check in self._checks.items() if (problem := await check())}
        return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)
