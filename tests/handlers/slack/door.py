"""Slack's door alone: the guard and Bolt over real HTTP, with a clock that stands still."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Route

from handlers.slack import register
from handlers.slack.guard import SlackEndpoint
from handlers.slack.parts import SlackParts
from handlers.tasks import TaskKeeper
from sandbox.clock import SettableClock
from sandbox.serving import Server
from sandbox.slack import Slack
from sandbox.slack.delivery import sign
from storage.engine import open_engine
from storage.transaction import open_transaction
from tests.plain_http import plain_http

NOW = 1_795_000_000
SECRET = "the-signing-secret"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
EVENT: dict[str, Any] = {
    "type": "event_callback",
    "team_id": "T1",
    "api_app_id": "A1",
    "event_id": "Ev1",
    "event": {"type": "reaction_added", "user": "U1"},
}
COMMAND = {
    "command": "/threadline",
    "text": "help",
    "trigger_id": "1.2.3",
    "user_id": "U1",
    "team_id": "T1",
    "channel_id": "C1",
}
USER = {"id": "U1", "team_id": "T1"}
VIEW = {"type": "modal", "id": "V1", "callback_id": "unknown", "team_id": "T1"}
SUBMISSION = {"type": "view_submission", "team": {"id": "T1"}, "user": USER, "view": VIEW}


@dataclass(frozen=True)
class Door:
    """Where the door is, and the way there."""

    url: str
    http: httpx.AsyncClient
    slack: Slack

    async def send(self, body: bytes, content_type: str = JSON, **headers: str | bytes) -> httpx.Response:
        """Send a signed body; headers change or add to the signed ones, an empty value takes one away.

        A header's name is written with underscores: ``x_slack_signature=""``.
        """
        sent: dict[str, str | bytes] = {"content_type": content_type}
        sent |= {name.lower().replace("-", "_"): value for name, value in sign(SECRET, NOW, body).items()}
        sent |= headers
        kept = [(name.replace("_", "-").encode(), _encoded(value)) for name, value in sent.items() if value]
        return await self.http.post(self.url, content=body, headers=kept)

    async def send_json(self, payload: Any) -> httpx.Response:
        """Send what comes as JSON."""
        return await self.send(json.dumps(payload).encode())

    async def send_form(self, fields: dict[str, str]) -> httpx.Response:
        """Send what comes as a form."""
        return await self.send(urlencode(fields).encode(), FORM)

    async def send_payload(self, payload: Any) -> httpx.Response:
        """Send an interaction: a form with one field."""
        return await self.send_form({"payload": json.dumps(payload)})


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


@contextlib.asynccontextmanager
async def open_door(folder: Path) -> AsyncIterator[Door]:
    """Serve the door; the database behind it is never opened."""
    slack = Slack(SettableClock(NOW))
    await slack.serve()
    app = slack.install_app(slack.add_team("Acme", "acme"), signing_secret=SECRET)
    engine = open_engine(f"sqlite:///{folder / 'never.db'}")
    parts = SlackParts(
        transaction=open_transaction(engine),
        clock=lambda: datetime.fromtimestamp(NOW, UTC),
        tasks=TaskKeeper(),
    )
    bolt = AsyncApp(
        client=AsyncWebClient(token=app.bot_token, base_url=slack.api_url, retry_handlers=[]),
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
    )
    register(bolt, parts)
    endpoint = SlackEndpoint(bolt, SECRET, now=lambda: NOW)
    server = Server(Starlette(routes=[Route("/slack/events", endpoint.answer, methods=["POST"])]))
    await server.start()
    async with plain_http() as http:
        yield Door(f"{server.url}/slack/events", http, slack)
    await server.stop()
    await engine.dispose()
    await slack.aclose()
