"""Serve an ASGI program on a loopback port, inside the running event loop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CLOSING_SECONDS = 10


@contextlib.contextmanager
def _no_signals() -> Iterator[None]:
    yield


class DroppableProtocol(HttpToolsProtocol):
    """HTTP whose program may close the connection without an answer, as a failing network does."""

    def on_headers_complete(self) -> None:
        """Hand the program the way to cut the connection: ``cut(scope)``."""
        super().on_headers_complete()
        self.scope["extensions"] = {"sandbox.cut": {"abort": self.transport.abort}}


def cut(scope: Scope) -> None:
    """Close the request's connection without an answer."""
    scope["extensions"]["sandbox.cut"]["abort"]()


class Server:
    """One ASGI program on one loopback port.

    Args:
        program: the ASGI program.
        port: 0 takes a free one; read ``port`` or ``url`` after ``start``.

    Raises:
        OSError: another program has the port.
    """

    def __init__(self, program: Any, port: int = 0) -> None:
        # With the protocol named, asyncio sets TCP_NODELAY; without, each small answer waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            program,
            http=DroppableProtocol,
            ws="wsproto",
            log_config=None,
            access_log=False,
            lifespan="off",
            # Longer than any client does: one that is about to ask once more would find the connection closed.
            timeout_keep_alive=600,
        )
        self._server = uvicorn.Server(config)
        # The command line owns the signals; a server inside a test or the demo must not take them.
        self._server.capture_signals = _no_signals  # type: ignore[method-assign]
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Serve: connections are taken from here on, and answered as soon as the loop runs."""
        self._socket.listen(2048)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def stop(self) -> None:
        """Close the port and wait for requests under way.

        uvicorn's own way out looks around every tenth of a second; a suite that opens hundreds of servers does not
        want to wait for that.
        """
        if self._task is not None:
            await self._close_connections()
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._socket.close()

    async def _close_connections(self) -> None:
        if not self._server.started:
            return
        for server in self._server.servers:
            server.close()
        for connection in list(self._server.server_state.connections):
            connection.shutdown()
        if self._server.server_state.tasks:
            await asyncio.wait(self._server.server_state.tasks, timeout=CLOSING_SECONDS)
