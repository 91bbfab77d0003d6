"""What the Web API does to messages."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.slack import Channel
from tests.sandbox.slack.office import Json, Office, actions, button, plain, section

pytestmark = pytest.mark.asyncio(loop_scope="module")
METADATA: Json = {"event_type": "issue", "event_payload": {"effect": "1"}}


async def test_a_ts_is_unique_and_grows_in_its_channel_though_the_clock_stands_still(office: Office) -> None:
    first, second = await office.post("a"), await office.post("b")
    assert first.ts == "1800000000.000000"
    assert second.ts == "1800000000.000001"


async def test_text_is_kept_as_it_was_sent(office: Office) -> None:
    text = "<!channel> & <@U1> &lt;b&gt;"
    assert (await office.post(text)).text == text


async def test_blocks_without_ids_get_some(office: Office) -> None:
    element = {"type": "button", "text": plain("B")}
    message = await office.post(blocks=[section("x"), {"type": "actions", "elements": [element]}])
    assert message.blocks
    assert all(block["block_id"] for block in message.blocks)
    assert message.blocks[1]["elements"][0]["action_id"]


REFUSED: list[tuple[str, Json]] = [
    ("no_text", {"text": ""}),
    ("no_text", {"text": "  ", "blocks": []}),
    ("invalid_blocks_format", {"text": "x", "blocks": "[{"}),
    ("invalid_blocks_format", {"text": "x", "blocks": {"type": "section"}}),
    ("invalid_blocks", {"text": "x", "blocks": [section("")]}),
    ("invalid_blocks", {"text": "x", "blocks": [section("x")] * 51}),
    ("msg_blocks_too_long", {"text": "x", "blocks": [section("x" * 3000)] * 5}),
    ("too_many_attachments", {"text": "x", "attachments": [{"text": "x"}] * 101}),
    ("invalid_blocks", {"text": "x", "attachments": [{"blocks": [section("")]}]}),
    ("invalid_metadata_format", {"text": "x", "metadata": {"event_type": "x"}}),
    ("invalid_metadata_format", {"text": "x", "metadata": "opaque"}),
    ("invalid_metadata_schema", {"text": "x", "metadata": {"event_type": "x", "event_payload": {"a": {"b": {}}}}}),
    ("thread_not_found", {"text": "x", "thread_ts": "1.000000"}),
]


@pytest.mark.parametrize(("error", "args"), REFUSED, ids=[f"{n}-{row[0]}" for n, row in enumerate(REFUSED)])
async def test_a_bad_message_is_refused_and_not_posted(office: Office, error: str, args: Json) -> None:
    refused = await office.refused("chat.postMessage", channel=office.support.id, **args)
    assert refused["error"] == error
    assert office.slack.messages(office.support) == []


async def test_a_bad_block_is_pointed_at(office: Office) -> None:
    blocks = [section("ok"), section("x" * 3001)]
    refused = await office.refused("chat.postMessage", channel=office.support.id, text="x", blocks=blocks)
    sentence = "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    assert refused["errors"] == [sentence]
    assert refused["response_metadata"]["messages"] == [f"[ERROR] {sentence}"]


WHERE: list[tuple[str, Callable[[Office], Channel]]] = [
    ("channel_not_found", lambda office: office.secret),
    ("not_in_channel", lambda office: office.lounge),
    ("is_archived", lambda office: office.support),
]


@pytest.mark.parametrize(("error", "where"), WHERE, ids=[row[0] for row in WHERE])
async def test_a_post_to_the_wrong_place_is_refused(
    office: Office, error: str, where: Callable[[Office], Channel]
) -> None:
    shy = office.slack.install_app(office.acme, scopes=["chat:write"])
    office.slack.invite(office.support, shy.bot_user)
    if error == "is_archived":
        office.slack.archive(office.support)
    office.web = office.client(shy.bot_token)
    assert (await office.refused("chat.postMessage", channel=where(office).id, text="x"))["error"] == error


async def test_with_chat_write_public_a_bot_posts_where_it_is_no_member(office: Office) -> None:
    assert (await office.post("hello", in_=office.lounge)).channel is office.lounge
    refused = await office.refused("chat.postMessage", channel=office.secret.id, text="x")
    assert refused["error"] == "channel_not_found"


async def test_a_users_id_stands_for_the_direct_message(office: Office) -> None:
    answer = await office.call("chat.postMessage", channel=office.ann.id, text="psst")
    assert answer["channel"] == office.slack.direct_channel(office.app, office.ann).id


async def test_a_long_text_without_blocks_becomes_several_messages(office: Office) -> None:
    answer = await office.call("chat.postMessage", channel=office.support.id, text="x" * 9000)
    posted = office.slack.messages(office.support)
    assert [len(message.text) for message in posted] == [4000, 4000, 1000]
    assert answer["ts"] == posted[0].ts


async def test_a_reply_stands_in_its_thread(office: Office) -> None:
    parent = await office.post("above")
    reply = await office.post("below", thread_ts=parent.ts)
    assert office.slack.messages(office.support) == [parent]
    assert office.slack.replies(parent) == [reply]
    history = await office.web.conversations_history(channel=office.support.id)
    assert [(one["text"], one["reply_count"]) for one in history["messages"]] == [("above", 1)]
    thread = await office.web.conversations_replies(channel=office.support.id, ts=parent.ts)
    assert [one["text"] for one in thread["messages"]] == ["above", "below"]


async def test_a_thread_does_not_hang_on_a_reply(office: Office) -> None:
    reply = await office.post("below", thread_ts=(await office.post("above")).ts)
    refused = await office.refused("chat.postMessage", channel=office.support.id, text="x", thread_ts=reply.ts)
    assert refused["error"] == "thread_not_found"


async def test_history_comes_newest_first_between_two_moments(office: Office) -> None:
    sent = []
    for text in "abcd":
        sent.append(await office.post(text))
        office.clock.move(1)
    said = await office.web.conversations_history(channel=office.support.id, oldest=sent[0].ts, latest=sent[3].ts)
    assert [message["text"] for message in said["messages"]] == ["c", "b"]
    bounds = await office.web.conversations_history(channel=office.support.id, oldest=sent[0].ts, inclusive=True)
    assert [message["text"] for message in bounds["messages"]] == ["d", "c", "b", "a"]


async def test_history_can_be_held_to_fifteen(office: Office) -> None:
    office.slack.world.history_page = 15
    for number in range(16):
        await office.post(str(number))
    said = await office.web.conversations_history(channel=office.support.id, limit=200)
    assert (len(said["messages"]), said["has_more"]) == (15, True)


async def test_metadata_is_shown_only_when_asked_for(office: Office) -> None:
    message = await office.post(metadata=METADATA)
    silent = await office.web.conversations_history(channel=office.support.id)
    told = await office.web.conversations_history(channel=office.support.id, include_all_metadata=True)
    assert "metadata" not in silent["messages"][0]
    assert told["messages"][0]["metadata"] == METADATA
    assert office.slack.with_metadata(effect="1") == [message]
    assert office.slack.with_metadata(effect="2") == []


BLOCKS = [{**section("old"), "block_id": "old"}]
NEW = [{**section("new"), "block_id": "new"}]
UPDATES: list[tuple[str, Json, Any, Any, Any]] = [
    ("text alone removes the blocks", {"text": "t"}, "t", None, METADATA),
    ("text with blocks", {"text": "t", "blocks": NEW}, "t", NEW, METADATA),
    ("blocks alone keep the text", {"blocks": NEW}, "hello", NEW, METADATA),
    ("neither keeps both", {"metadata": {}}, "hello", BLOCKS, None),
    (
        "metadata is kept unless given",
        {"text": "t", "metadata": {"event_type": "x", "event_payload": {}}},
        "t",
        None,
        {"event_type": "x", "event_payload": {}},
    ),
]


@pytest.mark.parametrize(
    ("args", "text", "blocks", "metadata"), [row[1:] for row in UPDATES], ids=[row[0] for row in UPDATES]
)
async def test_an_update(office: Office, args: Json, text: str, blocks: Any, metadata: Any) -> None:
    message = await office.post(blocks=BLOCKS, metadata=METADATA)
    await office.call("chat.update", channel=office.support.id, ts=message.ts, **args)
    assert (message.text, message.blocks, message.metadata) == (text, blocks, metadata)


async def test_the_edited_badge_is_for_messages_without_blocks(office: Office) -> None:
    message = await office.post()
    await office.call("chat.update", channel=office.support.id, ts=message.ts, text="t", blocks=NEW)
    with_blocks = message.edited
    await office.call("chat.update", channel=office.support.id, ts=message.ts, text="t")
    without = message.edited
    assert with_blocks is None
    assert without is not None
    assert without["user"] == office.app.bot_user.id


async def test_an_update_takes_less_text_than_a_post(office: Office) -> None:
    message = await office.post()
    refused = await office.refused("chat.update", channel=office.support.id, ts=message.ts, text="x" * 4001)
    assert refused["error"] == "msg_too_long"
    await office.call("chat.update", channel=office.support.id, ts=message.ts, text="x" * 4000)


async def test_only_the_author_updates_or_deletes(office: Office) -> None:
    theirs = await office.slack.as_user(office.ann).post(office.support, "mine")
    here = {"channel": office.support.id, "ts": theirs.ts}
    assert (await office.refused("chat.update", **here, text="x"))["error"] == "cant_update_message"
    assert (await office.refused("chat.delete", **here))["error"] == "cant_delete_message"
    assert theirs.text == "mine"


async def test_a_message_that_was_deleted_is_not_found(office: Office) -> None:
    message = await office.post()
    await office.slack.as_user(office.ada).delete(message)
    here = {"channel": office.support.id, "ts": message.ts}
    assert (await office.refused("chat.update", **here, text="x"))["error"] == "message_not_found"
    assert office.slack.messages(office.support) == []


async def test_a_deleted_message_with_replies_leaves_a_tombstone(office: Office) -> None:
    parent = await office.post("above")
    await office.post("below", thread_ts=parent.ts)
    await office.call("chat.delete", channel=office.support.id, ts=parent.ts)
    (left,) = office.slack.messages(office.support)
    assert (left.subtype, left.text) == ("tombstone", "This message was deleted.")
    here = {"channel": office.support.id, "ts": parent.ts}
    assert (await office.refused("chat.update", **here, text="x"))["error"] == "message_not_found"


async def test_an_ephemeral_is_shown_to_one_person_and_kept_nowhere(office: Office) -> None:
    await office.call("chat.postEphemeral", channel=office.support.id, user=office.ann.id, text="psst")
    assert [message.text for message in office.slack.as_user(office.ann).ephemerals] == ["psst"]
    assert office.slack.as_user(office.ben).ephemerals == []
    assert office.slack.messages(office.support) == []


async def test_an_ephemeral_goes_to_members_only(office: Office) -> None:
    refused = await office.refused("chat.postEphemeral", channel=office.lounge.id, user=office.ben.id, text="psst")
    assert refused["error"] == "user_not_in_channel"


async def test_permalinks_name_the_thread(office: Office) -> None:
    parent = await office.post()
    reply = await office.post(thread_ts=parent.ts)
    link = await office.web.chat_getPermalink(channel=office.support.id, message_ts=reply.ts)
    number = reply.ts.replace(".", "")
    assert link["permalink"] == (
        f"https://acme.slack.com/archives/{office.support.id}/p{number}"
        f"?thread_ts={parent.ts}&cid={office.support.id}"
    )


async def test_pins_and_reactions_are_put_once(office: Office) -> None:
    message = await office.post()
    here = {"channel": office.support.id, "timestamp": message.ts}
    await office.call("pins.add", **here)
    assert (await office.refused("pins.add", **here))["error"] == "already_pinned"
    pinned = await office.web.pins_list(channel=office.support.id)
    assert [item["message"]["ts"] for item in pinned["items"]] == [message.ts]
    await office.call("pins.remove", **here)
    assert (await office.refused("pins.remove", **here))["error"] == "no_pin"
    await office.call("reactions.add", **here, name="eyes")
    assert (await office.refused("reactions.add", **here, name="eyes"))["error"] == "already_reacted"
    assert message.reactions == {"eyes": [office.app.bot_user.id]}


async def test_unfurling_is_recorded_as_asked_for(office: Office) -> None:
    assert (await office.post()).unfurl_links is None
    answer = await office.web.chat_postMessage(channel=office.support.id, text="x", unfurl_links=False)
    assert office.support.messages[answer["ts"]].unfurl_links is False


async def test_buttons_of_a_message_are_those_of_its_latest_version(office: Office) -> None:
    message = await office.post(blocks=[actions(button("Claim"))])
    await office.call(
        "chat.update", channel=office.support.id, ts=message.ts, text="x", blocks=[actions(button("Close"))]
    )
    assert office.slack.as_text(message) == "[Close]"
