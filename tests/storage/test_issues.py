"""Issues: their numbers, their keys, where they are shown - each in its own organization only."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Issue, format_number
from bot.domain.organizations import ChannelAddress
from bot.domain.people import ProfileKind, SlackAccount
from bot.domain.places import Audience, Place
from storage import issues, links, people, tables
from storage.links import NewLinearIssue
from storage.shown import issue_facts
from storage.transaction import RunAgainError, Transaction
from tests.storage.seeds import NOW, Customer, added, customer, issue, user

TRIAGE = Place(Audience.TRIAGE, ChannelAddress("T1", "C1"))
DIRECT = Place(Audience.CUSTOMER, SlackAccount("T1", "U1"))
LINKED = NewLinearIssue(
    linear_id="linear-id",
    team_id="team-id",
    identifier="ACM-1",
    url="https://linear.app/acme/issue/ACM-1",
    state_id="todo",
    state_name="Todo",
    state_type="unstarted",
)


@dataclass(frozen=True)
class Seeded:
    """An issue at Acme with its places and its Linear issue, and another organization."""

    issue: Issue
    raised_by: Customer
    other: int

    @property
    def acme(self) -> int:
        return self.issue.organization_id


@pytest.fixture
async def seeded(transaction: Transaction) -> Seeded:
    acme, other = await added(transaction, "Acme"), await added(transaction, "Other")

    async def seed(session: AsyncSession) -> Seeded:
        ada = await customer(session, acme)
        raised = await issue(session, ada, "ISS-2026-0001", "key")
        for place in (TRIAGE, DIRECT):
            await links.add_place(session, acme, raised.id, place)
        await links.put_linear_issue(session, acme, raised.id, LINKED, NOW)
        return Seeded(raised, ada, other)

    return await transaction.write(seed)


async def test_nothing_of_an_issue_is_found_through_another_organization(
    transaction: Transaction, seeded: Seeded
) -> None:
    async def look(session: AsyncSession, organization_id: int) -> tuple[int, int, bool, bool]:
        return (
            len(await links.issue_messages(session, organization_id, seeded.issue.id)),
            len(await links.places(session, organization_id, seeded.issue.id)),
            await links.linked_issue(session, organization_id, seeded.issue.id) is not None,
            await links.linear_id(session, organization_id, seeded.issue.id) is not None,
        )

    assert await transaction.read(partial(look, organization_id=seeded.acme)) == (2, 2, True, True)
    assert await transaction.read(partial(look, organization_id=seeded.other)) == (0, 0, False, False)


async def test_the_facts_of_an_issue_are_given_to_its_own_organization_only(
    transaction: Transaction, seeded: Seeded
) -> None:
    facts = partial(issue_facts, issue_id=seeded.issue.id)
    found = await transaction.read(partial(facts, organization_id=seeded.acme))
    assert found.issue == seeded.issue
    assert (found.public.number, found.public.organization_name) == ("ISS-2026-0001", "Acme")
    assert found.linear is not None
    assert found.linear.identifier == "ACM-1"
    with pytest.raises(NoResultFound):
        await transaction.read(partial(facts, organization_id=seeded.other))


async def test_a_message_is_marked_as_posted_by_its_own_organization_only(
    transaction: Transaction, seeded: Seeded
) -> None:
    async def post(session: AsyncSession, organization_id: int, ts: str) -> None:
        await links.set_message_posted(
            session, organization_id, seeded.issue.id, Audience.CUSTOMER, channel_id="D1", ts=ts
        )

    await transaction.write(partial(post, organization_id=seeded.other, ts="1.0"))
    await transaction.write(partial(post, organization_id=seeded.acme, ts="2.0"))
    found = await transaction.read(
        partial(links.issue_messages, organization_id=seeded.acme, issue_id=seeded.issue.id)
    )
    assert {message.audience: (message.channel_id, message.ts) for message in found} == {
        Audience.CUSTOMER: ("D1", "2.0"),
        Audience.TRIAGE: ("C1", None),
    }


async def test_the_places_of_an_issue_are_given_back_as_they_were_decided(
    transaction: Transaction, seeded: Seeded
) -> None:
    found = await transaction.read(partial(links.places, organization_id=seeded.acme, issue_id=seeded.issue.id))
    assert sorted(found, key=lambda place: place.audience) == [DIRECT, TRIAGE]


async def test_a_linear_issue_is_linked_once(transaction: Transaction, seeded: Seeded) -> None:
    again = partial(
        links.put_linear_issue,
        organization_id=seeded.acme,
        issue_id=seeded.issue.id,
        new=LINKED,
        now=NOW,
    )
    await transaction.write(again)
    found = await transaction.read(partial(links.linear_id, organization_id=seeded.acme, issue_id=seeded.issue.id))
    assert found == "linear-id"


async def test_a_key_raises_one_issue_in_all(transaction: Transaction, seeded: Seeded) -> None:
    async def raise_with_key(session: AsyncSession, organization_id: int, number: str) -> Issue:
        return await issue(session, await customer(session, organization_id), number, "key")

    for organization_id in (seeded.acme, seeded.other):
        with pytest.raises(RunAgainError):
            await transaction.read(partial(raise_with_key, organization_id=organization_id, number="ISS-2026-0002"))


async def test_an_issue_is_found_by_its_key_for_who_raised_it(transaction: Transaction, seeded: Seeded) -> None:
    async def find(session: AsyncSession, user_id: int, raise_key: str) -> Issue | None:
        return await issues.issue_raised_by(session, user_id, raise_key)

    ada = seeded.raised_by.user.id
    assert await transaction.read(partial(find, user_id=ada, raise_key="key")) == seeded.issue
    assert await transaction.read(partial(find, user_id=ada, raise_key="other")) is None
    assert await transaction.read(partial(find, user_id=ada + 1, raise_key="key")) is None


async def test_what_a_vendor_raised_is_found_by_its_key_for_the_vendor_alone(
    transaction: Transaction, seeded: Seeded
) -> None:
    vera, ada = await transaction.write(user), seeded.raised_by.user

    async def raised_for_ada(session: AsyncSession) -> Issue:
        return await issue(session, seeded.raised_by, "ISS-2026-0002", "of a vendor", vendor=vera)

    raised = await transaction.write(raised_for_ada)
    find = partial(issues.issue_raised_by, raise_key="of a vendor")
    assert await transaction.read(partial(find, user_id=vera.id)) == raised
    assert await transaction.read(partial(find, user_id=ada.id)) is None


async def test_a_number_is_given_once_in_an_organization_and_again_in_another(
    transaction: Transaction, seeded: Seeded
) -> None:
    async def raise_as_the_first(session: AsyncSession, organization_id: int) -> Issue:
        await session.execute(
            delete(tables.IssueCounter).where(tables.IssueCounter.organization_id == organization_id)
        )
        return await issue(session, await customer(session, organization_id), "ISS-2026-0001", "another key")

    with pytest.raises(RunAgainError):
        await transaction.read(partial(raise_as_the_first, organization_id=seeded.acme))
    raised = await transaction.write(partial(raise_as_the_first, organization_id=seeded.other))
    assert raised.number == seeded.issue.number


async def test_somebodys_issues_are_the_newest_of_their_own(transaction: Transaction, seeded: Seeded) -> None:
    async def raise_more(session: AsyncSession) -> None:
        for number in range(2, 6):
            await issue(session, seeded.raised_by, f"ISS-2026-000{number}", f"key {number}")
        await people.add_profiles(session, seeded.raised_by.user.id, seeded.acme, [ProfileKind.CUSTOMER], NOW)
        await issue(session, await customer(session, seeded.acme), "ISS-2026-0009", "not theirs")

    await transaction.write(raise_more)
    mine = partial(issues.issues_of_user, user_id=seeded.raised_by.user.id, limit=3)
    assert [one.number for one in await transaction.read(mine)] == [
        "ISS-2026-0005",
        "ISS-2026-0004",
        "ISS-2026-0003",
    ]

    async def switch_off(session: AsyncSession) -> None:
        await session.execute(update(tables.Profile).values(active=False))

    await transaction.write(switch_off)
    assert await transaction.read(mine) == []


async def test_issues_of_an_organization_are_told_by_who_works_on_them(
    transaction: Transaction, seeded: Seeded
) -> None:
    ada = seeded.raised_by.user.id

    async def seed(session: AsyncSession) -> None:
        for number, status, assignee in (
            (2, "open", ada),
            (3, "closed", ada),
            (4, "closed", None),
            (5, "open", None),
        ):
            one = await issue(session, seeded.raised_by, f"ISS-2026-000{number}", f"key {number}")
            values = {"status": status, "assignee_user_id": assignee}
            await session.execute(update(tables.Issue).where(tables.Issue.id == one.id).values(**values))
        await issue(session, await customer(session, seeded.other), "ISS-2026-0009", "elsewhere")

    async def numbers(find: Callable[..., Awaitable[list[Issue]]], *given: int | None) -> list[str]:
        found = await transaction.read(lambda session: find(session, seeded.acme, *given))
        return [one.number[-1] for one in found]

    await transaction.write(seed)
    assert await numbers(issues.newest_issues, 3) == ["5", "4", "3"]
    assert await numbers(issues.unclosed_issues_assigned_to, ada, 9) == ["2"]
    assert await numbers(issues.unclosed_issues_assigned_to, None, 9) == ["5", "1"]
    assert await numbers(issues.unclosed_issues_assigned_to, None, 1) == ["5"]


class GoneWrongError(Exception):
    """Rolls back a write."""


async def test_fifty_numbers_at_once_leave_no_gap_though_some_are_rolled_back(transaction: Transaction) -> None:
    acme = await added(transaction)
    ada = await transaction.write(partial(customer, organization_id=acme))

    async def count(session: AsyncSession, number: int) -> str:
        raised = await issue(session, ada, None, f"key {number}")
        if number % 5 == 0:
            raise GoneWrongError
        return raised.number

    writes = [transaction.write(partial(count, number=number)) for number in range(50)]
    answers = await asyncio.gather(*writes, return_exceptions=True)
    given = [answer for answer in answers if isinstance(answer, str)]
    assert sorted(given) == [f"ISS-2026-{number:04d}" for number in range(1, 41)]
    assert sum(isinstance(answer, GoneWrongError) for answer in answers) == 10


async def test_each_organization_and_year_counts_from_one(transaction: Transaction) -> None:
    acme = await transaction.write(partial(customer, organization_id=await added(transaction, "Acme")))
    other = await transaction.write(partial(customer, organization_id=await added(transaction, "Other")))

    async def raise_in(session: AsyncSession, whose: Customer, year: int, key: str) -> str:
        return (await issue(session, whose, None, key, now=NOW.replace(year=year))).number

    asked = [(acme, 2026), (acme, 2026), (other, 2026), (acme, 2027), (acme, 2026)]
    given = [
        await transaction.write(partial(raise_in, whose=whose, year=year, key=f"key {place}"))
        for place, (whose, year) in enumerate(asked)
    ]
    assert given == ["ISS-2026-0001", "ISS-2026-0002", "ISS-2026-0001", "ISS-2027-0001", "ISS-2026-0003"]


@pytest.mark.parametrize("count", [1, 99, 9_999, 10_000, 123_456_789])
async def test_a_number_reads_the_same_whichever_database_writes_it(
    transaction: Transaction, seeded: Seeded, count: int
) -> None:
    async def raise_after(session: AsyncSession) -> Issue:
        counter = tables.IssueCounter
        await session.execute(update(counter).where(counter.organization_id == seeded.acme).values(last=count - 1))
        await session.execute(
            update(tables.Issue).where(tables.Issue.id == seeded.issue.id).values(number="before")
        )
        return await issue(session, seeded.raised_by, None, "another key")

    raised = await transaction.write(raise_after)
    assert raised.number == format_number(2026, count)
    find = partial(issues.issue_raised_by, user_id=seeded.raised_by.user.id, raise_key="another key")
    found = await transaction.read(find)
    assert found == raised
