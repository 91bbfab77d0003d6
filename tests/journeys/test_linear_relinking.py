"""What an issue tells, and takes along, when it begins to follow a Linear issue that was there already."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.linear_links import RELINKED, UNLINKED
from bot.usecases.linear_gone import GONE, IN_THE_TRASH
from bot.views.issue_buttons import MENU_LABELS
from bot.views.issue_message import LINEAR_OFF
from bot.views.linear_lines import CUSTOMERS_BY_NOBODY, IN_LINEAR, TRIAGE_BY_NOBODY
from bot.views.linear_tie_modal import NOTHING_AND_OFF, OFF
from bot.views.thread_lines import CUSTOMER_LINES, TRIAGE_LINES
from tests.journeys.asking import open_modal
from tests.journeys.linear_forms import connect
from tests.journeys.linear_links import Office, open_office
from tests.journeys.threads import raised, thread
from tests.world import open_world

FIRST = "ISS-2026-0001"
SHOT = ("shot.png", b"\x89PNG")


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with open_office(database_url) as opened:
        yield opened


def told(template: str, **words: str) -> str:
    return IN_LINEAR.format(line=template.format(**words))


async def test_what_the_linear_issue_says_already_is_shown_and_told_in_one_message(office: Office) -> None:
    world, triage, customer = office.world, office.shown.triage, office.shown.customer
    theirs = office.theirs("Export: nil deref")
    office.dana.move(theirs, "In Progress")
    office.dana.set_priority(theirs, 1)
    office.dana.assign(theirs, world.company.dana)
    before = [thread(world, message) for message in (customer, triage)]
    await office.links(triage, theirs.identifier)
    assert "In progress · Urgent priority" in office.says(customer)
    assert "Dana is on it" in office.says(triage)
    line = TRIAGE_LINES[RELINKED].format(actor="Vera Vendor", becomes="ACM-2", was="ACM-1")
    # Who did it there, before it was linked, nobody here knows.
    words = {"was": "Medium", "becomes": "Urgent"}
    in_one = [
        "\n".join(told(lines[what], **words, assignee=name) for what in ("priority", "assigned", "started"))
        for lines, name in ((CUSTOMERS_BY_NOBODY, "Dana"), (TRIAGE_BY_NOBODY, "Dana Engineer"))
    ]
    assert thread(world, customer) == [*before[0], in_one[0]]
    assert thread(world, triage) == [*before[1], line, in_one[1]]
    # What happens there from then on is told as ever.
    office.dana.set_priority(theirs, 2)
    await office.settle()
    assert thread(world, customer)[-1] == told(CUSTOMER_LINES["priority"], actor="Dana", becomes="High")


async def test_a_customer_reads_that_the_linear_issue_is_done_already_and_is_asked(office: Office) -> None:
    theirs = office.theirs("Export: nil deref")
    office.dana.move(theirs, "Done")
    before = thread(office.world, office.shown.customer)
    await office.links(office.shown.triage, theirs.identifier)
    assert f"{FIRST} · Resolved" in office.says(office.shown.customer)
    line = told(CUSTOMERS_BY_NOBODY["resolved"])
    assert thread(office.world, office.shown.customer) == [*before, line]
    assert thread(office.world, office.shown.triage)[-1] == told(TRIAGE_BY_NOBODY["resolved"])


async def test_it_is_told_of_each_linear_issue_that_it_is_gone(office: Office) -> None:
    triage, said = office.shown.triage, TRIAGE_LINES[GONE].format(becomes=IN_THE_TRASH)
    theirs = office.theirs("Export: nil deref")
    office.dana.delete("ACM-1")
    await office.settle()
    await office.links(triage, theirs.identifier)
    assert thread(office.world, triage).count(said) == 1
    office.dana.delete(theirs)
    await office.settle()
    assert thread(office.world, triage).count(said) == 2


async def test_the_files_of_an_issue_go_along_without_being_sent_anew(office: Office) -> None:
    company = office.world.company
    ada = await office.world.open_form(company.ada, company.intake, "With a picture")
    ada.attach("Files", SHOT)
    assert not (await ada.submit()).errors
    await office.settle()
    [upload] = company.linear.files
    theirs = office.theirs("Export: nil deref")
    await office.links(office.newest(), theirs.identifier)
    attached = [one.url for one in company.linear.issue(theirs.identifier).attachments]
    assert upload.asset_url in attached
    assert len(company.linear.files) == 1


async def test_whoever_is_not_connected_with_linear_is_not_asked_and_whoever_is_links(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        company, slack = world.company, world.company.slack
        shown = await raised(world)
        vera = await world.open_form(company.vera, company.intake, "x")
        assert "Linear issue" not in vera.labels()
        await vera.close()
        assert (await vera.press(shown.triage, MENU_LABELS["linear"])).ok
        await world.bot.tasks.finish()
        assert vera.modal is not None
        assert NOTHING_AND_OFF.format(number=FIRST) in slack.as_text(vera.modal)
        await vera.close()

        await connect(world, company.linear_key)
        await raised(world)
        vera = await world.open_form(company.vera, company.intake, "Another one")
        assert "Linear issue" in vera.labels()
        [opened] = company.linear.issues()
        vera.fill("Linear issue", opened.identifier)
        assert not (await vera.submit()).errors
        await world.settle()
        assert f"In Linear: {opened.identifier}" in slack.as_text(world.posts(company.triage)[-1])
        assert len(company.linear.issues()) == 1


async def test_what_follows_a_linear_issue_parts_from_it_while_linear_is_disconnected(database_url: str) -> None:
    async with open_world(database_url, linear_api_key=None) as world:
        company, slack = world.company, world.company.slack
        await connect(world, company.linear_key)
        triage = (await raised(world)).triage
        [linear_issue] = company.linear.issues()
        vera = await open_modal(world, company.vera, "linear")
        assert vera.modal is not None
        assert (await vera.press(vera.modal, "Disconnect")).ok
        await vera.close()
        await vera.press(triage, "Start")
        await world.settle()
        assert (await vera.press(triage, MENU_LABELS["linear"])).ok
        await world.bot.tasks.finish()
        for label in ("Pause Linear", "Resume Linear", "Unlink"):
            said = slack.as_text(vera.modal)
            assert OFF in said
            assert f"{FIRST} follows {linear_issue.identifier}" in said
            assert vera.labels() == []
            assert (await vera.press(vera.modal, label)).ok
            await world.settle()
        assert NOTHING_AND_OFF.format(number=FIRST) in slack.as_text(vera.modal)
        line = TRIAGE_LINES[UNLINKED].format(actor="Vera Vendor", was=linear_issue.identifier)
        assert thread(world, triage)[-1] == line
        assert LINEAR_OFF in slack.as_text(world.posts(company.triage)[-1])
        assert company.linear.issue(linear_issue.identifier).state == linear_issue.state
