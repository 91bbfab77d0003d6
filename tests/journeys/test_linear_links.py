"""Linking an existing Linear issue, parting from it, and several of ours that follow one."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.linear_links import IN_THE_TRASH, NOT_THERE, OPENED_INSTEAD
from bot.domain.people import ProfileKind
from bot.usecases.refusals import (
    FOLLOWS_ALREADY,
    FOLLOWS_ANOTHER,
    FOLLOWS_NOTHING,
    NO_LINEAR_NAME,
    REOPEN_FIRST,
    VENDORS_ONLY,
)
from bot.views.issue_message import FOLLOWED_BY, LINEAR_PAUSED, LINEAR_UNLINKED
from bot.views.linear_tie_modal import FOLLOWS_NOTHING as SAYS_NOTHING
from bot.views.linear_tie_modal import LOOKING, PAUSED, WITH_ANOTHER
from bot.views.thread_lines import TRIAGE_LINES
from sandbox.slack import Message
from tests.journeys.linear_links import Office, open_office
from tests.journeys.threads import thread

FIRST, SECOND = "ISS-2026-0001", "ISS-2026-0002"
VERA = "Vera Vendor"


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with open_office(database_url) as opened:
        yield opened


def lines(office: Office, message: Message) -> list[str]:
    return thread(office.world, message)


async def test_an_issue_follows_the_linear_issue_that_a_vendor_links_in_place_of_its_own(office: Office) -> None:
    triage, customer = office.shown.triage, office.shown.customer
    theirs = office.theirs("Export: nil deref")
    office.dana.move(theirs, "In Progress")
    office.dana.set_priority(theirs, 1)
    vera = await office.opens(triage)
    assert f"{FIRST} follows ACM-1" in office.says(vera)
    await vera.close()
    result = await office.links(triage, f"{theirs.url}?x=1")
    assert not result.errors

    assert await office.followed() == {FIRST: "ACM-2"}
    assert f"{FIRST} · In progress · Urgent priority" in office.says(triage)
    assert "In Linear: ACM-2 (https://linear.app/acme/issue/ACM-2) · In Progress" in office.says(triage)
    line = TRIAGE_LINES["linear_relinked"].format(actor=VERA, becomes="ACM-2", was="ACM-1")
    assert line in lines(office, triage)
    assert "ACM" not in "".join([office.says(customer), *lines(office, customer)])
    assert "nil deref" not in "".join([office.says(triage), *lines(office, triage)])
    [attachment] = office.world.company.linear.issue("ACM-2").attachments
    assert attachment.title == f"Slack: {FIRST}"
    # The one that it left stays as it is, and is not listened to.
    left = office.world.company.linear.issue("ACM-1")
    assert (left.state, left.priority) == ("Backlog", 3)
    office.dana.move("ACM-1", "Done")
    office.dana.comment("ACM-1", "Said where nobody follows")
    await office.settle()
    assert f"{FIRST} · In progress" in office.says(triage)
    assert "nobody follows" not in "".join(lines(office, triage))


async def test_what_is_asked_for_is_confirmed_and_what_is_no_linear_issue_is_said_beside_it(office: Office) -> None:
    vera = await office.opens(office.shown.triage)
    for typed in ("the export one", "https://example.com/acme/issue/ACM-2", "https://linear.app/acme/project/x"):
        vera.fill("Link another Linear issue", typed)
        assert (await vera.submit()).errors == {"Link another Linear issue": NO_LINEAR_NAME}
    vera.fill("Link another Linear issue", "acm-1")
    already = FOLLOWS_ALREADY.format(number=FIRST, identifier="ACM-1")
    assert (await vera.submit()).errors == {"Link another Linear issue": already}
    vera.fill("Link another Linear issue", office.theirs("Another").identifier)
    assert not (await vera.submit()).errors
    assert LOOKING.format(name="ACM-2") in office.says(vera)


@pytest.mark.parametrize("by", ["url", "id", "identifier", "wrong workspace", "nobody's"])
async def test_another_organizations_issue_is_refused_in_the_words_of_one_that_is_not_there(
    office: Office, by: str
) -> None:
    foreign, own = office.theirs("Their secret", office.rival), office.theirs("Ours")
    name = {
        "url": foreign.url,
        "id": foreign.id,
        "identifier": foreign.identifier,
        "wrong workspace": own.url.replace("/acme/", "/globex/"),
        "nobody's": "RIV-99",
    }[by]
    result = await office.links(office.shown.triage, name)
    assert not result.errors
    assert await office.followed() == {FIRST: "ACM-1"}
    wanted = {"id": foreign.id, "wrong workspace": "ACM-2", "nobody's": "RIV-99"}.get(by, "RIV-1")
    said = lines(office, office.shown.triage)
    assert said[-1] == TRIAGE_LINES["linear_not_linked"].format(was=wanted, becomes=NOT_THERE)
    assert "secret" not in "".join(said).lower()
    # And when an issue is raised with it: then a new one is opened.
    await office.raises(name)
    message = office.newest()
    reason = f"{NOT_THERE}. {OPENED_INSTEAD}"
    assert lines(office, message)[-1] == TRIAGE_LINES["linear_not_linked"].format(was=wanted, becomes=reason)
    opened = (await office.followed())[SECOND]
    assert office.world.company.linear.issue(opened).title == "Another one"
    assert [one.title for one in office.world.company.linear.issue(opened).attachments] == [f"Slack: {SECOND}"]
    assert office.world.company.linear.issue(foreign.id).attachments == ()


async def test_what_is_archived_or_in_the_trash_is_refused_in_words(office: Office) -> None:
    deleted, archived = office.theirs("Deleted"), office.theirs("Archived")
    office.dana.delete(deleted)
    office.dana.archive(archived)
    for gone in (deleted, archived):
        await office.links(office.shown.triage, gone.identifier)
        said = TRIAGE_LINES["linear_not_linked"].format(was=gone.identifier, becomes=IN_THE_TRASH)
        assert lines(office, office.shown.triage)[-1] == said
    assert await office.followed() == {FIRST: "ACM-1"}


async def test_an_issue_is_raised_with_the_linear_issue_that_it_follows(office: Office) -> None:
    theirs = office.theirs("Known to engineers")
    await office.raises(theirs.identifier.lower())
    message = office.newest()
    assert await office.followed() == {FIRST: "ACM-1", SECOND: "ACM-2"}
    assert lines(office, message)[0] == TRIAGE_LINES["linear_linked"].format(actor=VERA, becomes="ACM-2")
    assert {one.title for one in office.world.company.linear.issues()} == {"Export fails", "Known to engineers"}
    assert [one.title for one in office.world.company.linear.issue("ACM-2").attachments] == [f"Slack: {SECOND}"]


async def test_only_the_organizations_people_are_asked_for_a_linear_issue(office: Office) -> None:
    company, world = office.world.company, office.world
    emil = company.slack.add_user(company.team, "Emil", "Employee", email="emil@acme.example")
    company.slack.invite(company.intake, emil)
    await world.join(emil, ProfileKind.EMPLOYEE)
    for user, asked in ((company.ada, False), (company.vera, True), (emil, True)):
        person = await world.open_form(user, company.intake, "x")
        assert ("Linear issue" in person.labels()) is asked, user
        assert ("Linear" in office.says(person)) is asked
        await person.close()
    result = await office.raises("nothing like it")
    assert result.errors == {"Linear issue": NO_LINEAR_NAME}


async def test_two_issues_follow_one_and_are_told_apart(office: Office) -> None:
    linear, slack = office.world.company.linear, office.world.company.slack
    await office.raises("ACM-1")
    first, second = office.shown.triage, office.newest()
    followed = FOLLOWED_BY.format(count=2)
    for message in (first, second):
        assert f"ACM-1 (https://linear.app/acme/issue/ACM-1) · Backlog{followed}" in office.says(message)
    assert {one.title for one in linear.issue("ACM-1").attachments} == {f"Slack: {FIRST}", f"Slack: {SECOND}"}
    vera = await office.opens(first)
    assert WITH_ANOTHER.format(others=SECOND) in office.says(vera)
    await vera.close()

    # What happens there is told in both; what is said here by one customer is not told to the other.
    office.dana.comment("ACM-1", "@customer We are on it")
    office.dana.move("ACM-1", "In Progress")
    await slack.as_user(office.world.company.ada).post(
        office.world.company.intake, "Only mine", thread=office.shown.customer
    )
    await office.settle()
    for message in (first, second):
        assert "In progress" in office.says(message)
        assert sum("We are on it" in line for line in lines(office, message)) == 1
    assert "Only mine" in "".join(lines(office, first))
    assert "Only mine" not in "".join(lines(office, second))
    assert linear.issue("ACM-1").comments[-1].body == f"**Ada Lovelace** (customer) in {FIRST}\n\nOnly mine"

    # Unlinking one leaves the other.
    await office.changes(second, "Unlink")
    assert await office.followed() == {FIRST: "ACM-1"}
    assert LINEAR_UNLINKED in office.says(second)
    assert "followed by" not in office.says(first)
    office.dana.move("ACM-1", "Done")
    await slack.as_user(office.world.company.vera).post(office.world.company.triage, "Alone again", thread=first)
    await office.settle()
    assert "Resolved" in office.says(first)
    assert "In progress" in office.says(second)
    assert linear.issue("ACM-1").comments[-1].body == "**Internal note** by Vera Vendor\n\nAlone again"


async def test_after_unlinking_nothing_is_exchanged_and_linking_again_is_possible(office: Office) -> None:
    world, slack, linear = office.world, office.world.company.slack, office.world.company.linear
    triage, customer, ada = office.shown.triage, office.shown.customer, slack.as_user(world.company.ada)
    before = await ada.post(world.company.intake, "Said before", thread=customer)
    await office.settle()
    vera = await office.changes(triage, "Unlink")
    assert SAYS_NOTHING.format(number=FIRST) in office.says(vera)
    assert lines(office, triage)[-1] == TRIAGE_LINES["linear_unlinked"].format(actor=VERA, was="ACM-1")
    as_it_was = linear.issue("ACM-1")

    await slack.as_user(world.company.vera).press(triage, "Start")
    await ada.post(world.company.intake, "Said after", thread=customer)
    await ada.edit(before, "Said before, and edited")
    office.dana.comment("ACM-1", "To nobody")
    office.dana.set_priority("ACM-1", 1)
    await office.settle()
    now = linear.issue("ACM-1")
    assert (now.state, now.comments[0].body) == (as_it_was.state, as_it_was.comments[0].body)
    assert [one.body for one in now.comments[1:]] == ["To nobody"]
    assert "In progress · Medium priority" in office.says(triage)
    assert "To nobody" not in "".join(lines(office, triage))
    assert LINEAR_UNLINKED in office.says(triage)

    # Linked with another one, what was said until then is not carried over, even when it is edited.
    theirs = office.theirs("Another")
    await vera.close()
    await office.links(triage, theirs.identifier)
    await ada.edit(before, "Said before, and edited again")
    await ada.post(world.company.intake, "Said to the new one", thread=customer)
    await office.settle()
    assert await office.followed() == {FIRST: "ACM-2"}
    assert ["Said to the new one" in one.body for one in linear.issue("ACM-2").comments] == [True]
    assert linear.issue("ACM-1").comments[0].body == as_it_was.comments[0].body
    assert lines(office, triage).count(TRIAGE_LINES["linear_linked"].format(actor=VERA, becomes="ACM-2")) == 1


async def test_what_happens_during_a_pause_waits_on_both_sides_and_follows_after_it(office: Office) -> None:
    world, slack, linear = office.world, office.world.company.slack, office.world.company.linear
    triage, customer = office.shown.triage, office.shown.customer
    deleted = office.dana.comment("ACM-1", "Said too early")
    await office.settle()
    vera = await office.changes(triage, "Pause Linear")
    assert PAUSED.format(number=FIRST) in office.says(vera)
    assert vera.labels() == []
    assert LINEAR_PAUSED in office.says(triage)
    await vera.close()
    await slack.as_user(world.company.vera).press(triage, "Resolve")
    await slack.as_user(world.company.ada).post(world.company.intake, "While paused", thread=customer)
    office.dana.set_priority("ACM-1", 1)
    office.dana.comment("ACM-1", "Meanwhile in Linear")
    office.dana.delete_comment(deleted)
    await office.settle()
    assert linear.issue("ACM-1").state == "Backlog"
    assert len(linear.issue("ACM-1").comments) == 1
    assert "Said too early" in "".join(lines(office, triage))
    assert "Medium priority" in office.says(triage)
    assert "Meanwhile" not in "".join(lines(office, triage))

    await office.changes(triage, "Resume Linear")
    assert LINEAR_PAUSED not in office.says(triage)
    issue = linear.issue("ACM-1")
    assert (issue.state, issue.priority) == ("Done", 1)
    assert [one.body for one in issue.comments if "While paused" in one.body]
    assert "Resolved · Urgent priority" in office.says(triage)
    assert sum("Meanwhile in Linear" in line for line in lines(office, triage)) == 1
    assert "Said too early" not in "".join(lines(office, triage))


async def test_whoever_may_not_is_refused_and_stale_buttons_show_what_is_so(office: Office) -> None:
    world, slack = office.world, office.world.company.slack
    triage, ada = office.shown.triage, world.company.ada
    slack.invite(world.company.triage, ada)
    refused = await office.opens(triage, ada)
    assert VENDORS_ONLY.format(organization="Acme") in office.says(refused)
    assert refused.labels() == []

    await world.join(world.company.victor, ProfileKind.VENDOR)
    stale = await office.opens(triage, world.company.victor)
    await office.links(triage, office.theirs("Another").identifier)
    assert stale.modal is not None
    assert (await stale.press(stale.modal, "Unlink")).ok
    another = FOLLOWS_ANOTHER.format(number=FIRST, identifier="ACM-2")
    assert another in office.says(stale)
    assert await office.followed() == {FIRST: "ACM-2"}
    await stale.close()
    assert "follows ACM-2" in office.says(stale)
    await (await office.changes(triage, "Unlink")).close()
    assert (await stale.press(stale.modal, "Pause Linear")).ok
    assert FOLLOWS_NOTHING.format(number=FIRST) in office.says(stale)


async def test_a_closed_issue_is_linked_with_nothing_but_may_part(office: Office) -> None:
    triage = office.shown.triage
    vera = office.world.company.slack.as_user(office.world.company.vera)
    await vera.press(triage, "Close")
    await office.settle()
    result = await office.links(triage, office.theirs("Another").identifier)
    assert list(result.errors.values()) == [REOPEN_FIRST.format(number=FIRST, status="closed")]
    await office.changes(triage, "Unlink")
    assert await office.followed() == {}
