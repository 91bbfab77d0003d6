"""A webhook's receiver that keeps what it is told and answers as it is bidden."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True)
class Heard:
    """One request."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)

    def signed_with(self, secret: str) -> bool:
        """Whether the signature is that of the body with this secret."""
        wanted = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return self.headers["linear-signature"] == wanted


@dataclass
class Ear:
    """The receiver, an ASGI program.

    Args:
        statuses: the answers to come; 200 when there are no more.
        deaf: no answer comes before it is set.
        arrived: set when a request arrives.
    """

    heard: list[Heard] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    deaf: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        request = Request(scope, receive)
        self.heard.append(Heard(dict(request.headers), await request.body()))
        self.arrived.set()
        if self.deaf is not None:
            await self.deaf.wait()
        await Response("heard", self.statuses.pop(0) if self.statuses else 200)(scope, receive, send)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What it heard: action and type."""
        return [(one.json["action"], one.json["type"]) for one in self.heard]
