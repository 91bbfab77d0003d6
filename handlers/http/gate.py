"""What stands before every route of the API: who asks, how often, and how much. In this order: 401, 429, 413."""

import hmac
import math
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Final

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import ForbiddenError, UnavailableError
from bot.logs import bind_request_id, new_request_id
from bot.usecases.tokens import bearer_of
from handlers.http.errors import HttpError, answer_to
from handlers.http.parts import HttpParts
from storage import tokens

API = "/api/"
REGISTER = "/api/auth/register/"
BODY_LIMIT = 1_000_000
USE_IS_NOTED_EVERY = timedelta(minutes=1)
ASK_FOR_TOKEN = "Send the header Authorization: Token <token>."  # noqa: S105 - a sentence
WRONG_TOKEN = "This token is not valid (any more)."  # noqa: S105 - a sentence
REGISTERING_IS_OFF = "Organizations cannot be registered over HTTP here: ADMIN_TOKEN is not set."
TOO_MANY = "Too many requests. Please try again in {seconds} seconds."
TOO_LARGE = f"The body can have {BODY_LIMIT:,} bytes at most."
_CHALLENGE: Final = {"WWW-Authenticate": "Token"}
_NOT_STORED: Final = {"Cache-Control": "no-store"}

log = structlog.stdlib.get_logger(__name__)


class Gate:
    """The API behind its gate; what is not under ``/api/`` passes it as it is.

    Args:
        app: the API.
        parts: of the API.
    """

    def __init__(self, app: ASGIApp, parts: HttpParts) -> None:
        self._app = app
        self._parts = parts
        # Not limits' asynchronous storage: at each hit that hands every token to a thread of its own.
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_token = RateLimitItemPerMinute(parts.pace.requests_per_minute, namespace="token")
        self._wrong_ones = RateLimitItemPerMinute(parts.pace.wrong_per_minute, namespace="wrong")
        self._noted: dict[int, datetime] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_request_id()
        bind_request_id(request_id)
        scope = _with_slash(scope)
        of_api = scope["path"].startswith(API)
        answer = _Answering(send, {"X-Request-Id": request_id, **(_NOT_STORED if of_api else {})})
        try:
            if of_api:
                receive = await self._admit(scope, receive)
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - every error has its answer
            # The framework raises what it has answered already once more.
            if not answer.began:
                await answer_to(error)(scope, receive, answer.send)

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        """Let a request pass, or not; returns the way to its body, which is read by now."""
        given = _token(Headers(scope=scope))
        if scope["path"] == REGISTER:
            self._check_admin(given, Request(scope))
            scope.setdefault("state", {})["admin"] = True
        else:
            await self._check_token(given, scope)
        return _again(await _read(Request(scope, receive)), receive)

    def _check_admin(self, given: str | None, request: Request) -> None:
        wanted = self._parts.admin_token
        if wanted is None:
            raise ForbiddenError(REGISTERING_IS_OFF)
        address = request.client.host if request.client else ""
        if not self._limiter.test(self._wrong_ones, address):
            raise self._too_many(self._wrong_ones, address)
        # Constant time; on bytes, as compare_digest takes no text beyond ASCII.
        if given is None or not hmac.compare_digest(given.encode(), wanted.get_secret_value().encode()):
            self._limiter.hit(self._wrong_ones, address)
            raise _unauthorized(given)

    async def _check_token(self, given: str | None, scope: Scope) -> None:
        transaction, now = self._parts.transaction, self._parts.clock()
        bearer = None if given is None else await transaction.read(partial(bearer_of, token=given))
        if bearer is None:
            raise _unauthorized(given)
        if not self._limiter.hit(self._per_token, str(bearer.token_id)):
            raise self._too_many(self._per_token, str(bearer.token_id))
        scope.setdefault("state", {})["bearer"] = bearer
        await self._note_use(bearer.token_id, now)

    def _too_many(self, item: RateLimitItem, who: str) -> HttpError:
        reset = self._limiter.get_window_stats(item, who).reset_time
        seconds = max(1, math.ceil(reset - time.time()))
        sentence = TOO_MANY.format(seconds=seconds)
        return HttpError(HTTPStatus.TOO_MANY_REQUESTS, sentence, {"Retry-After": str(seconds)})

    async def _note_use(self, token_id: int, now: datetime) -> None:
        last = self._noted.get(token_id)
        if last is not None and now - last < USE_IS_NOTED_EVERY:
            return
        self._noted[token_id] = now
        try:
            await self._parts.transaction.write(partial(tokens.note_use, token_id=token_id, now=now))
        except UnavailableError:
            log.warning("the use of a token was not noted", exc_info=True)


def _with_slash(scope: Scope) -> Scope:
    """Return the request with the slash at the end of its path, so that both ways of writing it are answered."""
    path: str = scope["path"]
    return {**scope, "path": f"{path}/"} if f"{path}/".startswith(API) and not path.endswith("/") else scope


def _token(headers: Mapping[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token.strip() or None if scheme.casefold() == "token" else None


def _unauthorized(given: str | None) -> HttpError:
    return HttpError(HTTPStatus.UNAUTHORIZED, ASK_FOR_TOKEN if given is None else WRONG_TOKEN, _CHALLENGE)


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return the way to a body that was read already, and then to whatever follows it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def first_the_body() -> Message:
        return waiting.pop() if waiting else await receive()

    return first_the_body


class _Answering:
    """Sends an answer with these headers too, and remembers that it began."""

    def __init__(self, send: Send, headers: Mapping[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.began = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.began = True
            MutableHeaders(scope=message).update(self._headers)
        await self._send(message)
