"""Bad weather on demand: what the outside does to the next calls of a method.

A fault is planted for a method's name (``chat.postMessage``, ``IssueCreate``) and used up by one call. The
server asks ``take`` when a call arrives, calls ``before`` before carrying it out and ``after`` when done.
"""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field


class ConnectionDroppedError(Exception):
    """The connection is to be closed without an answer."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer that stands in for the real one."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True)
class Fault:
    """What happens to one call.

    Args:
        answer: answered in place of the method; it is not carried out, unless ``commit`` is set.
        drop: the connection is closed without an answer.
        commit: the method is carried out before it is answered wrongly or dropped.
        hold: the call waits here until the event is set (before it is carried out, or after with ``commit``).
        seconds: the call waits here for so many real seconds, in the same place: a caller that gave up meanwhile
            does not keep it from being carried out.
    """

    answer: Answer | None = None
    drop: bool = False
    commit: bool = False
    hold: asyncio.Event | None = None
    seconds: float = 0.0


class Faults:
    """The faults that are planted, by method."""

    def __init__(self) -> None:
        self._planted: dict[str, deque[Fault]] = defaultdict(deque)

    def plant(self, method: str, *faults: Fault) -> None:
        """Let the next calls of ``method`` meet these faults, one call each, in this order."""
        self._planted[method].extend(faults)

    def take(self, method: str) -> Fault | None:
        """Return the fault for a call that arrives now, and use it up."""
        planted = self._planted.get(method)
        return planted.popleft() if planted else None

    @staticmethod
    async def before(fault: Fault | None) -> Answer | None:
        """Do what the fault does ahead of the method.

        Returns:
            An answer to give in place of carrying the method out, or None to go on.

        Raises:
            ConnectionDroppedError: the connection is to be closed.
        """
        if fault is None or fault.commit:
            return None
        return await _strike(fault)

    @staticmethod
    async def after(fault: Fault | None) -> Answer | None:
        """Do what the fault does once the method is carried out; returns and raises as ``before``."""
        if fault is None or not fault.commit:
            return None
        return await _strike(fault)


async def _strike(fault: Fault) -> Answer | None:
    if fault.hold is not None:
        await fault.hold.wait()
    if fault.seconds:
        await asyncio.sleep(fault.seconds)
    if fault.drop:
        raise ConnectionDroppedError
    return fault.answer


def broken_answer(status: int = 500) -> Answer:
    """A fault's answer in plain text, as a proxy or a failing server gives it: no JSON."""
    return Answer(status, "upstream connect error or disconnect/reset before headers", content_type="text/plain")


def slack_rate_limit(retry_after: int) -> Answer:
    """Slack's 429, with ``Retry-After`` in seconds."""
    return Answer(429, '{"ok":false,"error":"ratelimited"}', {"Retry-After": str(retry_after)})
