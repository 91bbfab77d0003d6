"""Serve the program until it is asked to stop."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from handlers.closing import REQUESTS_SECONDS, end_in_time


class _Server(uvicorn.Server):
    """uvicorn's server, whose signals are ours.

    Its own handling ends the process by the signal as soon as the server has stopped, before the worker could give
    back what it holds.
    """

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let everything stop beside the requests."""
        if not self.should_exit:
            end_in_time()
            self._on_stop()
        super().handle_exit(sig, frame)

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


async def serve(program: ASGIApp, *, host: str, port: int, on_stop: Callable[[], object]) -> None:
    """Serve until SIGTERM or SIGINT; returns when the requests under way are answered, or out of time.

    From the signal on the process has ``END_SECONDS`` until it ends, whatever hangs.

    Args:
        program: what is served.
        host: where.
        port: where.
        on_stop: called at the signal.
    """
    _look_for_garbage_seldom()
    config = uvicorn.Config(
        program,
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=REQUESTS_SECONDS,
    )
    await _Server(config, on_stop).serve()


def _look_for_garbage_seldom() -> None:
    """Let Python not look through the whole program for garbage while people wait (docs: ``gc.freeze``).

    Hardly anything of ours goes round in a circle; each look at all that was imported takes a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
