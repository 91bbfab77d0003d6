"""``POST /linear/webhook``: what Linear tells, proven, remembered and answered; then it is carried through.

Bad input is 4xx here, never 5xx. Only where our records are away it is 503, so that Linear tells it again.
"""

import json
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.domain.linear_told import About, Age, Heard, Served, age_of
from bot.errors import InvalidError, UnavailableError
from bot.logs import bind_request_id, new_request_id
from bot.usecases.hear_linear import concerned_by
from handlers.linear.carrying import DOOR_KEYS, Carrying, remembered
from handlers.linear.events import Events
from handlers.linear.parts import LinearParts
from handlers.linear.payloads import when_sent
from handlers.linear.signatures import Subscription, is_signed
from handlers.tasks import ends_within
from storage import inbox
from storage.inbox import Told
from storage.transaction import Work

# As Linear's own SDK has it (reference: Linear, webhook contract).
BODY_LIMIT = 5 * 1024 * 1024
DELIVERY_LIMIT = 100
# How long, in seconds, a delivery may be on its way through: what is told again sooner is a double. Linear tells it
# again after a minute, an hour and six (reference: Linear, webhook contract).
CARRIED_SECONDS = 30.0
TOO_LARGE = "A webhook has 5 MiB at most."
NOT_JSON_TYPE = "Send JSON, with the header Content-Type: application/json."
NOT_JSON = "The body is not a JSON object."
NO_SECRET = "LINEAR_WEBHOOK_SECRET is not set, so nothing proves that this comes from Linear."  # noqa: S105
WRONG_SIGNATURE = "Linear-Signature is not of this body and this webhook's secret."
NO_TIME = "webhookTimestamp is missing, so nothing tells how old this is."
TOO_OLD = "This was sent too long ago."
NOT_STORED = "We cannot reach our records right now. Please tell it again."
log = structlog.stdlib.get_logger(__name__)


class _Refusal(Exception):  # noqa: N818 - an answer, not an error of ours
    def __init__(self, status: HTTPStatus, sentence: str, heard: Heard = Heard.REFUSED) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.heard = heard


class LinearEndpoint:
    """Answers webhooks.

    Args:
        parts: of the door.
    """

    def __init__(self, parts: LinearParts) -> None:
        self._parts = parts
        self._events = Events()
        self._carrying = Carrying(parts, self._events)

    async def answer(self, request: Request) -> Response:
        """Answer one delivery."""
        bind_request_id(new_request_id())
        began = time.monotonic()
        try:
            heard = await self._hear(request)
        except _Refusal as refusal:
            log.info("a webhook of Linear refused", status=refusal.status.value, reason=refusal.sentence)
            self._parts.meter.hear_linear(refusal.heard)
            return _error(refusal.status, refusal.sentence)
        except UnavailableError as error:
            log.warning("our records are away: Linear is to tell it again", reason=error.sentence)
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, NOT_STORED)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        finally:
            self._parts.meter.answer_linear(time.monotonic() - began)
        if heard is not None:
            self._parts.meter.hear_linear(heard)
        return JSONResponse({"heard": True})

    async def _hear(self, request: Request) -> Heard | None:
        """Return what followed from a delivery; None: it is carried through now, and counted then."""
        body = await _read(request)
        subscription = await self._subscription(request)
        if not is_signed(body, request.headers.get("linear-signature", ""), subscription.secrets):
            raise _Refusal(HTTPStatus.UNAUTHORIZED, WRONG_SIGNATURE, Heard.FORGED)
        payload = _json(body)
        apply = self._age(payload) is Age.FRESH
        about = self._about(payload)
        if about is None:
            return Heard.IGNORED
        signed = f"{DOOR_KEYS}signed:{request.headers['linear-signature']}"
        delivery = request.headers.get("linear-delivery", "")
        key = f"{DOOR_KEYS}{delivery}" if _is_delivery(delivery) else f"{signed}:body"
        told = remembered(payload, subscription.served, apply=apply)
        take = partial(self._take, key=key, signed=signed, told=told, about=about, served=subscription.served)
        task = self._parts.tasks.start(self._take_over(take))
        if not await ends_within(task, self._parts.answer_seconds):
            # It goes on to its end all the same; told again, it is found there.
            raise UnavailableError(NOT_STORED)
        return task.result()

    async def _take_over(self, take: Work[Heard | Told]) -> Heard | None:
        """Remember a delivery, and let it be carried through behind the answer."""
        taken = await self._parts.transaction.write(take)
        if isinstance(taken, Heard):
            return taken
        self._parts.tasks.start(self._carrying.carry(taken))
        return None

    async def _take(
        self, session: AsyncSession, *, key: str, signed: str, told: dict[str, Any], about: About, served: Served
    ) -> Heard | Told:
        """Remember a delivery; returns what is to be carried through: it is news, and somebody here is concerned.

        By its signature too: only what is signed tells one delivery from another, and the id of it is not. So what
        failed half-way and is told again is carried through in the words that were remembered under that id.
        """
        if not await concerned_by(session, about, served):
            return Heard.IGNORED
        now = self._parts.clock()
        is_news = await inbox.is_news(session, signed, now)
        again = await inbox.told_again(session, key, now, since=now - timedelta(seconds=CARRIED_SECONDS))
        if again is not None:
            return again
        if not is_news or await inbox.is_known(session, key):
            return Heard.DOUBLED
        await inbox.remember(session, key, told, now)
        return Told(key=key, body=told, attempts=0)

    async def _subscription(self, request: Request) -> Subscription:
        path = request.path_params.get("connection")
        if path is None:
            if not self._parts.secrets:
                raise _Refusal(HTTPStatus.UNAUTHORIZED, NO_SECRET)
            return Subscription(secrets=self._parts.secrets, served=Served())
        found = await self._parts.subscriptions(path)
        if found is None or not found.secrets:
            # Nobody learns which paths there are.
            raise _Refusal(HTTPStatus.UNAUTHORIZED, WRONG_SIGNATURE, Heard.FORGED)
        return found

    def _age(self, payload: Mapping[str, Any]) -> Age:
        sent = when_sent(payload)
        if sent is None:
            raise _Refusal(HTTPStatus.BAD_REQUEST, NO_TIME)
        age = age_of(sent, self._parts.clock())
        if age is Age.OLD:
            raise _Refusal(HTTPStatus.UNAUTHORIZED, TOO_OLD)
        return age

    def _about(self, payload: Mapping[str, Any]) -> About | None:
        try:
            return self._events.about(payload)
        except InvalidError as error:
            raise _Refusal(HTTPStatus.BAD_REQUEST, error.sentence) from None


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise _Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, NOT_JSON_TYPE)
    return bytes(body)


def _json(body: bytes) -> dict[str, Any]:
    """Return the payload, which any database can keep as it is."""
    try:
        payload = json.loads(body)
        json.dumps(payload, allow_nan=False)
    except (ValueError, RecursionError):
        raise _Refusal(HTTPStatus.BAD_REQUEST, NOT_JSON) from None
    if not isinstance(payload, dict):
        raise _Refusal(HTTPStatus.BAD_REQUEST, NOT_JSON)
    return payload


def _is_delivery(value: str) -> bool:
    return 0 < len(value) <= DELIVERY_LIMIT and value.isascii() and value.isprintable()


def _error(status: HTTPStatus, sentence: str) -> JSONResponse:
    return JSONResponse({"error": status.phrase, "details": sentence}, status)
