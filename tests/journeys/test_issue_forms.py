"""The forms behind an issue's buttons: who may use them, and what comes of what is submitted."""

import pytest

from bot.domain.life import Action
from bot.domain.people import ProfileKind
from bot.usecases.converse import SAY_SOMETHING
from bot.usecases.refusals import NOT_A_VENDOR, NOT_ALLOWED, REOPEN_FIRST, TAKEN, VENDORS_ONLY
from bot.views.comment_lines import FROM_CUSTOMER, FROM_ORGANIZATION, TRIAGE_FROM_CUSTOMER, TRIAGE_INTERNAL
from bot.views.thread_lines import CUSTOMER_LINES, TRIAGE_LINES
from sandbox.slack import Person, User
from tests.journeys.buttons import put, seen
from tests.journeys.threads import (
    Shown,
    comments,
    gathered,
    raised,
    said_in,
    switch_profiles,
    thread,
)
from tests.world import World

NUMBER = "ISS-2026-0001"
REPLY, NOTE, DETAILS, ASSIGN, CHANGE = "Reply to customer", "Internal note", "Add details", "Assign", "Change"
NOBODYS = VENDORS_ONLY.format(organization="Acme")
NOT_HEARD = NOT_ALLOWED[Action.COMMENT_PUBLIC].format(organization="Acme")
NO_NOTES = NOT_ALLOWED[Action.COMMENT_INTERNAL].format(organization="Acme")
# Which form is for whom, besides vendors; and what the others read.
FORMS = [
    (REPLY, {"employee", "ada"}, NOT_HEARD),
    (NOTE, {"employee"}, NO_NOTES),
    (DETAILS, {"employee", "ada"}, NOT_HEARD),
    (ASSIGN, set[str](), NOBODYS),
    (CHANGE, set[str](), NOBODYS),
]


async def opened(world: World, shown: Shown, user: User, label: str) -> Person:
    """Let somebody open a form, and wait until the look-up behind it has ended."""
    person = world.company.slack.as_user(user)
    assert (await person.press(shown.customer if label == DETAILS else shown.triage, label)).ok
    await world.bot.tasks.finish()
    return person


@pytest.mark.parametrize(("label", "also", "refusal"), FORMS)
async def test_a_form_is_refused_in_its_place_to_those_who_may_not(
    world: World, label: str, also: set[str], refusal: str
) -> None:
    company, slack = world.company, world.company.slack
    cast, shown = await gathered(world), await raised(world)
    before = await seen(world, shown)
    everybody = {
        "vera": company.vera,
        "victor": company.victor,
        "ada": company.ada,
        "bo": company.bo,
        "employee": cast.employee,
        "stranger": cast.stranger,
        "gone user": cast.gone_user,
        "gone vendor": cast.gone_vendor,
    }
    for name, user in everybody.items():
        person = await opened(world, shown, user, label)
        if name in {"vera", "victor"} | also:
            assert person.modal is not None
            assert person.modal.payload.get("submit"), name
            continue
        assert person.modal is not None
        assert refusal in slack.as_text(person.modal), name
        assert person.modal.payload.get("submit") is None
    assert await seen(world, shown) == before


@pytest.mark.parametrize("label", [REPLY, NOTE, DETAILS])
async def test_words_are_said_once_however_often_they_are_submitted(world: World, label: str) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    person = await opened(world, shown, company.ada if label == DETAILS else company.vera, label)
    for nothing in ("", "  \n", "\u200b"):
        person.fill(label, nothing)
        assert (await person.submit(anyway=True)).errors == {label: SAY_SOMETHING}
    words = "@customer <!here> It says 500."
    person.fill(label, words)
    result = await person.submit()
    assert result.closed
    assert result.delivery is not None
    assert (await slack.deliver_again(result.delivery)).answer == ""
    await world.settle()

    assert await comments(world) == [("internal" if label == NOTE else "public", words)]
    headings = {
        REPLY: (FROM_ORGANIZATION.format(name="Vera", organization="Acme"), "Vera Vendor to the customer:"),
        NOTE: (None, TRIAGE_INTERNAL.format(name="Vera Vendor")),
        DETAILS: (FROM_CUSTOMER.format(name="Ada Lovelace"), TRIAGE_FROM_CUSTOMER.format(name="Ada Lovelace")),
    }
    to_customer, to_triage = headings[label]
    assert said_in(world, shown.customer) == ([f"{to_customer}\n> {words}"] if to_customer else [])
    assert said_in(world, shown.triage) == [f"{to_triage}\n> {words}"]


