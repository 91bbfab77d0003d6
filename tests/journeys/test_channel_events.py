"""What happens to a channel in Slack: shared, archived, renumbered, the bot removed; told once."""

from functools import partial
from typing import Any

from bot.domain.channels import OwnerNews
from bot.domain.issues import IssueRef
from bot.domain.organizations import ChannelLink, Visibility
from bot.domain.places import Audience
from bot.views.button_message import SEEN_BY_EVERYONE, SEEN_BY_FEW
from bot.views.link_channel_modal import BOTH, INTAKE, TRIAGE
from bot.views.owner_news import WORDS
from sandbox.faults import Answer, Fault
from sandbox.slack import Channel, Message
from sandbox.slack.delivery import Delivery
from sandbox.slack.records import Event
from storage import links
from tests.journeys.linking import buttons, link_of, linked, new_channel, pinned, unlinked
from tests.world import World


def told(world: World) -> list[Message]:
    """Return what the owner reads in the direct message with the bot."""
    slack, company = world.company.slack, world.company
    return world.posts(slack.direct_channel(company.app, company.vera))


def words(news: OwnerNews, channel: Channel) -> str:
    return WORDS[news].format(channel=f"#{channel.name}", organization="Acme")


def text(world: World, message: Message) -> str:
    return world.company.slack.as_text(message)


async def heed(world: World) -> None:
    """Let the bot hear of what happened, again where it asked for that, and deliver what follows."""
    await world.company.slack.quiet()
    while await world.company.slack.retry_events():
        await world.company.slack.quiet()
    await world.settle()


async def happen(world: World, kind: str, **fields: Any) -> None:
    """Let Slack tell of an event that the sandbox's admins cannot bring about."""
    slack, app = world.company.slack, world.company.app
    body = {"type": kind, "event_ts": "1.1", **fields}
    slack.world.publish(Event(kind, body, world.company.vera, app=app))
    await heed(world)


async def again(world: World, kind: str) -> Delivery:
    """Let Slack tell the same event again."""
    events = [each for each in world.company.slack.deliveries if each.kind == "event"]
    [told_first] = [each for each in events if f'"type": "{kind}"'.encode() in each.body]
    delivery = await world.company.slack.deliver_again(told_first)
    await world.settle()
    return delivery


async def test_a_triage_channel_that_is_shared_shows_nothing_internal_any_more(world: World) -> None:
    slack, company = world.company.slack, world.company
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    [before] = slack.messages(company.triage)

    slack.share(company.triage, slack.add_team("Globex", "globex"))
    await heed(world)
    assert await link_of(world, company.triage) is None
    [message] = told(world)
    assert text(world, message) == words(OwnerNews.TRIAGE_SHARED, company.triage)

    seen = [text(world, before), *(text(world, reply) for reply in slack.replies(before))]
    await slack.as_user(company.ada).press(world.posts(company.intake)[0], "Close")
    await world.raise_issue(company.ada, company.intake, "Another one")
    await world.settle()
    assert "Closed" in text(world, world.posts(company.intake)[0])
    assert slack.messages(company.triage) == [before]
    assert [text(world, before), *(text(world, reply) for reply in slack.replies(before))] == seen
    assert any("Another one" in text(world, message) for message in told(world))


async def test_it_is_told_once_and_a_second_telling_takes_nothing_away(world: World) -> None:
    slack, company = world.company.slack, world.company
    globex = slack.add_team("Globex", "globex")
    slack.share(company.triage, globex)
    await heed(world)
    slack.unshare(company.triage, globex)
    await linked(world, company.triage, TRIAGE)
    assert (await again(world, "channel_shared")).status == 200
    found = await link_of(world, company.triage)
    assert isinstance(found, ChannelLink)
    assert found.triage
    assert len(told(world)) == 1


async def test_an_archiving_that_is_told_after_the_return_is_not_told_to_the_owner(world: World) -> None:
    slack, company = world.company.slack, world.company
    slack.archive(company.triage)
    slack.unarchive(company.triage)
    await heed(world)
    before = len(told(world))
    # Slack tells of something else that is as old, and comes late.
    await happen(world, "channel_left", channel=company.triage.id)
    assert len(told(world)) == before
    await happen(world, "channel_left", channel=company.triage.id, event_ts="9999999999.000100")
    assert len(told(world)) == before + 1
    await happen(world, "channel_left", channel=company.intake.id, event_ts="no time")
    assert len(told(world)) == before + 2


async def test_issues_that_are_not_closed_come_to_the_next_triage_channel(world: World) -> None:
    slack, company = world.company.slack, world.company
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    slack.share(company.triage, slack.add_team("Globex", "globex"))
    await heed(world)
    channel = slack.add_channel(company.team, "desk", private=True, members=[company.vera, company.app.bot_user])
    await linked(world, channel, TRIAGE)
    [message] = world.posts(channel)
    assert "Export fails" in text(world, message)
    assert "ada@customer.example" in text(world, message)
    # Once.
    await linked(world, channel, TRIAGE)
    assert world.posts(channel) == [message]


async def test_a_former_triage_channel_shows_nothing_internal_once_it_is_shared(
    world: World,
) -> None:
    slack, company = world.company.slack, world.company
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    ref = IssueRef(world.acme.organization_id, 1)
    await unlinked(world, company.triage)
    assert len(await _places(world, ref)) == 2
    slack.share(company.triage, slack.add_team("Globex", "globex"))
    await heed(world)
    assert len(await _places(world, ref)) == 1
    assert told(world) == []


async def test_a_triage_channel_that_becomes_an_intake_shows_nothing_internal_any_more(world: World) -> None:
    company = world.company
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    await linked(world, company.triage, INTAKE)
    assert len(await _places(world, IssueRef(world.acme.organization_id, 1))) == 1


