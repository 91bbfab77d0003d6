"""Deliveries to an app: signed POSTs over real HTTP, or envelopes over its Socket Mode connections.

Slack's 3 seconds hold for both, and all of them are recorded.
"""

import asyncio
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from sandbox.clock import Clock
from sandbox.slack.model import App, Json
from sandbox.slack.socket_mode import EnvelopeKind, NotConnectedError, Sockets
from sandbox.slack.world import World

EXCERPT = 500
FORM = "application/x-www-form-urlencoded"
RETRY_NUMBER, RETRY_REASON = "X-Slack-Retry-Num", "X-Slack-Retry-Reason"
TOO_MANY_CONNECTIONS = 500


@dataclass(eq=False, repr=False)
class Delivery:
    """One POST or one envelope to an app.

    Args:
        kind: ``command``, ``event``, or the interaction's type (``view_submission``, ``block_actions`` ...).
        url: where it went; empty in Socket Mode.
        body: the exact bytes that were signed and sent; in Socket Mode the envelope's payload as JSON.
        headers: sent with it, the signature among them; in Socket Mode only those of a retry.
        at: when it was sent, seconds since the epoch by the sandbox's clock.
        status: the answer's HTTP status, 200 for an acknowledged envelope; 0 when there was none.
        seconds: real time until the answer had been read.
        answer: the answer's body.
        timed_out: no answer within Slack's 3 seconds.
        envelope: the envelope's type, None over HTTP.
    """

    kind: str
    url: str
    body: bytes
    headers: dict[str, str]
    at: float
    app: App
    status: int = 0
    seconds: float = 0.0
    answer: str = ""
    answer_headers: dict[str, str] = field(default_factory=dict)
    timed_out: bool = False
    envelope: EnvelopeKind | None = None

    def __repr__(self) -> str:
        return f"<Delivery {self.kind} {self.status} after {self.seconds:.3f} s: {self.excerpt[:80]}>"

    @property
    def ok(self) -> bool:
        """Whether the app answered 2xx in time."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own range

    @property
    def excerpt(self) -> str:
        """The beginning of what was sent."""
        return self.body[:EXCERPT].decode(errors="replace")


def sign(secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the two headers by which Slack signs a request (docs.slack.dev, "Verifying requests from Slack").

    Args:
        secret: the app's signing secret.
        timestamp: seconds since the epoch, UTC.
        body: the raw body.
    """
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


class Deliveries:
    """Sends to apps and keeps what was sent.

    Args:
        world: its clock tells when a delivery was sent.
        ack_seconds: how long an app may take, in real seconds. Slack's is 3.
        signing_clock: stamps the signatures; apps compare it with their own time.
        sockets: the connections of apps in Socket Mode.
    """

    def __init__(self, world: World, ack_seconds: float, signing_clock: Clock, sockets: Sockets) -> None:
        self._world = world
        self._sockets = sockets
        self._signing_clock = signing_clock
        self._ack_seconds = ack_seconds
        self._client: httpx.AsyncClient | None = None
        self.sent: list[Delivery] = []

    async def command(self, app: App, fields: Json) -> Delivery:
        """Send a slash command, as a form."""
        if app.socket_mode:
            return await self._envelope("command", app, "slash_commands", json.dumps(fields).encode(), {})
        return await self._send("command", app, urlencode(fields).encode(), FORM, {})

    async def interaction(self, app: App, payload: Json) -> Delivery:
        """Send an interaction: a form with one field ``payload``."""
        kind, text = payload["type"], json.dumps(payload)
        if app.socket_mode:
            return await self._envelope(kind, app, "interactive", text.encode(), {})
        return await self._send(kind, app, urlencode({"payload": text}).encode(), FORM, {})

    async def event(self, app: App, body: bytes, headers: dict[str, str]) -> Delivery:
        """Send an event, as JSON."""
        if app.socket_mode:
            return await self._envelope("event", app, "events_api", body, headers)
        return await self._send("event", app, body, "application/json", headers)

    async def again(self, delivery: Delivery, *, resign: bool = True) -> Delivery:
        """Send a delivery's very bytes once more, freshly signed or with its old signature."""
        if delivery.envelope is not None:
            return await self._envelope(
                delivery.kind, delivery.app, delivery.envelope, delivery.body, delivery.headers
            )
        headers = dict(delivery.headers)
        if resign:
            headers |= sign(delivery.app.signing_secret, int(self._signing_clock.now()), delivery.body)
        return await self._post(delivery.kind, delivery.app, delivery.url, delivery.body, headers)

    async def aclose(self) -> None:
        """Close the connections to the apps."""
        if self._client is not None:
            await self._client.aclose()

    async def _send(self, kind: str, app: App, body: bytes, content_type: str, extra: dict[str, str]) -> Delivery:
        if app.request_url is None:
            raise RuntimeError(f"app {app.config.name} has no request_url: set it once the app's port is known")
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (sandbox)", **extra}
        headers |= sign(app.signing_secret, int(self._signing_clock.now()), body)
        return await self._post(kind, app, app.request_url, body, headers)

    async def _post(self, kind: str, app: App, url: str, body: bytes, headers: dict[str, str]) -> Delivery:
        delivery = Delivery(kind, url, body, headers, self._world.clock.now(), app)

        async def exchange() -> None:
            answer = await self._http().post(url, content=body, headers=headers)
            delivery.status, delivery.answer = answer.status_code, answer.text
            delivery.answer_headers = dict(answer.headers)

        return await self._record(delivery, exchange())

    async def _envelope(
        self, kind: str, app: App, envelope: EnvelopeKind, body: bytes, headers: dict[str, str]
    ) -> Delivery:
        delivery = Delivery(kind, "", body, headers, self._world.clock.now(), app, envelope=envelope)
        retry = int(headers.get(RETRY_NUMBER, "0")), headers.get(RETRY_REASON, "")

        async def exchange() -> None:
            answer = await self._sockets.deliver(app, envelope, json.loads(body), retry)
            delivery.status, delivery.answer = 200, json.dumps(answer) if answer else ""

        return await self._record(delivery, exchange())

    async def _record(self, delivery: Delivery, exchange: Coroutine[None, None, None]) -> Delivery:
        self.sent.append(delivery)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._ack_seconds):
                await exchange
        except TimeoutError:
            delivery.timed_out = True
        except (httpx.TransportError, NotConnectedError) as error:
            delivery.answer = f"{type(error).__name__}: {error}"
        delivery.seconds = time.perf_counter() - began
        self._world.changes.happened()
        return delivery

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # Loopback only: a bare context spares the loading of certificates; no proxy of the machine is asked.
            self._client = httpx.AsyncClient(
                timeout=None,  # noqa: S113 - asyncio.timeout above bounds the whole exchange, as Slack does
                trust_env=False,
                verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                limits=httpx.Limits(max_connections=TOO_MANY_CONNECTIONS),
            )
        return self._client


def _as_json(fields: Json) -> bytes:
    return json.dumps(fields).encode()
