"""One webhook's delivery: its bytes, its signature, and what the receiver answered."""

import asyncio
import hashlib
import hmac
import json
import ssl
import time
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from sandbox.linear.subscription import Webhook
from sandbox.linear.switches import Switches

ACK_SECONDS = 5.0
EXCERPT = 1000
TOO_MANY_CONNECTIONS = 500
State = Literal["held", "waiting", "sending", "delivered", "failed", "lost"]


@dataclass(frozen=True)
class Attempt:
    """One POST.

    Args:
        at: when it was sent, seconds since the epoch by the sandbox's clock.
        status: the answer's HTTP status; 0 when there was none.
        answer: the answer's first 1,000 characters, or the error.
        seconds: the machine's time until the answer was read.
        timed_out: no answer within Linear's 5 seconds.
    """

    at: float
    status: int
    answer: str
    seconds: float
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """Whether Linear takes it for received: 200 and nothing else."""
        return self.status == httpx.codes.OK


@dataclass(eq=False, repr=False, kw_only=True)
class Delivery:
    """One event on its way to one webhook.

    Args:
        id: ``Linear-Delivery``.
        webhook: whom it is for.
        payload: the body as it was before it was stamped with the moment of sending.
        url: where it goes.
        at: when the event happened, seconds since the epoch by the sandbox's clock.
        body: the exact bytes that are signed and sent; stamped anew before the first attempt.
        signature: ``Linear-Signature``.
        timestamp: ``webhookTimestamp``, milliseconds since the epoch.
        state: ``held`` (waits to be released), ``waiting`` (for its time), ``sending``, ``delivered`` (answered
            with 200), ``failed`` (for good: as often as Linear tries; an oddity is tried once), or ``lost``.
        switches: the bad weather of the moment it began.
        due: when the clock lets it be sent (again); None when it will not by itself.
        oddity: what is not as it should be: ``forged`` or ``stale``; "" for an honest delivery.
        tries: how often Linear itself tried; ``attempts`` has what was sent again by hand as well.
    """

    id: str
    webhook: Webhook
    payload: dict[str, Any]
    url: str
    at: float
    switches: Switches
    body: bytes = b""
    signature: str = ""
    timestamp: int = 0
    state: State = "waiting"
    due: float | None = None
    oddity: str = ""
    tries: int = 0
    attempts: list[Attempt] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Delivery {self.event} {self.action} {self.entity_id} {self.state} {self.statuses}>"

    @property
    def event(self) -> str:
        """The type, as ``Linear-Event`` has it."""
        return str(self.payload["type"])

    @property
    def action(self) -> str:
        """``create``, ``update`` or ``remove``."""
        return str(self.payload["action"])

    @property
    def entity_id(self) -> str | None:
        """The id of what the event is about."""
        return (self.payload.get("data") or {}).get("id")

    @property
    def statuses(self) -> list[int]:
        """The HTTP status of each attempt, 0 for none."""
        return [attempt.status for attempt in self.attempts]

    @property
    def times(self) -> list[float]:
        """When each attempt was sent, seconds since the epoch by the sandbox's clock."""
        return [attempt.at for attempt in self.attempts]

    @property
    def ok(self) -> bool:
        """Whether an attempt was answered with 200."""
        return any(attempt.ok for attempt in self.attempts)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that are sent."""
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Linear-Webhook",
            "Linear-Delivery": self.id,
            "Linear-Event": self.event,
            "Linear-Signature": self.signature,
            "Linear-Timestamp": str(self.timestamp),
        }

    def stamp(self, timestamp: int) -> None:
        """Make the body bear this moment (milliseconds since the epoch), and sign it."""
        self.timestamp = timestamp
        body = {**self.payload, "webhookTimestamp": timestamp, "webhookId": self.webhook.id}
        self.body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.signature = sign(self.webhook.secret, self.body)


def sign(secret: str, body: bytes) -> str:
    """Return ``Linear-Signature``: the hexadecimal HMAC-SHA256 of the raw body [D]."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Post:
    """Carries deliveries to their addresses.

    Args:
        ack_seconds: how many of the machine's seconds a receiver may take; Linear's are 5.
    """

    def __init__(self, ack_seconds: float) -> None:
        self._ack_seconds = ack_seconds
        self._client: httpx.AsyncClient | None = None

    async def send(self, delivery: Delivery, at: float) -> Attempt:
        """POST the delivery as it is, at that moment of the sandbox's clock."""
        began = time.perf_counter()
        status, answer, timed_out = 0, "", False
        try:
            async with asyncio.timeout(self._ack_seconds):
                response = await self._http().post(delivery.url, content=delivery.body, headers=delivery.headers)
            status, answer = response.status_code, response.text[:EXCERPT]
        except TimeoutError:
            answer, timed_out = f"no answer within {self._ack_seconds:g} s", True
        except httpx.HTTPError as error:
            answer = f"{type(error).__name__}: {error}"
        return Attempt(at, status, answer, time.perf_counter() - began, timed_out)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # Loopback only: a bare context spares the loading of certificates; no proxy of the machine is asked.
            self._client = httpx.AsyncClient(
                timeout=None,  # noqa: S113 - asyncio.timeout above bounds the whole exchange, as Linear does
                trust_env=False,
                verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                limits=httpx.Limits(max_connections=TOO_MANY_CONNECTIONS),
            )
        return self._client
