"""``/threadline link-channel`` and ``unlink-channel``: who may, where, what stands in the channel afterwards."""

import asyncio

import pytest

from bot.domain.organizations import Visibility
from bot.usecases.unlink_channel import NOT_LINKED
from bot.views.button_message import HEADING, RAISE, SEEN_BY_EVERYONE, SEEN_BY_FEW
from bot.views.command_answers import UNLINKED
from bot.views.link_channel_modal import (
    BOTH,
    INTAKE,
    LINKED,
    NOT_ALL_SEEN,
    PART_LABEL,
    PARTS,
    SEVERAL_COMPANIES,
    TEAM_NEEDS_A_CHANNEL,
    TRIAGE,
    VISIBILITY_LABEL,
)
from sandbox.faults import Answer, Fault
from sandbox.slack import messages
from tests.journeys.linking import (
    PRIVATE,
    SHARED,
    buttons,
    chosen,
    form,
    link_of,
    linked,
    new_channel,
    pinned,
    stored,
    submitted,
    unlinked,
)
from tests.world import World, register


async def test_a_vendor_links_a_channel_and_a_message_with_the_button_is_pinned_there(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = new_channel(world, "help-2", company.ada)
    person = await form(world, company.vera, channel)
    assert chosen(person) == (PARTS[INTAKE][0], SHARED)
    assert not (await person.submit()).errors
    assert person.modal is not None
    assert LINKED.format(organization="Acme") in slack.as_text(person.modal)
    assert TEAM_NEEDS_A_CHANNEL.format(organization="Acme") not in slack.as_text(person.modal)
    # A public channel is joined by itself.
    assert company.app.bot_user in channel.members
    assert await stored(world, channel) == (True, False, Visibility.SHARED)
    assert buttons(world, channel) == []

    await world.settle()
    [message] = buttons(world, channel)
    text = slack.as_text(message)
    assert HEADING.format(organization="Acme") in text
    assert SEEN_BY_EVERYONE in text
    assert pinned(world, channel) == [message]
    assert message.metadata is not None
    assert set(message.metadata["event_payload"]) == {"id"}


async def test_linking_again_keeps_the_message_and_changes_its_words(world: World) -> None:
    channel = new_channel(world, "help-2")
    await linked(world, channel, INTAKE)
    [first] = buttons(world, channel)
    person = await form(world, world.company.vera, channel)
    assert chosen(person) == (PARTS[INTAKE][0], SHARED)
    assert not (await submitted(person, INTAKE, Visibility.PRIVATE)).errors
    await world.settle()
    assert buttons(world, channel) == pinned(world, channel) == [first]
    assert SEEN_BY_FEW.format(organization="Acme") in world.company.slack.as_text(first)
    assert len(world.company.slack.calls_of("pins.add")) == 2


async def test_a_message_that_somebody_deleted_comes_back_when_the_channel_is_linked_again(world: World) -> None:
    channel = new_channel(world, "help-2")
    await linked(world, channel, INTAKE)
    [first] = buttons(world, channel)
    messages.remove(world.company.slack.world, first, world.company.vera)
    await linked(world, channel, INTAKE)
    [second] = buttons(world, channel)
    assert second.ts != first.ts
    assert pinned(world, channel) == [second]


async def test_who_joins_the_first_channel_is_offered_to_have_it_for_both(world: World) -> None:
    company = world.company
    await unlinked(world, company.triage)
    channel = new_channel(world, "everything")
    person = await form(world, company.vera, channel)
    assert chosen(person) == (PARTS[BOTH][0], SHARED)
    assert not (await person.submit()).errors
    assert await stored(world, channel) == (True, True, Visibility.SHARED)


async def test_without_a_triage_channel_the_vendor_reads_where_issues_are_told(world: World) -> None:
    await unlinked(world, world.company.triage)
    channel = new_channel(world, "help-2")
    person = await form(world, world.company.vera, channel)
    assert not (await submitted(person, INTAKE)).errors
    assert person.modal is not None
    assert TEAM_NEEDS_A_CHANNEL.format(organization="Acme") in world.company.slack.as_text(person.modal)


async def test_changing_a_channel_to_triage_removes_the_message(world: World) -> None:
    company = world.company
    await unlinked(world, company.triage)
    channel = new_channel(world, "help-2")
    await linked(world, channel, BOTH)
    assert len(buttons(world, channel)) == 1
    await linked(world, channel, TRIAGE)
    assert buttons(world, channel) == pinned(world, channel) == []
    assert await stored(world, channel) == (False, True, Visibility.SHARED)
    await linked(world, channel, INTAKE)
    assert len(buttons(world, channel)) == len(pinned(world, channel)) == 1


async def test_unlinking_removes_the_message_and_leaves_issues_where_they_are(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = new_channel(world, "help-2", company.ada)
    await linked(world, channel, INTAKE)
    await world.raise_issue(company.ada, channel, "Export fails")
    await world.settle()
    person = await unlinked(world, channel)
    assert slack.as_text(person.ephemerals[-1]) == UNLINKED.format(organization="Acme")
    assert await link_of(world, channel) is None
    assert buttons(world, channel) == []
    [issue] = world.posts(channel)
    assert "Export fails" in slack.as_text(issue)
    assert len(slack.replies(issue)) == 1

    await person.slash(channel, "/threadline", "unlink-channel")
    assert slack.as_text(person.ephemerals[-1]) == NOT_LINKED


async def test_a_channel_that_is_unlinked_while_its_message_is_on_its_way_keeps_none(world: World) -> None:
    slack, answered = world.company.slack, asyncio.Event()
    channel = new_channel(world, "help-2")
    person = await form(world, world.company.vera, channel)
    assert not (await submitted(person, INTAKE)).errors
    slack.faults.plant("chat.postMessage", Fault(commit=True, hold=answered))
    delivering = asyncio.create_task(world.settle())
    await slack.wait_until(lambda: buttons(world, channel))
    await person.slash(channel, "/threadline", "unlink-channel")
    assert await link_of(world, channel) is None
    answered.set()
    await delivering
    assert len(slack.calls_of("chat.postMessage")) == 1
    assert buttons(world, channel) == []


async def test_a_vendor_of_several_organizations_chooses_which(world: World) -> None:
    company = world.company
    await register(world.bot.transaction, company, "Beta", company.vera)
    channel = new_channel(world, "help-2")
    person = await form(world, company.vera, channel)
    assert person.labels() == ["Organization", PART_LABEL, VISIBILITY_LABEL]
    person.choose("Organization", "Beta")
    assert not (await person.submit()).errors
    assert person.modal is not None
    assert LINKED.format(organization="Beta") in company.slack.as_text(person.modal)
    # Asked again, there is no choice any more.
    assert (await form(world, company.vera, channel)).labels() == [PART_LABEL, VISIBILITY_LABEL]


async def test_issues_are_private_where_a_second_customer_company_is(world: World) -> None:
    slack, company = world.company.slack, world.company
    one = slack.add_user(company.team, "Gus", "Guest", email="gus@globex.example", guest=True)
    two = slack.add_user(company.team, "Ina", "Guest", email="ina@initech.example", guest=True)
    channel = new_channel(world, "help-2", one)
    assert chosen(await form(world, company.vera, channel))[1] == SHARED
    slack.invite(channel, two)
    person = await form(world, company.vera, channel)
    assert chosen(person) == (PARTS[INTAKE][0], PRIVATE)
    assert person.modal is not None
    assert SEVERAL_COMPANIES in slack.as_text(person.modal)
    # It is a default: who knows better chooses otherwise.
    assert not (await submitted(person, INTAKE, Visibility.SHARED)).errors


async def test_issues_are_private_where_not_everyone_could_be_looked_at(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = new_channel(world, "help-2", company.ada)
    away = Fault(answer=Answer(500, "away", content_type="text/plain"))
    for method in ("conversations.members", "users.info"):
        slack.faults.plant(method, away)
        person = await form(world, company.vera, channel)
        assert chosen(person)[1] == PRIVATE
        assert person.modal is not None
        assert NOT_ALL_SEEN in slack.as_text(person.modal)


async def test_the_button_opens_the_form(world: World) -> None:
    slack, company = world.company.slack, world.company
    channel = new_channel(world, "help-2", company.ada)
    await linked(world, channel, INTAKE)
    person = slack.as_user(company.ada)
    assert (await person.press(buttons(world, channel)[0], RAISE)).ok
    await world.filled(person)
    person.fill("Title", "Export fails")
    assert not (await person.submit()).errors
    await world.settle()
    [issue] = world.posts(channel)
    assert "Export fails" in slack.as_text(issue)


@pytest.mark.parametrize("visibility", list(Visibility))
async def test_somebody_of_another_company_raises_by_the_button(world: World, visibility: Visibility) -> None:
    slack, company = world.company.slack, world.company
    globex = slack.add_team("Globex", "globex")
    # Any admin can give anybody any address: it proves nothing from another workspace.
    eve = slack.add_user(globex, "Eve", "Elsewhere", email="vera@acme.example")
    channel = slack.add_channel(company.team, "with-globex", shared_with=[globex], members=[company.vera, eve])
    await linked(world, channel, INTAKE, visibility)

    person = slack.as_user(eve)
    assert not (await person.slash(channel, "/raise-issue", "Hello")).ok
    assert (await person.press(buttons(world, channel)[0], RAISE)).ok
    await world.filled(person)
    person.fill("Title", "We cannot log in")
    assert not (await person.submit()).errors
    await world.settle()
    shown = channel if visibility is Visibility.SHARED else slack.direct_channel(company.app, eve)
    [issue] = world.posts(shown)
    assert "We cannot log in" in slack.as_text(issue)
    assert len(slack.replies(issue)) == 1
    assert "Raised by Eve Elsewhere" in slack.as_text(world.posts(company.triage)[0])
    if visibility is Visibility.PRIVATE:
        assert world.posts(channel) == []
