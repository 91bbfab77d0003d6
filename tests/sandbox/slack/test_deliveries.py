"""What is sent to the app: signatures, the three seconds, events and their retries."""

import asyncio

import pytest

from sandbox.clock import SettableClock
from sandbox.slack import Shortcut, Slack
from tests.sandbox.slack.office import Json, Office, actions, believed, button

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_kind_is_signed_as_slack_signs(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    await person.slash(office.support, "/raise-issue")
    await person.shortcut("Raise issue")
    await person.post(office.support, "häh?")
    await office.slack.quiet()
    assert len(office.tiny.raw) == 3
    assert all(believed(office, number) for number in range(3))
    assert not believed(office, secret="another")


async def test_a_delivery_can_be_sent_again(office: Office) -> None:
    await office.slack.as_user(office.ann).slash(office.support, "/raise-issue")
    (delivery,) = office.slack.deliveries
    again = await office.slack.deliver_again(delivery)
    stale = await office.slack.deliver_again(delivery, resign=False)
    assert [body for _, body in office.tiny.raw] == [delivery.body] * 3
    assert (again.status, stale.status) == (200, 200)
    assert stale.headers == delivery.headers
    assert believed(office, 1)


async def test_a_signature_carries_the_signing_clock() -> None:
    signing = SettableClock(1_000.0)
    slack = Slack(SettableClock(), signing_clock=signing)
    team = slack.add_team("A", "a")
    slack.install_app(team, request_url="http://127.0.0.1:9", shortcuts=[Shortcut("Do", "do")])
    assert (await slack.as_user(slack.add_user(team, "Ann")).shortcut("Do")).status == 0
    (delivery,) = slack.deliveries
    signing.move(600)
    fresh = await slack.deliver_again(delivery)
    stale = await slack.deliver_again(delivery, resign=False)
    stamps = [sent.headers["X-Slack-Request-Timestamp"] for sent in (delivery, fresh, stale)]
    assert stamps == ["1000", "1600", "1000"]
    assert fresh.headers["X-Slack-Signature"] != delivery.headers["X-Slack-Signature"]
    assert stale.headers == delivery.headers
    await slack.aclose()


async def test_deliveries_are_recorded_with_their_times(office: Office) -> None:
    await office.slack.as_user(office.ann).slash(office.support, "/raise-issue")
    (delivery,) = office.slack.deliveries
    assert (delivery.kind, delivery.status, delivery.timed_out) == ("command", 200, False)
    assert 0 < delivery.seconds < 3
    assert "command=%2Fraise-issue" in delivery.excerpt


async def test_an_app_that_is_late_is_not_waited_for(impatient: Office) -> None:
    release = asyncio.Event()

    async def late(_payload: Json) -> None:
        await release.wait()

    impatient.tiny.on["command"] = late
    person = impatient.slack.as_user(impatient.ann)
    outcome = await person.slash(impatient.support, "/raise-issue")
    release.set()
    assert (outcome.ok, outcome.timed_out, outcome.status) == (False, True, 0)
    assert person.ephemerals[0].text == '/raise-issue failed with the error "operation_timeout"'
    assert impatient.slack.deliveries[0].timed_out


async def test_a_button_of_a_removed_app_does_nothing(office: Office) -> None:
    message = await office.post(blocks=[actions(button("Go"))])
    office.slack.uninstall_app(office.app)
    await office.slack.quiet()
    office.tiny.received.clear()
    assert not (await office.slack.as_user(office.ann).press(message, "Go")).ok
    assert office.tiny.received == []


async def test_waiting_ends_when_time_is_up(office: Office) -> None:
    with pytest.raises(TimeoutError, match="not true after"):
        await office.slack.wait_until(lambda: False, seconds=0.01)


async def test_a_manifest_says_what_is_registered() -> None:
    slack = Slack(SettableClock())
    app = slack.install_app(
        slack.add_team("A", "a"),
        manifest={
            "features": {
                "bot_user": {"display_name": "relay"},
                "slash_commands": [{"command": "/x", "should_escape": True}],
                "shortcuts": [{"name": "Do", "callback_id": "do", "type": "message"}],
            },
            "oauth_config": {"scopes": {"bot": ["chat:write"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
        },
    )
    assert app.config.commands["/x"].should_escape
    assert [(entry.name, entry.type) for entry in app.config.shortcuts] == [("Do", "message")]
    assert app.config.scopes == frozenset({"chat:write"})
    assert app.config.bot_events == frozenset({"app_mention"})
    assert app.bot_user.name == "relay"
