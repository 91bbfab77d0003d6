"""How a call comes in: it is recorded, meets the fault planted for its name, and may lose its connection."""

import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.faults import Answer, ConnectionDroppedError
from sandbox.serving import cut
from sandbox.slack.records import Call
from sandbox.slack.world import World

_BEARER = "Bearer "


def bearer(request: Request) -> str:
    """Return the token in the ``Authorization`` header; empty where there is none."""
    header = request.headers.get("authorization", "")
    return header.removeprefix(_BEARER).strip() if header.startswith(_BEARER) else ""


def as_response(answer: Answer) -> Response:
    """Return an answer that stands in for the real one."""
    return Response(answer.body, answer.status, answer.headers, answer.content_type)


class Door:
    """What the ASGI programs of the offline Slack share.

    Args:
        world: what is read and changed; every call is added to its ``calls``.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def let_in(
        self, call: Call, scope: Scope, receive: Receive, send: Send, answer: Callable[[], Awaitable[Response]]
    ) -> None:
        """Record a call and answer it, or close its connection where a fault says so."""
        self._world.calls.append(call)
        self._world.changes.happened()
        began = time.perf_counter()
        try:
            response = await answer()
            call.status = response.status_code
        except ConnectionDroppedError:
            call.seconds = time.perf_counter() - began
            cut(scope)
            while (await receive())["type"] != "http.disconnect":
                continue
        else:
            call.seconds = time.perf_counter() - began
            await response(scope, receive, send)
        finally:
            self._world.changes.happened()

    async def in_any_weather(self, call: Call, carry_out: Callable[[], Response]) -> Response:
        """Carry a call out, unless a fault stands in its way; one may also hide that it was carried out."""
        faults = self._world.faults
        fault = faults.take(call.method)
        instead = await faults.before(fault)
        if instead is not None:
            return as_response(instead)
        response = carry_out()
        instead = await faults.after(fault)
        return response if instead is None else as_response(instead)
