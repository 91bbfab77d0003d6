"""Socket Mode as slack_sdk's own client meets it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from sandbox.slack.socket_mode import NotConnectedError
from tests.sandbox.slack.office import Json, Office, actions, button, modal, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")
Decide = Callable[[SocketModeRequest], Awaitable[Json | None]]


class TinySocketApp:
    """An app in Socket Mode that keeps its envelopes, and acknowledges them with what ``decide`` returns."""

    def __init__(self, office: Office) -> None:
        self.received: list[SocketModeRequest] = []
        self.messages: list[Json] = []
        self.decide: Decide = self.nothing
        self.client = SocketModeClient(office.app.config.app_token, web_client=office.web)
        self.client.message_listeners.append(self._keep)
        self.client.socket_mode_request_listeners.append(self._answer)

    @staticmethod
    async def nothing(_request: SocketModeRequest) -> Json | None:
        return None

    async def _keep(self, _client: Any, message: Json, _raw: str | None) -> None:
        self.messages.append(message)

    async def _answer(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.received.append(request)
        payload = await self.decide(request)
        acknowledgement = {"envelope_id": request.envelope_id, **({"payload": payload} if payload else {})}
        await client.send_socket_mode_response(acknowledgement)

    def answers(self, payload: Json | None) -> None:
        async def give(_request: SocketModeRequest) -> Json | None:
            return payload

        self.decide = give


@contextlib.asynccontextmanager
async def connected(office: Office) -> AsyncIterator[TinySocketApp]:
    """One more connection of the office's app."""
    office.app.socket_mode = True
    sockets, tiny = office.slack.sockets, TinySocketApp(office)
    wanted = len(sockets.of(office.app)) + 1
    await tiny.client.connect()  # type: ignore[no-untyped-call]
    await office.slack.wait_until(lambda: len(sockets.of(office.app)) == wanted)
    yield tiny
    await tiny.client.close()  # type: ignore[no-untyped-call]
    await office.slack.wait_until(lambda: len(sockets.of(office.app)) == wanted - 1)


async def test_a_command_is_an_envelope_and_its_acknowledgement_the_answer(office: Office) -> None:
    async with connected(office) as tiny:
        tiny.answers({"text": "Hello"})
        person = office.slack.as_user(office.ann)
        assert (await person.slash(office.support, "/raise-issue", "Broken")).ok
    [request], [delivery] = tiny.received, office.slack.deliveries
    assert (request.type, request.accepts_response_payload) == ("slash_commands", True)
    assert (request.payload["command"], request.payload["text"]) == ("/raise-issue", "Broken")
    assert (delivery.kind, delivery.status, delivery.url) == ("command", 200, "")
    assert [message.text for message in person.ephemerals] == ["Hello"]
    assert office.tiny.received == []


async def test_a_submission_shows_the_errors_of_its_acknowledgement(office: Office) -> None:
    async with connected(office) as tiny:
        person = await opened_through(office, tiny)
        tiny.answers({"response_action": "errors", "errors": {"title": "Too vague"}})
        person.fill("Title", "It")
        assert (await person.submit()).errors == {"Title": "Too vague"}
        tiny.answers(None)
        assert (await person.submit()).closed
    assert [request.type for request in tiny.received] == ["slash_commands", "interactive", "interactive"]
    assert tiny.received[-1].payload["type"] == "view_submission"


async def opened_through(office: Office, tiny: TinySocketApp) -> Any:
    async def open_view(request: SocketModeRequest) -> None:
        await office.call("views.open", trigger_id=request.payload["trigger_id"], view=modal())

    tiny.decide = open_view
    return await opened(office, modal())


async def test_an_answer_to_a_button_is_not_read(office: Office) -> None:
    message = await office.post(blocks=[actions(button("Go"))])
    await office.slack.quiet()
    async with connected(office) as tiny:
        tiny.answers({"text": "ignored"})
        assert (await office.slack.as_user(office.ann).press(message, "Go")).ok
    [pressed] = [request for request in tiny.received if request.type == "interactive"]
    assert not pressed.accepts_response_payload
    assert office.slack.deliveries[-1].answer == ""