async def _places(world: World, ref: IssueRef) -> list[links.IssueMessage]:
    look = partial(links.issue_messages, organization_id=ref.organization_id, issue_id=ref.issue_id)
    return await world.bot.transaction.read(look)


async def test_a_channel_for_both_stays_an_intake_when_it_is_shared(world: World) -> None:
    slack, company = world.company.slack, world.company
    await unlinked(world, company.triage)
    channel = new_channel(world, "everything")
    await linked(world, channel, BOTH)
    slack.share(channel, slack.add_team("Globex", "globex"))
    await heed(world)
    found = await link_of(world, channel)
    assert isinstance(found, ChannelLink)
    # One customer company: everyone there may still see its issues.
    assert (found.intake, found.triage, found.visibility) == (True, False, Visibility.SHARED)
    assert [text(world, message) for message in told(world)] == [words(OwnerNews.TRIAGE_SHARED, channel)]
    assert pinned(world, channel) == buttons(world, channel)


async def test_an_intake_channel_becomes_private_once_a_second_company_is_there(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = new_channel(world, "help-2", company.ada)
    await linked(world, channel, INTAKE)
    slack.share(channel, slack.add_team("Globex", "globex"))
    await heed(world)
    [button] = buttons(world, channel)
    assert SEEN_BY_EVERYONE in text(world, button)
    assert told(world) == []

    slack.share(channel, slack.add_team("Initech", "initech"))
    await heed(world)
    found = await link_of(world, channel)
    assert isinstance(found, ChannelLink)
    assert found.visibility is Visibility.PRIVATE
    [message] = told(world)
    assert text(world, message) == words(OwnerNews.NOW_PRIVATE, channel)
    assert buttons(world, channel) == pinned(world, channel) == [button]
    assert SEEN_BY_FEW.format(organization="Acme") in text(world, button)


async def test_what_the_owner_changed_back_stays_so_when_it_is_told_again(world: World) -> None:
    slack, company = world.company.slack, world.company
    one, two = slack.add_team("Globex", "globex"), slack.add_team("Initech", "initech")
    channel = slack.add_channel(company.team, "with-globex", shared_with=[one], members=[company.vera])
    await linked(world, channel, INTAKE)
    slack.share(channel, two)
    await heed(world)
    await linked(world, channel, INTAKE, Visibility.SHARED)
    await again(world, "channel_shared")
    found = await link_of(world, channel)
    assert isinstance(found, ChannelLink)
    assert found.visibility is Visibility.SHARED
    assert len(told(world)) == 1


async def test_an_archived_channel_and_a_removed_bot_are_told_to_the_owner_once(world: World) -> None:
    slack, company = world.company.slack, world.company
    slack.archive(company.intake)
    await heed(world)
    await again(world, "channel_archive")
    assert [text(world, message) for message in told(world)] == [words(OwnerNews.ARCHIVED, company.intake)]
    slack.remove_member(company.triage, company.app.bot_user, by=company.victor)
    await heed(world)
    await again(world, "group_left")
    assert len(told(world)) == 2
    assert text(world, told(world)[1]) == words(OwnerNews.REMOVED, company.triage)


async def test_a_channel_that_is_not_linked_is_nobodys_news(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = new_channel(world, "lounge", company.app.bot_user)
    slack.share(channel, slack.add_team("Globex", "globex"))
    slack.archive(channel)
    slack.remove_member(channel, company.app.bot_user)
    await heed(world)
    assert told(world) == []
    events = [each for each in slack.deliveries if each.kind == "event"]
    assert [each.status for each in events] == [200] * len(events)


async def test_a_channel_is_followed_to_its_new_id(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = new_channel(world, "help-2", company.ada)
    await linked(world, channel, INTAKE)
    await world.raise_issue(company.ada, channel, "Export fails")
    await world.settle()
    old, channel.id = channel.id, "C0NEWID"
    slack.world.channels[channel.id] = slack.world.channels.pop(old)
    await happen(world, "channel_id_changed", old_channel_id=old, new_channel_id=channel.id)
    found = await link_of(world, channel)
    assert isinstance(found, ChannelLink)
    assert found.intake
    assert len(buttons(world, channel)) == 1
    places = await _places(world, IssueRef(world.acme.organization_id, 1))
    assert [place.channel_id for place in places if place.audience is Audience.CUSTOMER] == [channel.id]
    person = await world.raise_issue(company.ada, channel, "Another one")
    await world.settle()
    assert person.modal is not None
    assert [text(world, post).splitlines()[0] for post in world.posts(channel)] == ["Export fails", "Another one"]


async def test_an_event_without_its_channel_is_answered_and_changes_nothing(world: World) -> None:
    for kind in ("channel_shared", "channel_left", "channel_id_changed", "group_archive"):
        await happen(world, kind, channel={"id": 7}, old_channel_id=None)
    events = [each for each in world.company.slack.deliveries if each.kind == "event"]
    assert [each.status for each in events] == [200] * 4
    assert await link_of(world, world.company.intake) is not None


async def test_who_is_there_is_looked_at_again_when_slack_does_not_tell_at_first(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = slack.add_channel(
        company.team, "with-globex", shared_with=[slack.add_team("Globex", "globex")], members=[company.vera]
    )
    await linked(world, channel, INTAKE)
    slack.faults.plant("conversations.info", Fault(answer=Answer(500, "away", content_type="text/plain")))
    slack.share(channel, slack.add_team("Initech", "initech"))
    await heed(world)
    found = await link_of(world, channel)
    assert isinstance(found, ChannelLink)
    assert found.visibility is Visibility.PRIVATE
    assert company.slack.as_text(told(world)[0]) == words(OwnerNews.NOW_PRIVATE, channel)
