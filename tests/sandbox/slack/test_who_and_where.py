"""The Web API's look-ups of teams, bots, people and channels."""

import pytest

from tests.sandbox.slack.office import Json, Office

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_teams_are_known_when_they_share_a_channel(office: Office) -> None:
    assert (await office.web.team_info())["team"]["domain"] == "acme"
    assert (await office.web.team_info(team=office.globex.id))["team"]["name"] == "Globex"
    far = office.slack.add_team("Far", "far")
    assert (await office.refused("team.info", team=far.id))["error"] == "team_not_found"


async def test_a_bot_is_described(office: Office) -> None:
    bot = (await office.web.bots_info(bot=office.app.bot_id))["bot"]
    assert (bot["app_id"], bot["user_id"]) == (office.app.id, office.app.bot_user.id)
    assert (await office.refused("bots.info", bot="B0"))["error"] == "bot_not_found"


async def test_the_list_of_users_has_strangers_and_the_deleted(office: Office) -> None:
    gone = office.slack.add_user(office.acme, "Gus", deleted=True)
    yan = office.slack.add_user(office.globex, "Yan")
    far = office.slack.add_user(office.slack.add_team("Far", "far"), "Fay")
    members = {user["id"]: user for user in (await office.web.users_list())["members"]}
    assert members[gone.id]["deleted"] is True
    assert members[yan.id]["is_stranger"] is True
    assert members[office.zoe.id]["is_stranger"] is False
    assert far.id not in members


async def test_the_channels_of_someone_are_those_the_bot_may_know(office: Office) -> None:
    theirs = await office.web.users_conversations(user=office.ann.id, types="public_channel,private_channel")
    own = await office.web.users_conversations()
    assert [channel["name"] for channel in theirs["channels"]] == ["support", "lounge", "connect"]
    assert [channel["name"] for channel in own["channels"]] == ["support", "connect"]
    refused = await office.refused("users.conversations", types="clubs")
    assert refused["error"] == "invalid_types"


async def test_archived_channels_can_be_left_out(office: Office) -> None:
    office.slack.archive(office.lounge)
    listed = await office.web.conversations_list(exclude_archived=True)
    assert [channel["name"] for channel in listed["channels"]] == ["support", "connect"]


OPEN: list[tuple[str, Json]] = [
    ("user_not_found", {"users": "U0"}),
    ("channel_not_found", {"channel": "D0"}),
    ("invalid_arguments", {}),
]


@pytest.mark.parametrize(("error", "args"), OPEN, ids=[row[0] for row in OPEN])
async def test_a_direct_message_with_nobody_is_refused(office: Office, error: str, args: Json) -> None:
    assert (await office.refused("conversations.open", **args))["error"] == error


async def test_bots_and_the_deleted_get_no_direct_message(office: Office) -> None:
    gone = office.slack.add_user(office.acme, "Gus", deleted=True)
    assert (await office.refused("conversations.open", users=gone.id))["error"] == "user_disabled"
    bot = office.app.bot_user.id
    assert (await office.refused("conversations.open", users=bot))["error"] == "cannot_dm_bot"


async def test_a_direct_message_can_be_shown_whole(office: Office) -> None:
    channel = (await office.web.conversations_open(users=office.ann.id, return_im=True))["channel"]
    assert (channel["is_im"], channel["user"]) == (True, office.ann.id)
    again = await office.web.conversations_open(channel=channel["id"])
    assert again["already_open"] is True


async def test_joining_is_for_living_public_channels(office: Office) -> None:
    assert (await office.web.conversations_join(channel=office.support.id))["warning"] == "already_in_channel"
    office.slack.archive(office.lounge)
    assert (await office.refused("conversations.join", channel=office.lounge.id))["error"] == "is_archived"
    office.slack.invite(office.secret, office.app.bot_user)
    refused = await office.refused("conversations.join", channel=office.secret.id)
    assert refused["error"] == "method_not_supported_for_channel_type"


async def test_members_can_be_counted(office: Office) -> None:
    info = await office.web.conversations_info(channel=office.support.id, include_num_members=True)
    assert info["channel"]["num_members"] == 4


async def test_a_thread_is_read_from_any_of_its_messages(office: Office) -> None:
    parent = await office.post("above")
    reply = await office.post("below", thread_ts=parent.ts)
    thread = await office.web.conversations_replies(channel=office.support.id, ts=reply.ts)
    assert [message["text"] for message in thread["messages"]] == ["above", "below"]
    missing = await office.refused("conversations.replies", channel=office.support.id, ts="1.0")
    assert missing["error"] == "thread_not_found"


async def test_marks_need_membership_and_a_message(office: Office) -> None:
    outside = await office.refused("pins.add", channel=office.lounge.id, timestamp="1.0")
    assert outside["error"] == "not_in_channel"
    missing = await office.refused("pins.add", channel=office.support.id, timestamp="1.0")
    assert missing["error"] == "message_not_found"
