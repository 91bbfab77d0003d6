"""Serve the program until it is asked to stop."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

# How many seconds requests under way have left when the program is asked to stop.
CLOSING_SECONDS = 10


class _Server(uvicorn.Server):
    """uvicorn's server, whose signals are ours.

    Its own handling ends the process by the signal as soon as the server has stopped, before the worker could give
    back what it holds.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order at SIGTERM and SIGINT; a second one stops at once."""
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, self.handle_exit, signal_number, None)
        try:
            yield
        finally:
            for signal_number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(signal_number)


async def serve(program: ASGIApp, *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; returns when the requests under way are answered."""
    _look_for_garbage_seldom()
    config = uvicorn.Config(
        program,
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    await _Server(config).serve()


def _look_for_garbage_seldom() -> None:
    """Let Python not look through the whole program for garbage while people wait (docs: ``gc.freeze``).

    Hardly anything of ours goes round in a circle; each look at all that was imported takes a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
