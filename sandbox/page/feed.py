"""The page's live wire: "something changed", as server-sent events."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Iterator

from starlette.requests import Request
from starlette.responses import StreamingResponse

# What changes within this time is told as one.
COALESCE_SECONDS = 0.03
# A line that says nothing, so that a connection nobody listens on any more is noticed.
HEARTBEAT_SECONDS = 15.0


class Feed:
    """Tells every open page which kinds of things have changed: ``slack``, ``linear``, ``hood``.

    Nothing but the kind is told; the page then asks for the state itself.
    """

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._closed = False
        # A page that finds another run behind the same address loads itself again.
        self._run = secrets.token_hex(8)

    def tell(self, kind: str) -> None:
        """Let every page know that something of this kind changed; returns at once."""
        for listener in self._listeners:
            listener.hear(kind)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for listener in self._listeners:
            listener.rung.set()

    async def answer(self, _request: Request) -> StreamingResponse:
        """``GET /_/events``: ``{"run"}`` first, then ``{"kinds": [...]}`` at each change."""
        return StreamingResponse(
            self.stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def stream(self) -> AsyncIterator[str]:
        """Yield what one page is told, until the feed is closed."""
        with self._listening() as listener:
            yield _event({"run": self._run})
            while not self._closed:
                kinds = await listener.next()
                if not self._closed:
                    yield _event({"kinds": kinds}) if kinds else ": still here\n\n"

    @contextlib.contextmanager
    def _listening(self) -> "Iterator[_Listener]":
        listener = _Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)


class _Listener:
    def __init__(self) -> None:
        self._kinds: set[str] = set()
        self.rung = asyncio.Event()

    def hear(self, kind: str) -> None:
        self._kinds.add(kind)
        self.rung.set()

    async def next(self) -> list[str]:
        """Return what changed, sorted; nothing after a while in which nothing did."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await self.rung.wait()
            await asyncio.sleep(COALESCE_SECONDS)
        self.rung.clear()
        kinds, self._kinds = sorted(self._kinds), set()
        return kinds


def _event(body: dict[str, object]) -> str:
    return f"data: {json.dumps(body)}\n\n"
