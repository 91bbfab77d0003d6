"""What stands before Bolt: size, time, signature and shape of a request. Bad input is 4xx here, never 5xx.

Bolt parses before it verifies, and answers 500 to a malformed body, a time that is no number, or a submission
without its view's type (reference: Slack, "Signing"). So all of that is decided here, and Bolt's own check is off.
"""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from yarl import URL

from bot.domain.text import is_whole_number
from bot.logs import bind_request_id, new_request_id
from handlers.slack.bolt import honest
from handlers.slack.modals import Modals
from handlers.slack.straight import answer_submission
from handlers.slack.text import is_id

BODY_LIMIT = 1_000_000
# Seconds since the epoch have ten digits until the year 2286; Python makes no number of more than 4,300.
TIMESTAMP_LIMIT = 20
log = structlog.stdlib.get_logger(__name__)

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
RATE_LIMITED = "app_rate_limited"
# What Bolt raises when it cannot read a payload. Our listeners' own errors are answered by errors.py.
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
# What each kind of payload must have, or Bolt cannot tell what it is.
_JSON_SHAPES: dict[str, dict[str, type]] = {
    "url_verification": {"challenge": str},
    "event_callback": {"event": dict, "event_id": str, "team_id": str},
    RATE_LIMITED: {},
}
_EVENT_SHAPE: dict[str, type] = {"type": str}
_FORM_SHAPES: dict[str, dict[str, type]] = {
    "view_submission": {"view": dict, "user": dict},
    "block_actions": {"actions": list, "user": dict},
    "shortcut": {"callback_id": str, "trigger_id": str, "user": dict},
    "message_action": {
        "callback_id": str,
        "trigger_id": str,
        "user": dict,
        "message": dict,
        "channel": dict,
    },
}
_VIEW_SHAPE: dict[str, type] = {"type": str, "callback_id": str, "id": str}
_COMMAND_SHAPE = ("command", "trigger_id", "user_id", "team_id", "channel_id")


class _Refusal(Exception):  # noqa: N818 - an answer, not an error of ours
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _GivenClock(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def now(self) -> float:
        return self._now()


class SlackEndpoint:
    """``POST /slack/events``: everything that Slack sends.

    Args:
        app: Bolt, with its own request verification off.
        signing_secret: Slack's, of this app.
        now: seconds since the epoch, UTC.
        modals: answer submissions around Bolt (straight.py); None: Bolt brings them everything. Only where Bolt has
            one token for all that it is sent.
    """

    def __init__(
        self,
        app: AsyncApp,
        signing_secret: str,
        now: Callable[[], float] = time.time,
        modals: Modals | None = None,
    ) -> None:
        self._app = app
        self._modals = modals
        self._now = now
        self._verifier = SignatureVerifier(signing_secret, _GivenClock(now))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as an ASGI program: Starlette puts three functions around any other."""
        response = await self.answer(Request(scope, receive, send))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Return the answer to one request."""
        bind_request_id(new_request_id())
        try:
            body = await self._checked_body(request)
        except _Refusal as refusal:
            log.info("request refused", status=refusal.status, reason=str(refusal))
            return PlainTextResponse(str(refusal), refusal.status)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response()
        answer = await self._straight(body) or await self._dispatch(request, body)
        return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())

    async def _checked_body(self, request: Request) -> dict[str, Any] | None:
        body = await _read(request)
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if content_type == _FORM and body.startswith(b"ssl_check=1"):
            return None  # Slack checks the certificate, unsigned; there is nothing to do.
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise _Refusal(400, "the body is not UTF-8") from None
        self._check_signature(request, text)
        checked = _checked_shape(content_type, text)
        if checked.get("type") == RATE_LIMITED:
            warn_of_rate_limit()
            return None
        return checked

    def _check_signature(self, request: Request, body: str) -> None:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        if not is_whole_number(timestamp, TIMESTAMP_LIMIT):
            raise _Refusal(401, "the timestamp is missing or not a number")
        signature = request.headers.get("x-slack-signature", "")
        # A signature that is not ASCII cannot be ours, and compare_digest refuses to look at it.
        if not signature.isascii() or not self._verifier.is_valid(body, timestamp, signature):
            raise _Refusal(401, "the signature is wrong or too old")

    async def _straight(self, body: dict[str, Any]) -> BoltResponse | None:
        if self._modals is None or body.get("type") != "view_submission":
            return None
        installed = self._modals.installed_for(body)
        return None if installed is None else await answer_submission(self._modals, body, installed)

    async def _dispatch(self, request: Request, body: dict[str, Any]) -> BoltResponse:
        # Handed over as the socket's envelopes are: read already. Bolt would read the body a second time, and take
        # a command for nothing where somebody typed the word "payload".
        headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in request.headers.items()}
        try:
            bolt_request = AsyncBoltRequest(
                body=body, query=dict(request.query_params), headers=headers, mode="socket_mode"
            )
            return honest(await self._app.async_dispatch(bolt_request))
        except UNREADABLE:
            log.warning("a signed request that cannot be read", exc_info=True)
            return BoltResponse(status=400, body="the payload cannot be read")


