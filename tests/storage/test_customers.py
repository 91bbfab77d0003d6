"""Customer records with whose they are."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Status
from bot.domain.people import IdentityRule, ProfileKind, SlackAccount
from storage import customers, people, tables
from storage.customers import CustomerFacts
from storage.transaction import Transaction
from tests.storage import seeds
from tests.storage.seeds import NOW, Customer, added


async def _customer(transaction: Transaction, organization_id: int) -> Customer:
    return await transaction.write(partial(seeds.customer, organization_id=organization_id))


async def _issue(transaction: Transaction, customer: Customer, number: str, status: Status = Status.OPEN) -> None:
    async def work(session: AsyncSession) -> None:
        issue = await seeds.issue(session, customer, number, f"{customer.record_id} {number}")
        table = tables.Issue
        await session.execute(update(table).where(table.id == issue.id).values(status=status))

    await transaction.write(work)


async def _look(transaction: Transaction, organization_id: int) -> list[CustomerFacts]:
    return await transaction.read(partial(customers.customers_of, organization_id=organization_id))


async def _know(transaction: Transaction, customer: Customer, account: SlackAccount, hours: int) -> None:
    at = NOW + timedelta(hours=hours)
    know = partial(people.add_identity, account=account, user_id=customer.user.id, rule=IdentityRule.NEW, now=at)
    await transaction.write(know)


async def test_a_record_alone(transaction: Transaction) -> None:
    acme = await added(transaction)
    customer = await _customer(transaction, acme)
    [facts] = await _look(transaction, acme)
    assert facts == CustomerFacts(
        record_id=customer.record_id,
        user=customer.user,
        accounts=[],
        since=NOW,
        open_issues=0,
        all_issues=0,
        profile_active=None,
    )


async def test_every_account_stands_with_its_own_customer_the_first_one_first(transaction: Transaction) -> None:
    acme = await added(transaction)
    one, two = await _customer(transaction, acme), await _customer(transaction, acme)
    await _know(transaction, one, SlackAccount("T2", "ULATER"), hours=2)
    await _know(transaction, two, SlackAccount("T1", "UOTHER"), hours=0)
    await _know(transaction, one, SlackAccount("T9", "UFIRST"), hours=1)
    assert [facts.accounts for facts in await _look(transaction, acme)] == [
        [SlackAccount("T9", "UFIRST"), SlackAccount("T2", "ULATER")],
        [SlackAccount("T1", "UOTHER")],
    ]


async def test_issues_count_for_their_own_customer_and_open_are_those_to_be_worked_on(
    transaction: Transaction,
) -> None:
    acme = await added(transaction)
    one, two = await _customer(transaction, acme), await _customer(transaction, acme)
    for status in Status:
        await _issue(transaction, one, f"ISS-{status}", status)
    await _issue(transaction, two, "ISS-2")
    assert [(facts.open_issues, facts.all_issues) for facts in await _look(transaction, acme)] == [(2, 4), (1, 1)]


async def test_another_organization_s_records_issues_and_profiles_are_not_told(transaction: Transaction) -> None:
    acme, globex = await added(transaction), await added(transaction, "Globex")
    one, other = await _customer(transaction, acme), await _customer(transaction, globex)
    give = partial(people.add_profiles, user_id=one.user.id, organization_id=globex, now=NOW)
    await transaction.write(partial(give, kinds=[ProfileKind.CUSTOMER]))
    await transaction.write(
        partial(people.get_or_add_customer_record, user_id=one.user.id, organization_id=globex, now=NOW)
    )
    await _issue(transaction, other, "ISS-1")
    [facts] = await _look(transaction, acme)
    assert (facts.user, facts.all_issues, facts.profile_active) == (one.user, 0, None)
    assert [each.profile_active for each in await _look(transaction, globex)] == [None, True]


async def test_only_the_customer_s_own_profile_tells_whether_it_is_switched_off(transaction: Transaction) -> None:
    acme = await added(transaction)
    customer = await _customer(transaction, acme)
    kinds = [ProfileKind.VENDOR, ProfileKind.CUSTOMER]
    give = partial(people.add_profiles, user_id=customer.user.id, organization_id=acme, now=NOW)
    await transaction.write(partial(give, kinds=kinds))
    assert [each.profile_active for each in await _look(transaction, acme)] == [True]

    async def switch_off(session: AsyncSession) -> None:
        off = update(tables.Profile).where(tables.Profile.kind == ProfileKind.CUSTOMER).values(active=False)
        await session.execute(off)
        await session.execute(
            update(tables.CrmUser).where(tables.CrmUser.id == customer.user.id).values(active=False)
        )

    await transaction.write(switch_off)
    [facts] = await _look(transaction, acme)
    assert facts.profile_active is False
    assert facts.user == replace(customer.user, active=False)
