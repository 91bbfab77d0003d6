"""How the program ends in time: whoever asks it to stop kills it ten seconds later."""

import asyncio
import os
import threading

import structlog

# All in seconds since it was asked to stop. Requests under way are answered by then; what goes on after an answer
# has ended by then; and what hangs even after the worker gave back what it held is left to the end of the process.
REQUESTS_SECONDS = 3
TASKS_SECONDS = 4.0
END_SECONDS = 8.0
log = structlog.stdlib.get_logger(__name__)


class Closing:
    """The one deadline that all parts share."""

    def __init__(self) -> None:
        self._began: float | None = None

    def begin(self) -> float:
        """Say that the program was asked to stop; returns when it first was, by the loop's clock."""
        if self._began is None:
            self._began = asyncio.get_running_loop().time()
        return self._began

    def left(self, until: float) -> float:
        """Return how many seconds are left until so many after it was asked to stop, which is now at the latest."""
        return max(self.begin() + until - asyncio.get_running_loop().time(), 0.0)


def end_in_time() -> None:
    """End the process in ``END_SECONDS``, unless it has ended by then.

    By a thread of its own: a look-up of a name, or a database, may hang in a thread for which Python would wait.
    """
    watch = threading.Timer(END_SECONDS, _end_now)
    watch.daemon = True
    watch.start()


def _end_now() -> None:
    log.error("something did not stop in time; the program ends without it")
    os._exit(0)
