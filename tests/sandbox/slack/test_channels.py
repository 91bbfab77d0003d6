"""What channels say of themselves, who joins them, and what is pinned there."""

from collections.abc import Callable

import pytest

from sandbox.slack import Channel
from tests.sandbox.slack.office import Json, Office

pytestmark = pytest.mark.asyncio(loop_scope="module")
Place = Callable[[Office], Channel]

KINDS: list[tuple[str, Place, Json]] = [
    ("public", lambda office: office.support, {"is_channel": True, "is_private": False, "is_member": True}),
    ("outside", lambda office: office.lounge, {"is_channel": True, "is_member": False, "is_archived": False}),
    ("private", lambda office: office.secret, {"is_group": True, "is_private": True, "is_channel": False}),
    ("shared", lambda office: office.connect, {"is_ext_shared": True, "is_shared": True, "is_channel": True}),
    (
        "direct",
        lambda office: office.slack.direct_channel(office.app, office.ann),
        {"is_im": True, "is_private": True, "is_channel": False, "is_group": False},
    ),
]


@pytest.mark.parametrize(("place", "facts"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
async def test_a_channel_says_what_it_is(office: Office, place: Place, facts: Json) -> None:
    office.slack.invite(office.secret, office.app.bot_user)
    channel = (await office.web.conversations_info(channel=place(office).id))["channel"]
    assert {name: channel[name] for name in facts} == facts
    assert "num_members" not in channel


async def test_only_a_shared_channel_names_its_host_and_the_others(office: Office) -> None:
    shared = (await office.web.conversations_info(channel=office.connect.id))["channel"]
    teams = [office.acme.id, office.globex.id]
    assert (shared["shared_team_ids"], shared["connected_team_ids"]) == (teams, teams[1:])
    assert (shared["conversation_host_id"], shared["context_team_id"]) == (office.acme.id, office.acme.id)
    own = (await office.web.conversations_info(channel=office.support.id))["channel"]
    assert (own["is_ext_shared"], own["shared_team_ids"]) == (False, [office.acme.id])
    assert not {"connected_team_ids", "conversation_host_id"} & own.keys()
    guest = office.client(office.slack.install_app(office.globex).bot_token)
    theirs = (await guest.conversations_info(channel=office.connect.id))["channel"]
    assert (theirs["connected_team_ids"], theirs["conversation_host_id"]) == ([office.acme.id], office.acme.id)


JOINS: list[tuple[str, Place, bool]] = [
    ("is_archived", lambda office: office.lounge, False),
    ("channel_not_found", lambda office: office.secret, False),
    ("method_not_supported_for_channel_type", lambda office: office.secret, True),
    (
        "method_not_supported_for_channel_type",
        lambda office: office.slack.direct_channel(office.app, office.ann),
        True,
    ),
]


@pytest.mark.parametrize(("error", "place", "inside"), JOINS)
async def test_what_cannot_be_joined(office: Office, error: str, place: Place, *, inside: bool) -> None:
    if inside:
        office.slack.invite(office.secret, office.app.bot_user)
    else:
        office.slack.archive(office.lounge)
    assert (await office.refused("conversations.join", channel=place(office).id))["error"] == error


async def test_joining_twice_is_a_warning(office: Office) -> None:
    first = await office.call("conversations.join", channel=office.lounge.id)
    second = await office.call("conversations.join", channel=office.lounge.id)
    assert (first["channel"]["is_member"], "warning" in first) == (True, False)
    assert second["warning"] == "already_in_channel"
    assert second["response_metadata"] == {"warnings": ["already_in_channel"]}
    assert office.lounge.members.count(office.app.bot_user) == 1


async def test_members_of_a_private_channel_are_shown_to_those_inside(office: Office) -> None:
    assert (await office.refused("conversations.members", channel=office.secret.id))["error"] == "channel_not_found"
    office.slack.invite(office.secret, office.app.bot_user)
    members = await office.web.conversations_members(channel=office.secret.id)
    assert members["members"] == [office.ann.id, office.app.bot_user.id]


@pytest.mark.parametrize("method", ["pins.add", "pins.remove"])
async def test_a_pin_needs_a_message_in_a_channel_of_the_bots(office: Office, method: str) -> None:
    here = {"channel": office.support.id}
    assert (await office.refused(method, **here))["error"] == "no_item_specified"
    assert (await office.refused(method, **here, timestamp="1.0"))["error"] == "message_not_found"
    outside = await office.refused(method, channel=office.lounge.id, timestamp="1.0")
    assert outside["error"] == "not_in_channel"


async def test_pins_are_listed_the_newest_first_and_go_with_their_message(office: Office) -> None:
    first, second = await office.post("a"), await office.post("b")
    for message in (first, second):
        await office.call("pins.add", channel=office.support.id, timestamp=message.ts)
    listed = (await office.web.pins_list(channel=office.support.id))["items"]
    assert [item["message"]["text"] for item in listed] == ["b", "a"]
    assert listed[0]["message"]["pinned_to"] == [office.support.id]
    await office.call("chat.delete", channel=office.support.id, ts=second.ts)
    listed = (await office.web.pins_list(channel=office.support.id))["items"]
    assert [item["message"]["text"] for item in listed] == ["a"]
    assert (await office.refused("pins.list", channel=office.lounge.id))["error"] == "not_in_channel"


async def test_deleting_what_is_not_there_is_refused(office: Office) -> None:
    message = await office.post()
    here = {"channel": office.support.id}
    assert (await office.refused("chat.delete", **here, ts="1.0"))["error"] == "message_not_found"
    await office.call("chat.delete", **here, ts=message.ts)
    assert (await office.refused("chat.delete", **here, ts=message.ts))["error"] == "message_not_found"
