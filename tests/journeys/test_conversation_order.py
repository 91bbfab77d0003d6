"""Slack tells what happened in any order, late and twice; and an issue may be talked about in a direct message."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete

from bot.domain.organizations import Visibility
from bot.domain.people import ProfileKind
from bot.views.comment_lines import FROM_ORGANIZATION, TRIAGE_FROM_CUSTOMER
from storage import tables
from tests.databases import held_closed
from tests.journeys.messages import change
from tests.journeys.threads import (
    comments,
    raised,
    said_in,
    switch_profiles,
    tell,
    tell_nobody,
    told_nobody,
)
from tests.world import World, link, open_world

BY_ADA = TRIAGE_FROM_CUSTOMER.format(name="Ada Lovelace")
FROM_VERA = FROM_ORGANIZATION.format(name="Vera", organization="Acme")


async def test_an_edit_told_before_its_message_stands_for_it(world: World) -> None:
    company = world.company
    shown, ada = await raised(world), company.slack.as_user(company.ada)
    await tell_nobody(world)
    message = await ada.post(company.intake, "It began on Monday", thread=shown.customer)
    await ada.edit(message, "It began on Tuesday")
    said, edited = await told_nobody(world)
    await tell(world, edited, said)
    await world.settle()
    assert await comments(world) == [("public", "It began on Tuesday")]
    assert said_in(world, shown.triage) == [f"{BY_ADA}\n> It began on Tuesday"]


async def test_a_deletion_told_before_its_message_leaves_nothing(world: World) -> None:
    company = world.company
    shown, ada = await raised(world), company.slack.as_user(company.ada)
    await tell_nobody(world)
    message = await ada.post(company.intake, "My password is 1234", thread=shown.customer)
    await ada.edit(message, "My password is secret")
    await ada.delete(message)
    said, edited, deleted = await told_nobody(world)
    await tell(world, deleted, edited, said)
    await world.settle()
    assert await comments(world) == []
    assert said_in(world, shown.triage) == []


@pytest.mark.parametrize("last", ["what a mess", "@customer we are sorry"])
async def test_the_later_edit_wins_in_whatever_order_and_however_often_they_are_told(
    world: World, last: str
) -> None:
    company = world.company
    shown, vera = await raised(world), company.slack.as_user(company.vera)
    await tell_nobody(world)
    message = await vera.post(company.triage, "we look", thread=shown.triage)
    await vera.edit(message, "@customer they broke it themselves")
    await vera.edit(message, last)
    said, first, second = await told_nobody(world)
    wanted = [f"{FROM_VERA}\n> we are sorry"] if last.startswith("@") else []
    for order in ((said, second, first), (first, second, said), (second, first, said, first, second)):
        await tell(world, *order)
        await world.settle()
        assert said_in(world, shown.customer) == wanted
    assert len(await comments(world)) == 1


async def test_an_edit_back_to_the_first_words_is_not_undone_by_a_late_one(world: World) -> None:
    company = world.company
    shown, vera = await raised(world), company.slack.as_user(company.vera)
    await tell_nobody(world)
    message = await vera.post(company.triage, "we look", thread=shown.triage)
    await vera.edit(message, "@customer they broke it themselves")
    await vera.edit(message, "we look")
    said, between, back = await told_nobody(world)
    await tell(world, said, back, between)
    await world.settle()
    assert said_in(world, shown.customer) == []


@pytest.mark.both_databases
async def test_what_is_told_at_once_comes_to_the_same(world: World) -> None:
    company = world.company
    shown, ada = await raised(world), company.slack.as_user(company.ada)
    await tell_nobody(world)
    for number in range(5):
        message = await ada.post(company.intake, f"{number}: one", thread=shown.customer)
        await ada.edit(message, f"{number}: two")
        await ada.edit(message, f"{number}: three")
        if number % 2:
            await ada.delete(message)
    told = await told_nobody(world)
    await asyncio.gather(*[tell(world, one) for one in [*reversed(told), *told]])
    await world.settle()
    assert sorted(await comments(world)) == [("public", f"{number}: three") for number in (0, 2, 4)]
    assert sorted(said_in(world, shown.triage)) == [f"{BY_ADA}\n> {number}: three" for number in (0, 2, 4)]


async def test_the_same_event_told_twice_changes_nothing(world: World) -> None:
    company = world.company
    shown, ada = await raised(world), company.slack.as_user(company.ada)
    message = await ada.post(company.intake, "It began on Monday", thread=shown.customer)
    await company.slack.quiet()
    said = company.slack.deliveries[-1]
    await tell(world, said, said)
    await world.settle()
    assert await comments(world) == [("public", "It began on Monday")]
    assert said_in(world, shown.triage) == [f"{BY_ADA}\n> It began on Monday"]
    await ada.delete(message)
    await world.settle()
    await tell(world, said)
    await world.settle()
    assert await comments(world) == []
    assert said_in(world, shown.triage) == []


async def test_a_file_and_a_reply_also_sent_to_the_channel_are_replies(world: World) -> None:
    company = world.company
    shown, ada = await raised(world), company.slack.as_user(company.ada)
    await ada.post(company.intake, "Look", thread=shown.customer, files=[("shot.png", b"png")])
    await company.slack.quiet()
    await tell_nobody(world)
    await ada.post(company.intake, "To everybody", thread=shown.customer)
    [broadcast] = await told_nobody(world)
    await tell(world, broadcast, subtype="thread_broadcast")
    await world.settle()
    assert await comments(world) == [("public", "Look"), ("public", "To everybody")]
    assert [text.partition("\n")[2] for text in said_in(world, shown.triage)][:1] != []
    assert any("shot.png" in text for text in said_in(world, shown.triage))


@pytest.fixture
async def impatient(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, answer_seconds=0.1) as opened:
        yield opened


@pytest.mark.both_databases
async def test_a_reply_while_the_database_is_held_is_told_again_and_taken_once(impatient: World) -> None:
    world, company = impatient, impatient.company
    ada = company.slack.as_user(company.ada)
    # On a busy machine a tenth of a second is soon over: whoever is told so presses again.
    person = await world.open_form(company.ada, company.intake, "Export fails")
    while (await person.submit()).errors:
        pass
    await world.settle()
    [customer], [triage] = world.posts(company.intake), world.posts(company.triage)
    async with held_closed(world.settings.database_url):
        await ada.post(company.intake, "Still there?", thread=customer)
        await company.slack.quiet()
        assert company.slack.deliveries[-1].status == 503
    async with asyncio.timeout(10):
        while not await comments(world):
            await company.slack.retry_events()
    while await company.slack.retry_events():
        pass
    await world.settle()
    assert await comments(world) == [("public", "Still there?")]
    assert said_in(world, triage) == [f"{BY_ADA}\n> Still there?"]


async def test_where_issues_are_private_the_direct_message_is_the_customers_thread(world: World) -> None:
    company, slack, private = world.company, world.company.slack, Visibility.PRIVATE
    await link(world.bot.transaction, world.acme.organization_id, company.intake, intake=True, visibility=private)
    await world.raise_issue(company.ada, company.intake, "Export fails")
    await world.settle()
    ada, vera = slack.as_user(company.ada), slack.as_user(company.vera)
    [customer], [triage] = slack.messages(ada.direct_channel()), world.posts(company.triage)
    assert world.posts(company.intake) == []

    hers = await ada.post(ada.direct_channel(), "It began on Monday", thread=customer)
    theirs = await vera.post(company.triage, "@customer we look", thread=triage)
    await vera.post(company.triage, "what a mess", thread=triage)
    await world.settle()
    assert said_in(world, triage) == [f"{BY_ADA}\n> It began on Monday"]
    assert said_in(world, customer) == [f"{FROM_VERA}\n> we look"]
    await ada.edit(hers, "It began on Tuesday")
    await vera.delete(theirs)
    await world.settle()
    assert said_in(world, triage) == [f"{BY_ADA}\n> It began on Tuesday"]
    assert said_in(world, customer) == []


async def test_in_a_direct_message_with_both_threads_each_edit_stays_in_its_own(world: World) -> None:
    # Without a triage channel the owner is told directly; here they raise an issue themselves.
    company, slack = world.company, world.company.slack
    await change(world, delete(tables.ChannelLink))
    await world.raise_issue(company.vera, company.intake, "My own")
    await world.settle()
    vera = slack.as_user(company.vera)
    # Each comes in its own time.
    customer, triage = sorted(
        slack.messages(vera.direct_channel()), key=lambda message: "Raised by" in slack.as_text(message)
    )
    note = await vera.post(vera.direct_channel(), "what a mess", thread=triage)
    await world.settle()
    await vera.edit(note, "what a mess it is")
    await world.settle()
    assert await comments(world) == [("internal", "what a mess it is")]
    assert said_in(world, customer) == []


async def test_a_reply_of_somebody_switched_off_meanwhile_is_not_taken(world: World) -> None:
    company = world.company
    await world.join(company.victor, ProfileKind.VENDOR)
    shown, victor = await raised(world), company.slack.as_user(company.victor)
    await tell_nobody(world)
    await victor.post(company.triage, "@customer goodbye", thread=shown.triage)
    told = await told_nobody(world)
    await switch_profiles(world, company.victor, active=False)
    await tell(world, *told)
    await world.settle()
    assert await comments(world) == []
    assert said_in(world, shown.customer) == []