@pytest.mark.parametrize(("label", "refusal"), [(label, refusal) for label, _, refusal in FORMS])
async def test_whoever_was_switched_off_meanwhile_is_refused_below_the_input(
    world: World, label: str, refusal: str
) -> None:
    company = world.company
    await world.join(company.victor, ProfileKind.VENDOR)
    shown = await raised(world)
    before, person = await seen(world, shown), await opened(world, shown, company.victor, label)
    if label == ASSIGN:
        person.choose("Who works on it?", "Vera Vendor")
    else:
        person.fill("Title" if label == CHANGE else label, "Something")
    await switch_profiles(world, company.victor, active=False)
    result = await person.submit()
    assert not result.closed
    assert list(result.errors.values()) == [refusal]
    await world.settle()
    assert await comments(world) == []
    assert await seen(world, shown) == before


async def test_an_issue_is_given_to_a_vendor_once(world: World) -> None:
    company, slack = world.company, world.company.slack
    await world.join(company.victor, ProfileKind.VENDOR)
    shown = await raised(world)
    person = await opened(world, shown, company.vera, ASSIGN)
    late = await opened(world, shown, company.vera, ASSIGN)
    for each in (person, late):
        each.choose("Who works on it?", "Victor Vendor")
    result = await person.submit()
    assert result.closed
    assert result.delivery is not None
    taken = TAKEN.format(assignee="Victor", number=NUMBER)
    assert taken in (await slack.deliver_again(result.delivery)).answer
    assert list((await late.submit()).errors.values()) == [taken]
    await world.settle()

    after = await seen(world, shown)
    assert [event[0] for event in after.events] == ["raised", "assigned"]
    assert after.assignee == "Victor"
    assert "Victor is on it" in after.customer
    assert thread(world, shown.customer)[1:] == [CUSTOMER_LINES["assigned"].format(assignee="Victor")]
    assert thread(world, shown.triage) == [
        TRIAGE_LINES["assigned"].format(actor="Vera Vendor", assignee="Victor Vendor")
    ]


async def test_an_issue_is_not_given_to_a_vendor_who_was_switched_off_meanwhile(world: World) -> None:
    company = world.company
    await world.join(company.victor, ProfileKind.VENDOR)
    shown = await raised(world)
    before, person = await seen(world, shown), await opened(world, shown, company.vera, ASSIGN)
    person.choose("Who works on it?", "Victor Vendor")
    await switch_profiles(world, company.victor, active=False)
    assert list((await person.submit()).errors.values()) == [NOT_A_VENDOR.format(organization="Acme")]
    await world.settle()
    assert await seen(world, shown) == before


async def test_an_issue_is_changed_once_in_what_was_changed_alone(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    person = await opened(world, shown, company.vera, CHANGE)
    other = await opened(world, shown, company.vera, CHANGE)
    assert (person.value("Title"), person.value("Priority")) == ("Export fails", "Medium")
    person.fill("Title", "<!here> Export of {all} fails")
    person.choose("Priority", "Urgent")
    result = await person.submit()
    assert result.closed
    assert result.delivery is not None
    assert (await slack.deliver_again(result.delivery)).answer == ""
    # What the other form began with and left is not put back.
    other.choose("Category", "Bug")
    assert (await other.submit()).closed
    await world.settle()

    after = await seen(world, shown)
    assert [event[0] for event in after.events] == ["raised", "title", "priority", "category"]
    assert "<!here> Export of {all} fails" in after.customer
    assert f"{NUMBER} · Open · Urgent priority · Bug" in after.customer
    assert len(after.customer_thread) == 4
    assert len(after.triage_thread) == 3
    [linear] = company.linear.issues()
    assert (linear.title, linear.priority) == ("<!here> Export of {all} fails", 1)


async def test_a_change_that_cannot_be_made_is_refused_as_a_whole(world: World) -> None:
    company = world.company
    shown = await raised(world)
    person = await opened(world, shown, company.vera, CHANGE)
    person.choose("Priority", "Urgent")
    person.fill("Title", " \n ")
    assert list((await person.submit(anyway=True)).errors) == ["Title"]
    person.fill("Title", "Export fails for all")
    await put(world, "closed")
    before = await seen(world, shown)
    too_late = REOPEN_FIRST.format(number=NUMBER, status="closed")
    assert (await person.submit()).errors == {"Title": too_late}
    await world.settle()
    assert await seen(world, shown) == before
