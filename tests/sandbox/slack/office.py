"""A small company on an offline Slack, with an app that the tests tell what to answer."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.clock import SettableClock
from sandbox.faults import Faults
from sandbox.slack import Channel, Command, File, Message, Person, Shortcut, Slack, View

Json = dict[str, Any]
Handler = Callable[[Json], Awaitable[Any]]
PICTURE = ("shot.png", b"\x89PNG and more")


class Switch:
    """A program that hands over to whichever program the present test has."""

    def __init__(self) -> None:
        self.program: ASGIApp = PlainTextResponse("nobody is here", 503)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.program(scope, receive, send)


class TinyApp:
    """An app that keeps what it is sent and answers what the test says.

    ``on[kind]`` takes the payload and returns None (empty 200), a text, JSON, or a Response. The kinds are
    ``command``, an event's type, or an interaction's type.
    """

    def __init__(self) -> None:
        self.on: dict[str, Handler] = {}
        self.received: list[Json] = []
        self.raw: list[tuple[dict[str, str], bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        self.raw.append((dict(request.headers), body))
        payload = _payload(request.headers["content-type"], body)
        self.received.append(payload)
        handler = self.on.get(_kind(payload))
        answer = await handler(payload) if handler else None
        await _response(answer)(scope, receive, send)

    def of(self, kind: str) -> list[Json]:
        return [payload for payload in self.received if _kind(payload) == kind]


def _payload(content_type: str, body: bytes) -> Json:
    if content_type == "application/json":
        event: Json = json.loads(body)
        return event
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    payload: Json = json.loads(fields["payload"]) if "payload" in fields else fields
    return payload


def _kind(payload: Json) -> str:
    if "command" in payload:
        return "command"
    return str(payload["event"]["type"] if payload["type"] == "event_callback" else payload["type"])


def _response(answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    if answer is None or isinstance(answer, str):
        return PlainTextResponse(answer or "")
    return JSONResponse(answer)


class Office:
    """Acme with Ann, Ben and Ada in #support, Globex with Zoe in the shared #connect, and an app at Acme."""

    def __init__(self, slack_url: str, app_url: str, session: aiohttp.ClientSession, **how: Any) -> None:
        self.clock = SettableClock(1_800_000_000.0)
        self.faults = Faults()
        self.slack = slack = Slack(self.clock, faults=self.faults, **how)
        slack.base_url = slack_url
        self.tiny = TinyApp()
        self.acme = slack.add_team("Acme", "acme")
        self.globex = slack.add_team("Globex", "globex")
        self.ann = slack.add_user(self.acme, "Ann", "Lee", email="ann@acme.example")
        self.ben = slack.add_user(self.acme, "Ben", "Ode", email="ben@acme.example")
        self.ada = slack.add_user(self.acme, "Ada", admin=True)
        self.zoe = slack.add_user(self.globex, "Zoe", "Qi", email="zoe@globex.example")
        self.app = slack.install_app(
            self.acme,
            request_url=app_url,
            commands=["/raise-issue", Command("/tell", should_escape=True)],
            shortcuts=[Shortcut("Raise issue", "raise"), Shortcut("Raise from this", "raise_message", "message")],
        )
        bot = self.app.bot_user
        self.support = slack.add_channel(self.acme, "support", members=[self.ann, self.ben, self.ada, bot])
        self.lounge = slack.add_channel(self.acme, "lounge", members=[self.ann])
        self.secret = slack.add_channel(self.acme, "secret", private=True, members=[self.ann])
        self.connect = slack.add_channel(
            self.acme, "connect", shared_with=[self.globex], members=[self.ann, self.zoe, bot]
        )
        self.session = session
        self.web = self.client(self.app.bot_token)

    def client(self, token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=self.slack.api_url, session=self.session, retry_handlers=[])

    async def call(self, method: str, **args: Any) -> Json:
        answer = await self.web.api_call(method, json=args)
        assert isinstance(answer.data, dict)
        return answer.data

    async def refused(self, method: str, **args: Any) -> Json:
        """The answer to a call that must be refused."""
        with pytest.raises(SlackApiError) as caught:
            await self.call(method, **args)
        data = caught.value.response.data
        assert isinstance(data, dict)
        return data

    async def post(self, text: str = "hello", **args: Any) -> Message:
        channel = args.pop("in_", self.support)
        answer = await self.call("chat.postMessage", channel=channel.id, text=text, **args)
        message: Message = channel.messages[answer["ts"]]
        return message

    def opens(self, view: Json) -> None:
        """Let the app open this view on a command, a shortcut or a button."""

        async def open_view(payload: Json) -> None:
            await self.call("views.open", trigger_id=payload["trigger_id"], view=view)

        for kind in ("command", "shortcut", "message_action", "block_actions"):
            self.tiny.on[kind] = open_view

    def answers(self, kind: str, answer: Any) -> None:
        """Let the app answer this to a kind of delivery."""

        async def give(_payload: Json) -> Any:
            return answer

        self.tiny.on[kind] = give


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": plain(text)}


def option(text: str, value: str | None = None) -> Json:
    return {"text": plain(text), "value": value or text.lower()}


def button(text: str, action_id: str = "press", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "actions", "elements": list(elements)}


def an_input(label: str, element: Json, **more: Any) -> Json:
    name = label.lower()
    element = {"action_id": name, **element}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, **more}


def text_input(label: str, **more: Any) -> Json:
    block_fields = {key: more.pop(key) for key in ("optional", "dispatch_action", "block_id") if key in more}
    return an_input(label, {"type": "plain_text_input", **more}, **block_fields)


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "raise",
        "title": plain("Raise an issue"),
        "submit": plain("Raise"),
        "blocks": list(blocks) or [text_input("Title")],
        **more,
    }


def top(view: View | None) -> View:
    """The modal that must be open."""
    assert view is not None
    return view


def believed(office: Office, number: int = -1, secret: str | None = None) -> bool:
    """Whether slack_sdk believes the signature of what the app received."""
    headers, body = office.tiny.raw[number]
    verifier = SignatureVerifier(secret or office.app.signing_secret, Clock())
    return verifier.is_valid_request(body, headers)


async def opened(office: Office, view: Json) -> Person:
    """Ann in front of a modal that a command has opened."""
    office.opens(view)
    person = office.slack.as_user(office.ann)
    assert (await person.slash(office.support, "/raise-issue")).ok
    return person


async def posted(office: Office, channel: Channel | None = None) -> File:
    """A picture that Ann has posted in #support, or elsewhere."""
    message = await office.slack.as_user(office.ann).post(channel or office.support, "look", files=[PICTURE])
    return message.files[0]


async def fetch(office: Office, file: File, token: str | None = None, part: str = "") -> tuple[int, str, bytes]:
    """Status, content type and bytes of ``url_private``."""
    place = f"{office.slack.base_url}/files-pri/{file.user.team.id}-{file.id}{part}/{file.name}"
    header = {"Authorization": f"Bearer {token}"} if token else {}
    async with office.session.get(place, headers=header) as answer:
        return answer.status, answer.headers["Content-Type"], await answer.read()
