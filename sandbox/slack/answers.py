"""What an app answers to an act: the message in an acknowledged command, and what it sends to a response_url."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.slack import messages
from sandbox.slack.delivery import Delivery
from sandbox.slack.errors import SlackError, WrongAnswerError
from sandbox.slack.methods.content import refuse_bad_blocks
from sandbox.slack.model import App, Channel, Json, Message, User
from sandbox.slack.records import ResponseUrl
from sandbox.slack.wire import message_json
from sandbox.slack.world import World

RESPONSE_URL_SECONDS = 30 * 60
RESPONSE_URL_USES = 5


def say(world: World, app: App, user: User, channel: Channel, body: Json) -> Message:
    """Post or whisper what an app answers.

    Args:
        world: where it is put.
        app: whose answer it is.
        user: who acted: an answer is for their eyes only, unless its ``response_type`` is ``in_channel``.
        channel: where they acted.
        body: ``text``, ``blocks``, ``response_type``, ``thread_ts``.

    Raises:
        SlackError: ``no_text``, ``invalid_blocks``, ``msg_blocks_too_long``.
    """
    _refuse_bad(body)
    message = messages.by_app(world, app, channel, body.get("text") or "", body.get("blocks"))
    message.thread_ts = body.get("thread_ts")
    message.attachments = body.get("attachments")
    message.unfurl_links = body.get("unfurl_links")
    if body.get("response_type") == "in_channel":
        return messages.post(world, message)
    return messages.show(world, message, user)


def _refuse_bad(body: Json) -> None:
    blocks = body.get("blocks")
    if not (body.get("text") or blocks or body.get("attachments")):
        raise SlackError("no_text")
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    refuse_bad_blocks(blocks or [])


def read_command_answer(world: World, delivery: Delivery, user: User, channel: Channel) -> None:
    """Show what the app answered a slash command with: nothing, a text, or a message as JSON.

    Raises:
        WrongAnswerError: Slack would refuse the message.
    """
    text = delivery.answer
    if not text.strip():
        return
    try:
        body = json.loads(text) if text.lstrip().startswith("{") else {"text": text}
    except ValueError:
        body = {"text": text}
    try:
        say(world, delivery.app, user, channel, body)
    except SlackError as error:
        raise WrongAnswerError(f"{error.error} in the answer to a command: {error.messages} {text}") from error


class ResponseUrls:
    """The ASGI program below ``/response/``.

    Args:
        world: its clock counts the 30 minutes.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one answer of an app."""
        request = Request(scope, receive)
        response = await self._answer(scope["path"].rpartition("/")[2], request)
        await response(scope, receive, send)

    async def _answer(self, key: str, request: Request) -> Response:
        known = self._world.response_urls.get(key)
        refusal = self._refusal(known)
        if known is None or refusal:
            return JSONResponse({"ok": False, "error": refusal}, 404)
        try:
            body = json.loads(await request.body())
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        try:
            self._carry_out(known, body)
        except SlackError as error:
            return JSONResponse(error.body(), 400)
        known.uses += 1
        return PlainTextResponse("ok")

    def _refusal(self, known: ResponseUrl | None) -> str:
        if known is None or self._world.clock.now() - known.made_at > RESPONSE_URL_SECONDS:
            return "expired_url"
        return "used_url" if known.uses >= RESPONSE_URL_USES else ""

    def _carry_out(self, known: ResponseUrl, body: Json) -> None:
        original = known.message
        if original is not None and body.get("delete_original"):
            self._delete(original)
        elif original is not None and original.app is known.app and body.get("replace_original"):
            self._replace(original, body)
        else:
            say(self._world, known.app, known.user, known.channel, body)

    def _delete(self, original: Message) -> None:
        if original.shown_to is None:
            messages.remove(self._world, original, original.user)
            return
        original.deleted = True
        shown = self._world.ephemerals[original.shown_to.id]
        if original in shown:
            shown.remove(original)
        self._world.changes.happened()

    def _replace(self, original: Message, body: Json) -> None:
        _refuse_bad(body)
        before = message_json(original)
        original.text, original.blocks = body.get("text") or "", body.get("blocks") or None
        if original.shown_to is None:
            messages.change(self._world, original, original.user, before)
            return
        if original.blocks is not None:
            original.blocks = self._world.with_ids(original.blocks)
        self._world.changes.happened()
