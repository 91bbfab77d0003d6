"""The page's doors under the hood: what is to be seen there, and the weather's switches."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.demo.hood import Hood
from sandbox.demo.weather import WeatherError
from sandbox.page.asking import RefusedError, read_object, refusal

_FRESH = {"Cache-Control": "no-store"}


def hood_routes(hood: Hood) -> list[BaseRoute]:
    """Return ``GET /_/hood`` and ``POST /_/weather`` with ``{"name", "on", "seconds"?}``."""

    async def look(_request: Request) -> Response:
        return JSONResponse(hood.shown(), headers=_FRESH)

    async def turn(request: Request) -> Response:
        try:
            _turn(hood, await read_object(request))
        except RefusedError as error:
            return error.answer()
        except WeatherError as error:
            return refusal(400, str(error))
        return JSONResponse({"ok": True, "weather": hood.weather.states()}, headers=_FRESH)

    return [Route("/_/hood", look), Route("/_/weather", turn, methods=["POST"])]


def _turn(hood: Hood, asked: Mapping[str, Any]) -> None:
    if not isinstance(asked.get("on"), bool):
        raise WeatherError('Send {"name": ..., "on": true or false, "seconds": ...}.')
    name, seconds = str(asked.get("name")), asked.get("seconds")
    if not asked["on"]:
        hood.weather.turn_off(name)
        return
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float)):
        raise WeatherError("seconds is a number.")
    hood.weather.turn_on(name, seconds)