async def test_an_event_that_nobody_acknowledged_comes_again(office: Office) -> None:
    office.app.socket_mode = True
    await office.slack.as_user(office.ann).post(office.support, "hello")
    await office.slack.quiet()
    [failed] = office.slack.deliveries
    assert (failed.status, failed.timed_out) == (0, False)
    async with connected(office) as tiny:
        assert await office.slack.retry_events() == 1
    [request] = tiny.received
    assert (request.type, request.retry_attempt, request.retry_reason) == ("events_api", 1, "timeout")
    assert request.payload["event"]["text"] == "hello"


async def test_each_envelope_goes_to_exactly_one_connection(office: Office) -> None:
    async with connected(office) as one, connected(office) as two:
        person = office.slack.as_user(office.ann)
        for _ in range(4):
            assert (await person.slash(office.support, "/raise-issue")).ok
        assert len(one.received) == len(two.received) == 2
        assert one.messages[0]["type"] == "hello"
        assert two.messages[0]["num_connections"] == 2


async def test_who_is_late_has_timed_out(impatient: Office) -> None:
    release = asyncio.Event()

    async def late(_request: SocketModeRequest) -> None:
        await release.wait()

    async with connected(impatient) as tiny:
        tiny.decide = late
        person = impatient.slack.as_user(impatient.ann)
        outcome = await person.slash(impatient.support, "/raise-issue")
        assert (outcome.ok, outcome.timed_out, outcome.status) == (False, True, 0)
        release.set()


async def test_a_refreshed_connection_is_replaced_and_a_command_without_one_fails(office: Office) -> None:
    sockets, person = office.slack.sockets, office.slack.as_user(office.ann)
    async with connected(office) as tiny:
        [old] = sockets.of(office.app)
        await sockets.refresh(old)
        await office.slack.wait_until(lambda: sockets.of(office.app))
        assert sockets.of(office.app) != [old]
        assert (await person.slash(office.support, "/raise-issue")).ok
        assert len(tiny.received) == 1
    outcome = await person.slash(office.support, "/raise-issue")
    assert outcome.error == '/raise-issue failed with the error "dispatch_failed"'
    with pytest.raises(NotConnectedError):
        await sockets.deliver(office.app, "interactive", {})


async def test_an_acknowledgement_may_come_by_the_connection_that_replaced_a_lost_one(office: Office) -> None:
    sockets = office.slack.sockets
    async with connected(office) as tiny:
        [connection] = sockets.of(office.app)

        async def lose(_request: SocketModeRequest) -> None:
            await sockets.drop(connection)
            await office.slack.wait_until(lambda: sockets.of(office.app))

        tiny.decide = lose
        assert (await office.slack.as_user(office.ann).slash(office.support, "/raise-issue")).ok
        assert len(tiny.received) == 1


async def test_only_an_app_token_opens_a_connection_and_it_opens_nothing_else(office: Office) -> None:
    wrong = await office.refused("apps.connections.open")
    assert wrong["error"] == "not_allowed_token_type"
    by_app = office.client(office.app.config.app_token)
    for method, error in (("apps.connections.open", "access_denied"), ("auth.test", "not_allowed_token_type")):
        answer = await refusal(by_app.api_call(method))
        assert answer == error
    assert await refusal(office.client("xapp-1-unknown").api_call("apps.connections.open")) == "invalid_auth"


async def refusal(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_ticket_is_good_for_one_connection(office: Office) -> None:
    office.app.socket_mode = True
    answer = await office.client(office.app.config.app_token).api_call("apps.connections.open")
    async with office.session.ws_connect(answer["url"]) as socket:
        hello = await socket.receive_json()
        assert hello["connection_info"] == {"app_id": office.app.id}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await office.session.ws_connect(answer["url"])
    await office.slack.wait_until(lambda: not office.slack.sockets.of(office.app))
