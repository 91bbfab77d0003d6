"""The demo's page: served on loopback, with what is under the hood and the weather beside Slack and Linear."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from sandbox.demo.hood import Hood
from sandbox.demo.hood_doors import hood_routes
from sandbox.page.feed import Feed
from sandbox.page.linear import linear_routes
from sandbox.page.server import page_routes
from sandbox.serving import Server

PORT, MORE_PORTS = 8100, 20
LOOK_SECONDS = 0.2
# What a page of somewhere else, whose name leads here by a trick, does not have.
_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


class PortTakenError(Exception):
    """Another program listens at this port."""


@contextlib.asynccontextmanager
async def serving_page(hood: Hood, port: int | None) -> AsyncIterator[str]:
    """Serve the page until the context ends; gives its address.

    Args:
        hood: what there is to be seen.
        port: where; None: at the usual port, or the next that is free.

    Raises:
        PortTakenError: the port is taken.
    """
    feed = Feed()
    routes = [*page_routes(hood.company, feed), *linear_routes(hood.company, feed), *hood_routes(hood)]
    program = Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)])
    server = _server(program, port)
    await server.start()
    telling = asyncio.get_running_loop().create_task(_tell_of_hood(hood, feed))
    try:
        yield server.url
    finally:
        telling.cancel()
        feed.close()
        await server.stop()


def _server(program: Starlette, port: int | None) -> Server:
    ports = range(PORT, PORT + MORE_PORTS) if port is None else (port,)
    for each in ports:
        with contextlib.suppress(OSError):
            return Server(program, each)
    raise PortTakenError(str(ports[0]))


async def _tell_of_hood(hood: Hood, feed: Feed) -> None:
    """Tell the page of changes under the hood, a few times a second: there are many."""
    seen = None
    while True:
        now = hood.stamp()
        if now != seen:
            seen = now
            feed.tell("hood")
        await asyncio.sleep(LOOK_SECONDS)
