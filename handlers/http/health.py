"""Whether the bot is alive, and whether it is ready, with reasons."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.trouble import Cause, StuckSince
from bot.errors import UnavailableError
from bot.views.trouble_words import FIXES, WHY
from storage.linear_connections import ConnectionsState

# Each check returns None, or in words what is missing.
Check = Callable[[], Awaitable[str | None]]
FindStuck = Callable[[], Awaitable[Sequence[StuckSince]]]
# Each look returns None, or what is not as it should be, with its fix. Raises ``UnavailableError``.
Look = Callable[[], Awaitable[dict[str, Any] | None]]
FindConnections = Callable[[], Awaitable[ConnectionsState]]
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
        connections: finds how it stands with organizations' own connections with Linear; likewise.
        linear_on: whether the settings have a credential for Linear.
    """

    def __init__(self, stuck: FindStuck, connections: FindConnections, *, linear_on: bool) -> None:
        self.checks: dict[str, Check] = {}
        self.looks: dict[str, Look] = {}
        self.routes = [Route("/healthz", healthz), Route("/readyz", self.answer)]
        self._stuck = stuck
        self._connections = connections
        self._linear_on = linear_on

    async def answer(self, _request: Request) -> Response:
        """Run the checks."""
        problems = {name: problem for name, check in self.checks.items() if (problem := await check())}
        if not problems:
            try:
                return self._ready(await self._stuck(), await self._connections(), await self._looked())
            except UnavailableError as error:
                problems = {"database": error.sentence}
        return JSONResponse({"ready": False, "problems": problems, "warnings": {}}, 503)

    async def _looked(self) -> dict[str, Any]:
        found = {name: await look() for name, look in self.looks.items()}
        return {name: warning for name, warning in found.items() if warning is not None}

    def _ready(
        self, stuck: Sequence[StuckSince], connections: ConnectionsState, looked: dict[str, Any]
    ) -> Response:
        return JSONResponse(
            {
                "ready": True,
                "problems": {},
                "warnings": {**{each.cause.value: _warning(each) for each in stuck}, **looked},
                **self._states({each.cause for each in stuck}, connections),
            }
        )

    def _states(self, causes: set[Cause], connections: ConnectionsState) -> dict[str, str]:
        refused = Cause.LINEAR_CREDENTIAL in causes or connections.any_lost
        linear_on = self._linear_on or connections.any_connected
        return {
            "slack": TOKEN_REFUSED if Cause.SLACK_TOKEN in causes else ON,
            "linear": OFF if not linear_on else KEY_REFUSED if refused else ON,
        }


def _warning(stuck: StuckSince) -> dict[str, Any]:
    return {
        "stuck": stuck.count,
        "since": stuck.since.isoformat(timespec="seconds"),
        "why": WHY[stuck.cause],
        "fix": FIXES[stuck.cause],
    }
