"""Events of messages that are edited, deleted, private or direct."""

import pytest

from tests.sandbox.slack.office import Json, Office

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told(office: Office) -> list[Json]:
    """The message events since the last look."""
    await office.slack.quiet()
    events = [payload["event"] for payload in office.tiny.of("message")]
    office.tiny.received.clear()
    return events


async def test_an_edited_reply_names_its_thread_and_its_author(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    parent = await office.post("above")
    reply = await person.post(office.support, "one", thread=parent)
    await told(office)
    await person.edit(reply, "two")
    (event,) = await told(office)
    assert (event["subtype"], event["hidden"], event["channel"]) == ("message_changed", True, office.support.id)
    for name, text in (("previous_message", "one"), ("message", "two")):
        shown = event[name]
        assert (shown["text"], shown["user"], shown["ts"]) == (text, office.ann.id, reply.ts)
        assert (shown["thread_ts"], shown["parent_user_id"]) == (parent.ts, office.app.bot_user.id)
    assert "edited" not in event["previous_message"]
    assert event["message"]["edited"]["user"] == office.ann.id
    assert event["ts"] != reply.ts


async def test_a_deleted_reply_is_told_with_its_thread(office: Office) -> None:
    parent = await office.post("above")
    reply = await office.slack.as_user(office.ann).post(office.support, "below", thread=parent)
    await told(office)
    await office.slack.as_user(office.ann).delete(reply)
    (event,) = await told(office)
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", reply.ts)
    before = event["previous_message"]
    assert (before["text"], before["user"], before["thread_ts"]) == ("below", office.ann.id, parent.ts)
    assert office.slack.replies(parent) == []


async def test_the_head_of_a_thread_becomes_a_tombstone_until_the_thread_is_empty(office: Office) -> None:
    ann, ben = office.slack.as_user(office.ann), office.slack.as_user(office.ben)
    parent = await ann.post(office.support, "above")
    reply = await ben.post(office.support, "below", thread=parent)
    await told(office)
    await ann.delete(parent)
    (event,) = await told(office)
    assert (event["subtype"], event["previous_message"]["text"]) == ("message_changed", "above")
    assert event["previous_message"]["user"] == office.ann.id
    stone = event["message"]
    facts = {name: stone[name] for name in ("subtype", "user", "hidden", "ts", "thread_ts", "reply_count")}
    assert facts == {
        "subtype": "tombstone",
        "user": "USLACKBOT",
        "hidden": True,
        "ts": parent.ts,
        "thread_ts": parent.ts,
        "reply_count": 1,
    }
    history = await office.web.conversations_history(channel=office.support.id)
    assert [message["subtype"] for message in history["messages"]] == ["tombstone"]
    await ben.delete(reply)
    gone, head = await told(office)
    assert [gone["deleted_ts"], head["deleted_ts"]] == [reply.ts, parent.ts]
    assert head["previous_message"]["subtype"] == "tombstone"
    assert office.slack.messages(office.support) == []


async def test_a_tombstone_does_not_say_whose_it_was(office: Office) -> None:
    parent = await office.post("above")
    await office.post("below", thread_ts=parent.ts)
    await office.call("chat.delete", channel=office.support.id, ts=parent.ts)
    stone = (await told(office))[-1]["message"]
    assert (stone["subtype"], stone["user"]) == ("tombstone", "USLACKBOT")
    assert not {"bot_id", "bot_profile", "app_id", "team", "client_msg_id"} & stone.keys()


async def test_a_private_channel_speaks_as_a_group(office: Office) -> None:
    office.slack.invite(office.secret, office.app.bot_user)
    person = office.slack.as_user(office.ann)
    message = await person.post(office.secret, "one")
    await person.edit(message, "two")
    await person.delete(message)
    assert [event["channel_type"] for event in await told(office)] == ["group"] * 3
    office.app.config.bot_events = frozenset({"message.channels", "message.im"})
    await person.post(office.secret, "unheard")
    assert await told(office) == []


async def test_threads_hang_in_direct_messages_too(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    channel = person.direct_channel()
    question = await person.post(channel, "help")
    answer = await office.post("yes?", in_=channel, thread_ts=question.ts)
    reply = await person.post(channel, "it broke", thread=answer)
    first, own, second = await told(office)
    assert [event["channel_type"] for event in (first, own, second)] == ["im"] * 3
    assert (own["bot_id"], own["thread_ts"]) == (office.app.bot_id, question.ts)
    assert (second["thread_ts"], second["ts"], second["user"]) == (question.ts, reply.ts, office.ann.id)
    assert (await person.direct_messages())[0] is question
    thread = await office.web.conversations_replies(channel=channel.id, ts=question.ts)
    assert [message["text"] for message in thread["messages"]] == ["help", "yes?", "it broke"]


async def test_a_file_stays_on_an_edited_message_and_goes_with_a_deleted_one(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    parent = await person.post(office.support, "look", files=[("a.txt", b"x")])
    await office.post("below", thread_ts=parent.ts)
    await told(office)
    await person.edit(parent, "look there")
    await person.delete(parent)
    edited, deleted = await told(office)
    assert [file["name"] for file in edited["message"]["files"]] == ["a.txt"]
    assert [file["name"] for file in deleted["previous_message"]["files"]] == ["a.txt"]
    assert "files" not in deleted["message"]
