"""A real Bolt app finds in the sandbox what it expects of Slack."""

from typing import Any

import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.routing import Route

from tests.sandbox.slack.conftest import Street
from tests.sandbox.slack.office import Office, actions, button, modal, section

pytestmark = pytest.mark.asyncio(loop_scope="module")


def bolt_app(office: Office) -> AsyncApp:
    app = office.app

    async def authorize(team_id: str | None, **_others: Any) -> AuthorizeResult:
        # Only the team in which the app is installed: Bolt must find it also when someone of another team acts.
        assert team_id == office.acme.id
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_token=app.bot_token,
            bot_id=app.bot_id,
            bot_user_id=app.bot_user.id,
        )

    return AsyncApp(
        client=office.client(app.bot_token),
        signing_secret=app.signing_secret,
        authorize=authorize,
        process_before_response=True,
    )


def serve(street: Street, bolt: AsyncApp) -> None:
    handler = AsyncSlackRequestHandler(bolt)
    street.app.program = Starlette(routes=[Route("/", handler.handle, methods=["POST"])])


async def test_an_issue_is_raised_and_claimed_through_bolt(office: Office, street: Street) -> None:
    bolt = bolt_app(office)

    @bolt.command("/raise-issue")
    async def open_form(ack: Any, client: Any, body: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal())
        await ack()

    @bolt.view("raise")
    async def raise_issue(ack: Any, client: Any, view: Any) -> None:
        title = view["state"]["values"]["title"]["title"]["value"]
        if title == "bad":
            await ack(response_action="errors", errors={"title": "Say more."})
            return
        blocks = [section(title), actions(button("Claim", "claim"))]
        await client.chat_postMessage(channel=office.connect.id, text="raised", blocks=blocks)
        await ack()

    @bolt.action("claim")
    async def claim(ack: Any, respond: Any) -> None:
        await respond("You have it.")
        await ack()

    serve(street, bolt)
    ann = office.slack.as_user(office.ann)
    assert (await ann.slash(office.connect, "/raise-issue")).ok
    ann.fill("Title", "bad")
    assert (await ann.submit()).errors == {"Title": "Say more."}
    ann.fill("Title", "It broke")
    assert (await ann.submit()).closed
    (message,) = office.slack.messages(office.connect)
    zoe = office.slack.as_user(office.zoe)
    assert (await zoe.press(message, "Claim")).ok
    assert [shown.text for shown in zoe.ephemerals] == ["You have it."]


async def test_bolt_hears_people_but_not_itself(office: Office, street: Street) -> None:
    bolt, heard = bolt_app(office), []

    @bolt.event("message")
    async def hear(event: Any, context: Any) -> None:
        heard.append((event["text"], context.actor_team_id))

    serve(street, bolt)
    await office.post("mine", in_=office.connect)
    await office.slack.as_user(office.zoe).post(office.connect, "theirs")
    await office.slack.quiet()
    assert heard == [("theirs", office.globex.id)]
    assert {delivery.status for delivery in office.slack.deliveries} == {200}
