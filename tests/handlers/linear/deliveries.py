"""Webhooks by hand: bodies as Linear sends them, signed, and posted to the running program."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.linear.delivery import sign
from tests.plain_http import plain_http
from tests.world import WEBHOOK_SECRET, World

TEAM = "9e383f51-2629-4f19-97ff-451cc2f0a0ad"
ISSUE = "3443a709-f2b5-46f2-a136-a0445fd432be"
COMMENT = "c7cafc52-994d-4984-a217-bff9f9aa9473"
DANA = {"id": "674c90c8-35ea-454d-8ca4-5548258fd795", "name": "Dana Engineer", "email": "dana@acme.example"}


def issue_data(**changes: Any) -> dict[str, Any]:
    """Return an issue as a webhook has it; a change to None leaves a part out."""
    data = {
        "id": ISSUE,
        "teamId": TEAM,
        "identifier": "ACM-7",
        "url": "https://linear.app/acme/issue/ACM-7/the-internal-title",
        "title": "Export fails",
        "priority": 2.0,
        "state": {"id": "s-1", "name": "In Review", "type": "started", "color": "#f2c94c"},
        "team": {"id": TEAM, "key": "ACM", "name": "Acme"},
        "labelIds": [],
        "createdAt": "2026-11-22T11:00:00.000Z",
        "updatedAt": "2026-11-22T12:00:00.000Z",
        **changes,
    }
    return {name: value for name, value in data.items() if value is not None}


def comment_data(**changes: Any) -> dict[str, Any]:
    """Return a comment as a webhook has it; a change to None leaves a part out."""
    data = {
        "id": COMMENT,
        "issueId": ISSUE,
        "body": "Looking into it",
        "user": DANA,
        "userId": DANA["id"],
        "createdAt": "2026-11-22T12:00:00.000Z",
        "updatedAt": "2026-11-22T12:00:00.000Z",
        **changes,
    }
    return {name: value for name, value in data.items() if value is not None}


def payload(kind: str, data: Mapping[str, Any], action: str = "update", **more: Any) -> dict[str, Any]:
    """Return a whole body, but for the time at which it is sent."""
    return {"type": kind, "action": action, "data": dict(data), "actor": {**DANA, "type": "user"}, **more}


@dataclass(kw_only=True)
class Sender:
    """Posts to the running program's webhook."""

    world: World
    path: str = "/linear/webhook"
    secret: str = WEBHOOK_SECRET
    sent: list[dict[str, str]] = field(default_factory=list)

    async def send(self, told: Mapping[str, Any], *, ago: float = 0, **more: Any) -> httpx.Response:
        """Send a body, so many seconds old by its signed time."""
        stamped = {**told, "webhookTimestamp": round((self.world.clock.now() - ago) * 1000)}
        return await self.send_bytes(json.dumps(stamped).encode(), **more)

    async def send_bytes(
        self, body: bytes, *, headers: Mapping[str, str] | None = None, secret: str | None = None
    ) -> httpx.Response:
        """Send these bytes, signed; ``headers`` go over those that Linear sends."""
        usual = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Linear-Webhook",
            "Linear-Delivery": str(uuid.uuid4()),
            "Linear-Signature": sign(secret or self.secret, body),
        }
        self.sent.append({**usual, **(headers or {})})
        async with plain_http() as http:
            return await http.post(f"{self.world.server.url}{self.path}", content=body, headers=self.sent[-1])
