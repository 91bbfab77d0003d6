"""Events: who hears of what, and how often when it is not taken."""

import asyncio
import json

import pytest
from starlette.responses import Response

from tests.sandbox.slack.office import Json, Office, believed

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_people_say_comes_as_a_message_event(office: Office) -> None:
    message = await office.slack.as_user(office.ann).post(office.support, "hello <there>")
    await office.slack.quiet()
    (payload,) = office.tiny.of("message")
    event = payload["event"]
    assert (event["text"], event["ts"], event["user"]) == ("hello &lt;there&gt;", message.ts, office.ann.id)
    assert (event["channel"], event["channel_type"], event["team"]) == (
        office.support.id,
        "channel",
        office.acme.id,
    )
    assert event["client_msg_id"]
    assert payload["event_id"].startswith("Ev")
    assert payload["event_time"] == 1_800_000_000
    assert payload["authorizations"][0]["user_id"] == office.app.bot_user.id
    assert payload["is_ext_shared_channel"] is False


async def test_edits_and_deletions_come_with_what_was_before(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    message = await person.post(office.support, "one")
    await person.edit(message, "two")
    await person.delete(message)
    await office.slack.quiet()
    _, changed, deleted = (payload["event"] for payload in office.tiny.of("message"))
    assert changed["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)


async def test_replies_name_their_thread(office: Office) -> None:
    parent = await office.post("above")
    reply = await office.slack.as_user(office.ann).post(office.support, "below", thread=parent)
    await office.slack.quiet()
    event = office.tiny.of("message")[-1]["event"]
    assert (event["thread_ts"], event["ts"]) == (parent.ts, reply.ts)
    assert event["parent_user_id"] == office.app.bot_user.id


async def test_direct_messages_come_as_im(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    await person.post(person.direct_channel(), "hi bot")
    await office.slack.quiet()
    (payload,) = office.tiny.of("message")
    assert payload["event"]["channel_type"] == "im"


async def test_a_mention_comes_twice_with_one_ts(office: Office) -> None:
    await office.slack.as_user(office.ann).post(office.support, f"<@{office.app.bot_user.id}> help")
    await office.slack.quiet()
    (said,), (mentioned,) = office.tiny.of("message"), office.tiny.of("app_mention")
    assert said["event"]["ts"] == mentioned["event"]["ts"]
    assert said["event_id"] != mentioned["event_id"]


async def test_the_bots_own_messages_come_back_to_it(office: Office) -> None:
    await office.post("mine")
    await office.slack.quiet()
    (payload,) = office.tiny.of("message")
    assert payload["event"]["bot_id"] == office.app.bot_id


async def test_what_happens_where_the_bot_is_not_stays_unheard(office: Office) -> None:
    await office.slack.as_user(office.ann).post(office.lounge, "psst")
    await office.slack.quiet()
    assert office.tiny.received == []


async def test_joins_reactions_and_archiving_are_told(office: Office) -> None:
    message = await office.post()
    carl = office.slack.add_user(office.acme, "Carl")
    await office.slack.as_user(carl).join(office.support)
    await office.slack.as_user(carl).react(message, "eyes")
    office.slack.archive(office.support)
    await office.slack.quiet()
    assert office.tiny.of("member_joined_channel")[0]["event"]["user"] == carl.id
    reaction = office.tiny.of("reaction_added")[0]["event"]
    assert (reaction["reaction"], reaction["item"]["ts"]) == ("eyes", message.ts)
    assert office.tiny.of("channel_archive")[0]["event"]["channel"] == office.support.id


async def test_a_channel_that_comes_back_is_told_of_and_takes_messages(office: Office) -> None:
    office.slack.archive(office.support)
    office.slack.unarchive(office.support)
    await office.slack.quiet()
    assert office.tiny.of("channel_unarchive")[0]["event"]["channel"] == office.support.id
    assert (await office.post()).text


async def test_a_removed_app_is_told_that_it_is(office: Office) -> None:
    office.slack.uninstall_app(office.app)
    await office.slack.as_user(office.ann).post(office.support, "gone?")
    await office.slack.quiet()
    assert [payload["event"]["type"] for payload in office.tiny.received] == ["tokens_revoked", "app_uninstalled"]


async def test_only_subscribed_events_are_sent(office: Office) -> None:
    office.app.config.bot_events = frozenset({"reaction_added"})
    message = await office.slack.as_user(office.ann).post(office.support, "x")
    await office.slack.as_user(office.ben).react(message, "eyes")
    await office.slack.quiet()
    assert [payload["event"]["type"] for payload in office.tiny.received] == ["reaction_added"]


async def test_a_shared_channels_event_tells_the_actors_team_and_the_apps(office: Office) -> None:
    await office.slack.as_user(office.zoe).post(office.connect, "hello")
    await office.slack.quiet()
    (payload,) = office.tiny.of("message")
    assert payload["is_ext_shared_channel"] is True
    assert payload["team_id"] == office.globex.id
    assert payload["authorizations"][0]["team_id"] == office.acme.id
    assert payload["event"]["user_team"] == office.globex.id


async def test_an_app_in_two_teams_hears_once_of_a_shared_channel(office: Office) -> None:
    second = office.slack.install_app(office.globex, same_as=office.app)
    office.slack.invite(office.connect, second.bot_user)
    await office.slack.quiet()
    office.tiny.received.clear()
    await office.slack.as_user(office.zoe).post(office.connect, "hello")
    await office.slack.quiet()
    assert len(office.tiny.of("message")) == 1
    assert second.bot_token != office.app.bot_token
    assert (await office.slack.as_user(office.zoe).slash(office.connect, "/raise-issue")).ok


def _retried(office: Office) -> list[tuple[str | None, str | None]]:
    return [
        (headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")) for headers, _ in office.tiny.raw
    ]


async def test_an_event_that_is_not_taken_comes_three_times_more(office: Office) -> None:
    office.answers("message", Response(status_code=500))
    await office.slack.as_user(office.ann).post(office.support, "x")
    await office.slack.quiet()
    sent = [await office.slack.retry_events() for _ in range(4)]
    assert sent == [1, 1, 1, 0]
    assert _retried(office) == [(None, None), *((str(n), "http_error") for n in (1, 2, 3))]
    assert len({json.loads(body)["event_id"] for _, body in office.tiny.raw}) == 1
    assert all(believed(office, number) for number in range(4))


async def test_an_event_that_is_taken_late_is_not_sent_again(office: Office) -> None:
    office.answers("message", Response(status_code=500))
    await office.slack.as_user(office.ann).post(office.support, "x")
    await office.slack.quiet()
    office.tiny.on.clear()
    assert [await office.slack.retry_events() for _ in range(2)] == [1, 0]


async def test_retries_come_at_once_after_a_minute_and_after_five(office: Office) -> None:
    office.answers("message", Response(status_code=500))
    await office.slack.as_user(office.ann).post(office.support, "x")
    await office.slack.quiet()
    assert await office.slack.retry_events(due_only=True) == 1
    for wait in (60, 300):
        office.clock.move(wait - 1)
        assert await office.slack.retry_events(due_only=True) == 0
        office.clock.move(1)
        assert await office.slack.retry_events(due_only=True) == 1


async def test_an_app_can_ask_not_to_be_tried_again(office: Office) -> None:
    office.answers("message", Response(status_code=500, headers={"X-Slack-No-Retry": "1"}))
    await office.slack.as_user(office.ann).post(office.support, "x")
    await office.slack.quiet()
    assert await office.slack.retry_events() == 0


async def test_lateness_is_named_in_the_retry(impatient: Office) -> None:
    release = asyncio.Event()

    async def late(_payload: Json) -> None:
        await release.wait()

    impatient.tiny.on["message"] = late
    await impatient.slack.as_user(impatient.ann).post(impatient.support, "x")
    await impatient.slack.quiet()
    release.set()
    await impatient.slack.retry_events()
    assert impatient.slack.deliveries[1].headers["X-Slack-Retry-Reason"] == "http_timeout"


async def test_absence_is_named_in_the_retry(office: Office) -> None:
    here = office.app.request_url
    office.app.request_url = "http://127.0.0.1:9"
    await office.slack.as_user(office.ann).post(office.support, "x")
    await office.slack.quiet()
    office.app.request_url = here
    await office.slack.retry_events()
    assert _retried(office) == [("1", "connection_failed")]
