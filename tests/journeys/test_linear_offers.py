"""A Linear address in the triage thread: a Link button appears, once, and for vendors alone."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.linear_links import NOT_THERE
from bot.domain.linear_threads import VendorNote
from bot.usecases.refusals import FOLLOWS_ALREADY, VENDORS_ONLY
from bot.views.thread_lines import TRIAGE_LINES
from bot.views.vendor_notes import NOTES
from sandbox.slack import Message
from tests.journeys.linear_links import Office, open_office
from tests.journeys.test_both_in_one import both
from tests.journeys.threads import thread, whispers
from tests.world import World

FIRST = "ISS-2026-0001"


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with open_office(database_url) as opened:
        yield opened


def offers(office: Office, message: Message) -> list[Message]:
    slack, app = office.world.company.slack, office.world.company.app
    return [one for one in slack.replies(message) if one.app is app and "[Link]" in slack.as_text(one)]


async def test_a_pasted_address_is_offered_once_and_linked_by_its_button(office: Office) -> None:
    world, slack = office.world, office.world.company.slack
    triage, theirs = office.shown.triage, office.theirs("Export: nil deref")
    vera = slack.as_user(world.company.vera)
    for text in (f"Is it <{theirs.url}>?", f"Yes: {theirs.url} it is", f"<{theirs.url}|ACM-2>"):
        await vera.post(world.company.triage, text, thread=triage)
    await office.settle()
    [offer] = offers(office, triage)
    words = NOTES[VendorNote.LINK_OFFERED].format(number=FIRST, identifier="ACM-2")
    assert slack.as_text(offer) == f"{words}\n[Link]"

    slack.invite(world.company.triage, world.company.ada)
    await slack.as_user(world.company.ada).press(offer, "Link")
    assert whispers(world, world.company.ada) == [VENDORS_ONLY.format(organization="Acme")]
    assert (await vera.press(offer, "Link")).ok
    await office.settle()
    assert await office.followed() == {FIRST: "ACM-2"}
    line = TRIAGE_LINES["linear_relinked"].format(actor="Vera Vendor", becomes="ACM-2", was="ACM-1")
    assert line in thread(world, triage)
    await vera.press(offer, "Link")
    await office.settle()
    assert whispers(world, world.company.vera)[-1] == FOLLOWS_ALREADY.format(number=FIRST, identifier="ACM-2")
    assert thread(world, triage).count(line) == 1


async def test_an_address_that_comes_with_an_edit_is_offered_too(office: Office) -> None:
    world, theirs = office.world, office.theirs("Export: nil deref")
    vera = world.company.slack.as_user(world.company.vera)
    message = await vera.post(world.company.triage, "It is known", thread=office.shown.triage)
    await vera.edit(message, f"It is known: {theirs.url}")
    await office.settle()
    assert len(offers(office, office.shown.triage)) == 1


async def test_nothing_is_offered_that_is_not_the_organizations_or_is_followed_already(office: Office) -> None:
    world, linear = office.world, office.world.company.linear
    foreign, own, gone = office.theirs("Secret", office.rival), office.theirs("Ours"), office.theirs("Gone")
    office.dana.delete(gone)
    vera = world.company.slack.as_user(world.company.vera)
    elsewhere = own.url.replace("/acme/", "/globex/")
    for url in (
        foreign.url,
        elsewhere,
        gone.url,
        linear.issue("ACM-1").url,
        "https://linear.app/acme/team/ACM/all",
    ):
        await vera.post(world.company.triage, f"See {url}", thread=office.shown.triage)
    await office.settle()
    assert offers(office, office.shown.triage) == []
    assert NOT_THERE not in "".join(thread(world, office.shown.triage))


async def test_nothing_is_offered_where_customers_read(office: Office) -> None:
    world, theirs = office.world, office.theirs("Export: nil deref")
    vera = world.company.slack.as_user(world.company.vera)
    await vera.post(world.company.intake, f"See {theirs.url}", thread=office.shown.customer)
    await office.settle()
    assert offers(office, office.shown.customer) == offers(office, office.shown.triage) == []


async def test_nothing_is_said_of_it_in_a_channel_that_is_for_everybody(world: World) -> None:
    company, slack = world.company, world.company.slack
    channel, message = await both(world)
    await slack.as_user(company.victor).post(channel, "See https://linear.app/acme/issue/ACM-1", thread=message)
    await world.settle()
    assert "[Link]" not in "".join(thread(world, message))
    victor = slack.as_user(company.victor)
    await victor.press(message, "Linear")
    await world.bot.tasks.finish()
    assert victor.modal is not None
    await victor.press(victor.modal, "Unlink")
    await world.settle()
    assert "linked" not in "".join(thread(world, message))
    assert "In Linear" not in slack.as_text(message)
