"""What admins do to a workspace that lives, and who leaves."""

import pytest

from sandbox.slack import PersonError
from tests.sandbox.slack.office import Json, Office

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def heard(office: Office, kind: str) -> list[Json]:
    """The events of a kind that the app got, without their time."""
    await office.slack.quiet()
    events = [payload["event"] for payload in office.tiny.of(kind)]
    return [{name: value for name, value in event.items() if name != "event_ts"} for event in events]


async def test_a_channel_may_be_shared_later(office: Office) -> None:
    office.slack.share(office.support, office.globex)
    assert await heard(office, "channel_shared") == [
        {"type": "channel_shared", "connected_team_id": office.globex.id, "channel": office.support.id}
    ]
    channel = (await office.web.conversations_info(channel=office.support.id))["channel"]
    assert (channel["is_ext_shared"], channel["connected_team_ids"]) == (True, [office.globex.id])
    office.slack.invite(office.support, office.zoe)
    await office.slack.as_user(office.zoe).post(office.support, "hello")
    await office.slack.quiet()
    (payload,) = office.tiny.of("message")
    assert (payload["is_ext_shared_channel"], payload["team_id"]) == (True, office.globex.id)
    with pytest.raises(ValueError, match="already"):
        office.slack.share(office.support, office.globex)


async def test_a_channel_is_shared_no_more(office: Office) -> None:
    far = office.slack.add_team("Far", "far")
    office.slack.share(office.connect, far)
    office.slack.unshare(office.connect, office.globex)
    office.slack.unshare(office.connect, far)
    told = {"type": "channel_unshared", "channel": office.connect.id}
    assert await heard(office, "channel_unshared") == [
        {**told, "previously_connected_team_id": office.globex.id, "is_ext_shared": True},
        {**told, "previously_connected_team_id": far.id, "is_ext_shared": False},
    ]
    assert office.zoe not in office.connect.members
    assert office.ann in office.connect.members
    for team in (far, office.acme):
        with pytest.raises(ValueError, match="is not shared with"):
            office.slack.unshare(office.connect, team)


async def test_sharing_is_told_to_apps_that_may_know_the_channel(office: Office) -> None:
    office.slack.share(office.secret, office.globex)
    assert await heard(office, "channel_shared") == []
    office.slack.share(office.lounge, office.globex)
    assert [event["channel"] for event in await heard(office, "channel_shared")] == [office.lounge.id]


async def test_who_leaves_a_channel_is_named(office: Office) -> None:
    ben = office.slack.as_user(office.ben)
    await ben.leave(office.support)
    office.slack.invite(office.secret, office.app.bot_user)
    office.slack.remove_member(office.secret, office.ann)
    left = {"type": "member_left_channel", "team": office.acme.id}
    assert await heard(office, "member_left_channel") == [
        {**left, "user": office.ben.id, "channel": office.support.id, "channel_type": "C"},
        {**left, "user": office.ann.id, "channel": office.secret.id, "channel_type": "G"},
    ]
    assert office.ben not in office.support.members
    with pytest.raises(PersonError, match="cannot leave"):
        await ben.leave(office.support)
    with pytest.raises(PersonError, match="cannot leave"):
        await ben.leave(ben.direct_channel())


async def test_a_bot_that_is_taken_out_hears_of_itself(office: Office) -> None:
    office.slack.invite(office.secret, office.app.bot_user)
    for channel in (office.support, office.secret):
        office.slack.remove_member(channel, office.app.bot_user, by=office.ada)
    await office.slack.as_user(office.ann).post(office.support, "who is there?")
    assert await heard(office, "channel_left") == [
        {"type": "channel_left", "channel": office.support.id, "actor_id": office.ada.id}
    ]
    assert [event["channel"] for event in await heard(office, "group_left")] == [office.secret.id]
    assert await heard(office, "member_left_channel") == []
    assert await heard(office, "message") == []
    assert (await office.refused("conversations.history", channel=office.support.id))["error"] == "not_in_channel"


async def test_who_leaves_the_company_is_deleted_and_in_no_channel(office: Office) -> None:
    office.slack.deactivate(office.ben)
    (changed,) = await heard(office, "user_change")
    assert (changed["user"]["id"], changed["user"]["deleted"]) == (office.ben.id, True)
    assert (await office.web.users_info(user=office.ben.id))["user"]["deleted"] is True
    members = await office.web.conversations_members(channel=office.support.id)
    assert office.ben.id not in members["members"]
    assert (await office.refused("conversations.open", users=office.ben.id))["error"] == "user_disabled"


async def test_who_leaves_an_unknown_company_is_not_talked_of(office: Office) -> None:
    far = office.slack.add_user(office.slack.add_team("Far", "far"), "Fay")
    office.slack.deactivate(far)
    assert await heard(office, "user_change") == []
