"""Whether the bot is alive, and whether it is ready, with reasons."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.trouble import Cause, StuckSince
from bot.errors import UnavailableError
from bot.views.trouble_words import FIXES, WHY

# Each check returns None, or in words what is missing.
Check = Callable[[], Awaitable[str | None]]
FindStuck = Callable[[], Awaitable[Sequence[StuckSince]]]
# Each look returns None, or what is not as it should be, with its fix. Raises ``UnavailableError``.
Look = Callable[[], Awaitable[dict[str, Any] | None]]
ON, OFF, TOKEN_REFUSED, KEY_REFUSED = "on", "off", "does not accept the token", "does not accept the key"


async def healthz(_request: Request) -> Response:
    """Answer 200 as long as the process answers at all."""
    return JSONResponse({"alive": True})


class Readiness:
    """``GET /readyz``: 200 when every check passes, else 503 with the reasons.

    What is stuck is a warning: the bot is ready for all else.

    ``checks`` are by name, and all have to pass; ``looks`` are by name, and only warn; ``routes`` is where that is
    told.

    Args:
        stuck: finds what cannot be delivered; asked when all passed. Raises ``UnavailableError``.
        linear_on: whether there is a credential for Linear.
    """

    def __init__(self, stuck: FindStuck, *, linear_on: bool) -> None:
        self.checks: dict[str, Check] = {}
        self.looks: dict[str, Look] = {}
        self.routes = [Route("/healthz", healthz), Route("/readyz", self.answer)]
        self._stuck = stuck
        self._linear_on = linear_on

    async def answer(self, _request: Request) -> Response:
        """Run the checks."""
        problems = {name: problem for name, check in self.checks.items() if (problem := await check())}
        stuck: Sequence[StuckSince] = ()
        warnings: dict[str, Any] = {}
        try:
            stuck = () if problems else await self._stuck()
            for name, look in () if problems else self.looks.items():
                if (found := await look()) is not None:
                    warnings[name] = found
        except UnavailableError as error:
            problems = {"database": error.sentence}
        if problems:
            return JSONResponse({"ready": False, "problems": problems, "warnings": {}}, 503)
        return JSONResponse(
            {
                "ready": True,
                "problems": {},
                "warnings": {**{each.cause.value: _warning(each) for each in stuck}, **warnings},
                **self._states({each.cause for each in stuck}),
            }
        )

    def _states(self, causes: set[Cause]) -> dict[str, str]:
        linear = KEY_REFUSED if Cause.LINEAR_CREDENTIAL in causes else ON
        return {
            "slack": TOKEN_REFUSED if Cause.SLACK_TOKEN in causes else ON,
            "linear": linear if self._linear_on else OFF,
        }


def _warning(stuck: StuckSince) -> dict[str, Any]:
    return {
        "stuck": stuck.count,
        "since": stuck.since.isoformat(timespec="seconds"),
        "why": WHY[stuck.cause],
        "fix": FIXES[stuck.cause],
    }