def warn_of_rate_limit() -> None:
    """Log an ``app_rate_limited``. Bolt has no listener for it, and its 404 would count against us."""
    log.warning("Slack holds events back: there were too many within an hour")


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise _Refusal(413, "the body is too large")
    return bytes(body)


def _checked_shape(content_type: str, text: str) -> dict[str, Any]:
    """Return what Slack sent: a payload, or a command's form."""
    if content_type == _JSON:
        told = _check_payload(text, _JSON_SHAPES)
        if told["type"] == "event_callback":
            # Bolt looks for a listener by it, and would fail on anything but a word.
            _check_keys(told["event"], _EVENT_SHAPE)
        return told
    if content_type != _FORM:
        raise _Refusal(400, "the content type is neither JSON nor a form")
    # In C, as the standard library's is not: it takes a tenth of the time.
    form = dict(URL.build(path="/", query_string=text, encoded=True).query.items())
    if "payload" in form:
        payload = _check_payload(form["payload"], _FORM_SHAPES)
        if payload["type"] == "view_submission":
            _check_keys(payload["view"], _VIEW_SHAPE)
        return payload
    if missing := [key for key in _COMMAND_SHAPE if not form.get(key)]:
        raise _Refusal(400, f"the command lacks {', '.join(missing)}")
    return dict(form)


def _check_payload(text: str, shapes: dict[str, dict[str, type]]) -> dict[str, Any]:
    try:
        payload = _in_python(text)
    except (ValueError, RecursionError):
        raise _Refusal(400, "the body is not JSON") from None
    if not isinstance(payload, dict) or not isinstance(payload.get("type"), str):
        raise _Refusal(400, "the payload has no type")
    shape = shapes.get(payload["type"])
    if shape is None:
        raise _Refusal(400, "the payload's type is unknown")
    _check_keys(payload, shape)
    if payload["type"] == "event_callback" and not (is_id(payload["event_id"]) and is_id(payload["team_id"])):
        raise _Refusal(400, "the event's id or team cannot be one")
    if "user" in shape:
        _check_keys(payload["user"], {"id": str})
        # Not always there; but who somebody is must not hang on what it is.
        if not isinstance(payload["user"].get("team_id", ""), str):
            raise _Refusal(400, "the user's team is not a text")
    return payload


def _in_python(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # It takes no half of a surrogate pair, which is what a text that was cut in an emoji ends with.
        return json.loads(text)


def _check_keys(payload: dict[str, Any], shape: dict[str, type]) -> None:
    for key, kind in shape.items():
        if not isinstance(payload.get(key), kind):
            raise _Refusal(400, f"the payload lacks {key}")
