"""A triage channel that cannot be used any more: another one takes its place, nothing is lost or said twice."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.channels import OwnerNews
from bot.usecases.link_channel import TRIAGE_TAKEN
from bot.views.comment_lines import TRIAGE_FROM_CUSTOMER
from bot.views.link_channel_modal import (
    BOTH,
    INTAKE,
    MAY_REPLACE,
    OPEN_ISSUES_COME,
    PART_LABEL,
    TAKES_THE_PLACE,
    TRIAGE,
)
from bot.views.owner_news import WORDS
from bot.views.thread_lines import TRIAGE_LINES
from sandbox.slack import Channel, Message
from storage import tables
from storage.types import database_now
from tests.journeys.linking import chosen, form, link_of, linked, new_channel, stored, submitted, unlinked
from tests.journeys.test_files import LOG, SHOT, in_thread
from tests.journeys.test_trouble import archived, raise_issues, reasons, titles, told
from tests.journeys.threads import said_in
from tests.storage.lanes import let_waiting_be_due
from tests.world import World

CLOSED_BY_ADA = TRIAGE_LINES["closed"].format(actor="Ada Lovelace (customer)")


def new_triage(world: World) -> Channel:
    return new_channel(world, "acme-triage-2", world.company.app.bot_user)


async def time_passes(world: World) -> None:
    """Let pass what files, and lanes, wait for; and deliver what is due then."""

    async def begin_earlier(session: AsyncSession) -> None:
        await session.execute(update(tables.FileCopy).values(begun_at=database_now(-60)))

    await world.bot.transaction.write(begin_earlier)
    for _ in range(2):
        await let_waiting_be_due(world.bot.transaction)
        await world.settle()


def shown_in(world: World, channel: Channel, title: str) -> Message:
    """Return the one message that shows an issue in a channel."""
    [found] = [post for post in world.posts(channel) if title in world.company.slack.as_text(post)]
    return found


async def test_another_channel_takes_the_place_of_an_archived_one_with_all_that_waits(world: World) -> None:
    company, slack = world.company, world.company.slack
    ada = slack.as_user(company.ada)
    await world.settle()
    await raise_issues(world, "Old", "Done with")
    old, done = world.posts(company.intake)
    await ada.post(company.intake, "Read already", thread=old, files=[LOG])
    await world.settle()
    assert in_thread(world, shown_in(world, company.triage, "Old")) == [LOG]
    before = [slack.as_text(message) for message in slack.messages(company.triage)]

    slack.archive(company.triage)
    await world.settle()
    await ada.post(company.intake, "Not read yet", thread=old, files=[SHOT])
    await ada.press(done, "Close")
    await raise_issues(world, "New")
    await ada.post(company.intake, "Of the new one", thread=shown_in(world, company.intake, "New"))
    await world.settle()
    assert told(world) == [archived(company.triage)]
    assert await reasons(world) != []

    other = new_triage(world)
    person = await form(world, company.vera, other)
    assert person.modal is not None
    assert MAY_REPLACE in slack.as_text(person.modal)
    # A new channel for customers, or the team's new one: nobody can guess.
    assert chosen(person)[0] is None
    assert not (await submitted(person, TRIAGE)).errors
    text = slack.as_text(person.modal)
    assert (TAKES_THE_PLACE in text, OPEN_ISSUES_COME in text) == (True, True)
    await world.settle()

    assert sorted(titles(world, other)) == ["Done with", "New", "Old"]
    said = TRIAGE_FROM_CUSTOMER.format(name="Ada Lovelace")
    told_anew = [text for text in said_in(world, shown_in(world, other, "Old")) if text.startswith(said)]
    assert told_anew == [f"{said}\n> Not read yet\nFiles: {SHOT[0]}"]
    # Of a file Slack may still be about to show what it refused: that is waited for.
    await time_passes(world)
    assert sorted(in_thread(world, shown_in(world, other, "Old"))) == [LOG, SHOT]
    assert await reasons(world) == []
    assert said_in(world, shown_in(world, other, "New")) == [f"{said}\n> Of the new one"]
    assert said_in(world, shown_in(world, other, "Done with")) == [CLOSED_BY_ADA]
    assert (await reasons(world), await link_of(world, company.triage)) == ([], None)
    assert await stored(world, other) == (False, True, (await stored(world, other))[2])
    # In Linear the way leads to where the team works now.
    for issue in company.linear.issues():
        assert any(other.id in one.url for one in issue.attachments), issue.title
    assert len(told(world)) == 1

    # It comes back: it is nobody's, and nothing is written there any more.
    slack.unarchive(company.triage)
    await world.settle()
    await slack.as_user(company.vera).press(shown_in(world, other, "Old"), "Start")
    await ada.post(company.intake, "And this", thread=old)
    await world.settle()
    assert [slack.as_text(message) for message in slack.messages(company.triage)] == before
    assert "In progress" in slack.as_text(shown_in(world, other, "Old"))
    assert said_in(world, shown_in(world, other, "Old"))[-1] == f"{said}\n> And this"


async def test_what_was_said_in_the_lost_channel_is_said_anew_when_it_changes(world: World) -> None:
    company, slack = world.company, world.company.slack
    ada = slack.as_user(company.ada)
    await world.settle()
    await raise_issues(world, "Old")
    [old] = world.posts(company.intake)
    first = await ada.post(company.intake, "Frist", thread=old)
    second = await ada.post(company.intake, "Second", thread=old)
    await world.settle()
    slack.archive(company.triage)
    await world.settle()
    other = new_triage(world)
    await linked(world, other, TRIAGE)
    assert said_in(world, shown_in(world, other, "Old")) == []

    await ada.edit(first, "First")
    await ada.delete(second)
    await world.settle()
    said = TRIAGE_FROM_CUSTOMER.format(name="Ada Lovelace")
    assert said_in(world, shown_in(world, other, "Old")) == [f"{said}\n> First"]
    assert await reasons(world) == []
    await ada.delete(first)
    await world.settle()
    assert said_in(world, shown_in(world, other, "Old")) == []


async def test_a_channel_that_slack_does_not_know_any_more_is_lost_though_nobody_told(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    await raise_issues(world, "Old")
    # Somebody deletes it. No event of that is sent to us, and nothing was refused yet.
    del slack.world.channels[company.triage.id]
    other = new_triage(world)
    person = await form(world, company.vera, other)
    assert person.modal is not None
    assert MAY_REPLACE in slack.as_text(person.modal)
    assert not (await submitted(person, TRIAGE)).errors
    await world.settle()
    assert titles(world, other) == ["Old"]
    assert (await reasons(world), told(world)) == ([], [])


async def test_one_that_is_not_lost_has_to_be_unlinked_first_as_one_is_told(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    await raise_issues(world, "Old")
    other = new_triage(world)
    person = await form(world, company.vera, other)
    assert person.modal is not None
    assert MAY_REPLACE not in slack.as_text(person.modal)
    taken = TRIAGE_TAKEN.format(organization="Acme")
    assert "/threadline unlink-channel" in taken
    assert (await submitted(person, TRIAGE)).errors == {PART_LABEL: taken}
    # A lost one is in nobody's way who wants another intake.
    slack.archive(company.triage)
    await world.settle()
    await linked(world, other, INTAKE)
    assert (await stored(world, company.triage))[1]


async def test_customers_who_come_to_the_team_s_new_channel_find_nothing_of_the_lost_one(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    await raise_issues(world, "Old")
    slack.archive(company.triage)
    await world.settle()
    await slack.as_user(company.ada).post(company.intake, "Not read yet", thread=world.posts(company.intake)[0])
    await world.settle()
    other = new_triage(world)
    person = await form(world, company.vera, other)
    assert not (await submitted(person, BOTH)).errors
    assert person.modal is not None
    text = slack.as_text(person.modal)
    assert (TAKES_THE_PLACE in text, OPEN_ISSUES_COME in text) == (True, False)
    await world.settle()
    assert (titles(world, other), await reasons(world)) == ([], [])
    await raise_issues(world, "Another")
    assert await reasons(world) == []


async def test_a_lost_channel_that_was_both_stays_the_customers_and_the_team_has_another(world: World) -> None:
    company, slack = world.company, world.company.slack
    await unlinked(world, company.triage)
    both = new_channel(world, "acme-both", company.app.bot_user, company.ada)
    await linked(world, both, BOTH)
    await world.raise_issue(company.ada, both, "Old")
    await world.settle()
    slack.archive(both)
    await world.settle()
    other = new_triage(world)
    await linked(world, other, TRIAGE)
    assert titles(world, other) == ["Old"]
    assert (await stored(world, both))[:2] == (True, False)
    # From Linear the way leads to where the team works now.
    assert any(other.id in one.url for one in company.linear.issues()[0].attachments)
    await slack.as_user(company.vera).press(shown_in(world, other, "Old"), "Resolve")
    await world.settle()
    assert set(await reasons(world)) == {"Slack refuses: is_archived"}
    # The customer reads it when the channel is there again.
    slack.unarchive(both)
    await world.settle()
    assert "Resolved" in slack.as_text(shown_in(world, both, "Old"))
    assert await reasons(world) == []


async def test_after_an_unlinking_nothing_waits_for_a_channel_that_is_lost_later(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.settle()
    await raise_issues(world, "Old", "Quiet")
    old, _ = world.posts(company.intake)
    await unlinked(world, company.triage)
    # As long as it is there, what stands in it goes on.
    await slack.as_user(company.vera).press(shown_in(world, company.triage, "Old"), "Start")
    await world.settle()
    assert "In progress" in slack.as_text(shown_in(world, company.triage, "Old"))

    slack.archive(company.triage)
    await world.settle()
    ada = slack.as_user(company.ada)
    await ada.post(company.intake, "Is anybody there?", thread=old)
    await world.settle()
    assert (await reasons(world), told(world)) == ([], [])

    other = new_triage(world)
    await linked(world, other, TRIAGE)
    # What stands in the channel that was unlinked stays, until there is something to tell.
    assert titles(world, other) == ["Old"]
    await ada.press(world.posts(company.intake)[1], "Close")
    await world.settle()
    assert sorted(titles(world, other)) == ["Old", "Quiet"]
    assert said_in(world, shown_in(world, other, "Quiet")) == [CLOSED_BY_ADA]
    assert await reasons(world) == []


def test_the_owner_reads_how_to_give_the_team_another_channel() -> None:
    assert "/threadline link-channel" in WORDS[OwnerNews.ARCHIVED]
