"""What a person has read, takes back or takes off the screen."""

import pytest

from sandbox.slack import PersonError, User
from sandbox.slack.seen import Unread, follows, unread, unread_in_thread
from tests.sandbox.slack.office import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")


def counted(office: Office, user: User) -> Unread:
    return unread(office.slack.world, user, office.support)


async def test_what_others_say_is_unread_until_the_channel_is_read(office: Office) -> None:
    ann, ben = office.slack.as_user(office.ann), office.slack.as_user(office.ben)
    await ann.post(office.support, "one")
    await ann.post(office.support, "two, @ben.ode")
    await office.post("three <!here>")
    assert counted(office, office.ben) == Unread(3, 2)
    assert counted(office, office.ann) == Unread(1, 1)
    ben.read(office.support)
    assert counted(office, office.ben) == Unread(0, 0)


async def test_replies_are_unread_in_their_thread_alone(office: Office) -> None:
    ann, ben = office.slack.as_user(office.ann), office.slack.as_user(office.ben)
    above = await ann.post(office.support, "look")
    ben.read(office.support)
    assert not follows(office.ben, above)
    await ann.post(office.support, "what do you say, @ben.ode?", thread=above)
    assert follows(office.ben, above)
    assert counted(office, office.ben) == Unread(0, 0)
    assert unread_in_thread(office.slack.world, office.ben, above) == Unread(1, 1)
    ben.read(office.support, above)
    assert unread_in_thread(office.slack.world, office.ben, above) == Unread(0, 0)


async def test_all_of_a_direct_message_is_for_the_person(office: Office) -> None:
    await office.call("chat.postMessage", channel=office.ann.id, text="hello")
    direct = office.slack.direct_channel(office.app, office.ann)
    assert unread(office.slack.world, office.ann, direct) == Unread(1, 1)


async def test_a_channel_that_one_cannot_see_cannot_be_read(office: Office) -> None:
    with pytest.raises(PersonError, match="cannot see"):
        office.slack.as_user(office.ben).read(office.secret)


async def test_a_guest_sees_the_channels_that_they_are_in_and_no_other(office: Office) -> None:
    guest = office.slack.add_user(office.acme, "Gus", guest=True)
    office.slack.invite(office.support, guest)
    person = office.slack.as_user(guest)
    assert person.can_read(office.support)
    assert not person.can_read(office.lounge)
    assert office.slack.as_user(office.ben).can_read(office.lounge)


async def test_a_reaction_is_put_once_and_taken_off_by_whoever_put_it(office: Office) -> None:
    ann, ben = office.slack.as_user(office.ann), office.slack.as_user(office.ben)
    message = await ann.post(office.support, "done")
    for _ in range(2):
        await ben.react(message, "eyes")
    await ann.react(message, "eyes")
    assert message.reactions == {"eyes": [office.ben.id, office.ann.id]}
    await ben.unreact(message, "eyes")
    with pytest.raises(PersonError):
        await ben.unreact(message, "eyes")
    await ann.unreact(message, "eyes")
    assert message.reactions == {}
    await office.slack.quiet()
    assert len(office.tiny.of("reaction_added")) == 2
    assert [payload["event"]["user"] for payload in office.tiny.of("reaction_removed")] == [
        office.ben.id,
        office.ann.id,
    ]


async def test_a_whisper_is_dismissed_by_whoever_reads_it(office: Office) -> None:
    await office.call("chat.postEphemeral", channel=office.support.id, user=office.ann.id, text="psst")
    ann, ben = office.slack.as_user(office.ann), office.slack.as_user(office.ben)
    (whisper,) = ann.ephemerals
    with pytest.raises(PersonError):
        ben.dismiss(whisper)
    ann.dismiss(whisper)
    assert ann.ephemerals == []


async def test_whoever_watches_hears_of_every_change(office: Office) -> None:
    heard: list[str] = []
    office.slack.world.changes.watch(lambda: heard.append("changed"))
    ann = office.slack.as_user(office.ann)
    await ann.post(office.support, "news")
    assert heard
    heard.clear()
    office.slack.as_user(office.ben).read(office.support)
    assert heard
    heard.clear()
    office.slack.as_user(office.ben).read(office.support)
    assert heard == []
