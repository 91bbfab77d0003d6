"""The load generator, a process of its own: signed submissions over some connections, as fast as they are answered.

It reads one ``Asked`` as JSON and prints one ``Answered``; it knows nothing of the program that it asks.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import uvloop

_OK = b"HTTP/1.1 200"
# What an answer that keeps the form open begins its JSON with: nothing was stored.
_REFUSED = b'"errors"'


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be sent.

    Args:
        port: of the program, on this machine.
        secret: signs the requests, as Slack does.
        body: of a submission.
        view_id: stands in the body; each request has another one in its place.
        connections: how many are open at once; each sends its next request when the last one is answered.
        seconds: how long no longer than.
        most: how many requests no more than.
    """

    port: int
    secret: str
    body: str
    view_id: str
    connections: int
    seconds: float
    most: int


@dataclass
class Answered:
    """What came back: how long each answer took, in milliseconds, and what was not a success."""

    milliseconds: list[float] = field(default_factory=list)
    errors: int = 0
    first_error: str = ""
    seconds: float = 0.0


class _Requests:
    """Submissions, each of another view, signed as they are sent."""

    def __init__(self, asked: Asked) -> None:
        self._before, self._after = asked.body.encode().split(asked.view_id.encode(), 1)
        self._view_id = asked.view_id.encode()
        self._length = len(asked.view_id)
        self._secret = asked.secret.encode()
        # No two runs may submit the same view.
        self._run = f"V{secrets.token_hex(4)}".upper()

    def each(self, most: int) -> Iterator[bytes]:
        """Yield so many requests."""
        for number in range(most):
            view_id = f"{self._run}{number:0{max(0, self._length - len(self._run))}d}".encode()
            yield self._signed(self._before + view_id + self._after.replace(self._view_id, view_id))

    def _signed(self, body: bytes) -> bytes:
        moment = str(int(time.time())).encode()
        digest = hmac.new(self._secret, b"v0:" + moment + b":" + body, hashlib.sha256).hexdigest()
        lines = [
            b"POST /slack/events HTTP/1.1",
            b"Host: 127.0.0.1",
            b"Content-Type: application/x-www-form-urlencoded",
            b"Content-Length: " + str(len(body)).encode(),
            b"X-Slack-Request-Timestamp: " + moment,
            b"X-Slack-Signature: v0=" + digest.encode(),
        ]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def _send(asked: Asked, requests: Iterator[bytes], until: float, answered: Answered) -> None:
    """Send over one connection until the time is over or there are no more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", asked.port)
    try:
        for request in requests:
            began = time.perf_counter()
            writer.write(request)
            head, body = await _read_answer(reader)
            ended = time.perf_counter()
            answered.milliseconds.append((ended - began) * 1000)
            if not head.startswith(_OK) or _REFUSED in body:
                answered.errors += 1
                answered.first_error = answered.first_error or (head[:40] + b" " + body[:300]).decode()
            if ended > until:
                return
    finally:
        writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    _, found, rest = head.lower().partition(b"content-length:")
    length = int(rest.split(b"\r\n", 1)[0]) if found else 0
    return head, await reader.readexactly(length)


async def send_all(asked: Asked) -> Answered:
    """Send what is asked for; returns what came back."""
    answered, requests = Answered(), _Requests(asked).each(asked.most)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(asked.connections):
            group.create_task(_send(asked, requests, began + asked.seconds, answered))
    answered.seconds = time.perf_counter() - began
    return answered


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        told = runner.run(send_all(Asked(**json.load(sys.stdin))))
    json.dump(asdict(told), sys.stdout)
