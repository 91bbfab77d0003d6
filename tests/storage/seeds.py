"""Rows that storage tests begin with, and a look at tables from outside."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Draft, Issue
from bot.domain.organizations import slug_of
from bot.domain.people import User
from bot.domain.places import Origin
from bot.usecases.store_issues import RAISED
from storage import organizations, people, tables
from storage.issues import NewIssue
from storage.raised import NewRaised, add_raised
from storage.raising import Wanted, standings
from storage.transaction import Transaction

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def user(session: AsyncSession, *, email: str | None = None, trusted: bool = True) -> User:
    """Add a person."""
    return await people.add_user(
        session, email=email, email_trusted=trusted, first_name="Ada", last_name="Lovelace", now=NOW
    )


async def organization(session: AsyncSession, name: str = "Acme") -> int:
    """Add an organization with an owner of its own; returns its id."""
    owner = await user(session)
    return await organizations.add_organization(
        session, name=name, slug=slug_of(name), owner_user_id=owner.id, now=NOW
    )


async def added(transaction: Transaction, name: str = "Acme") -> int:
    """Add an organization in a transaction of its own; returns its id."""
    return await transaction.write(partial(organization, name=name))


@dataclass(frozen=True)
class Customer:
    """A person who is a customer of an organization."""

    user: User
    organization_id: int
    record_id: int


async def customer(session: AsyncSession, organization_id: int) -> Customer:
    """Add a person with a customer record there."""
    person = await user(session)
    record_id, _ = await people.get_or_add_customer_record(session, person.id, organization_id, NOW)
    return Customer(person, organization_id, record_id)


async def issue(
    session: AsyncSession,
    raised_by: Customer,
    number: str | None,
    raise_key: str,
    *,
    vendor: User | None = None,
    now: datetime = NOW,
) -> Issue:
    """Add an issue; ``vendor`` raised it for the customer, if one did. None: it has the number that comes next."""
    new = NewIssue(
        organization_id=raised_by.organization_id,
        draft=Draft(title="Export fails"),
        customer_record_id=raised_by.record_id,
        origin=Origin.DIRECT_MESSAGE,
        origin_channel=None,
        raise_key=raise_key,
        raised_by_user_id=None if vendor is None else vendor.id,
        now=now,
    )
    raiser = vendor or raised_by.user
    wanted = Wanted(
        organization_id=raised_by.organization_id,
        user_id=raised_by.user.id,
        raiser_id=raiser.id,
        raise_key=raise_key,
    )
    ids = (await standings(session, [wanted]))[0].ids
    assert ids is not None
    one = NewRaised(ids=ids, issue=new, actor_user_id=raiser.id, what=RAISED, door="api", places=())
    (stored,) = await add_raised(session, [one], {})
    if number is None or number == stored.number:
        return stored
    is_it = (tables.Issue.id == stored.id, tables.Issue.organization_id == stored.organization_id)
    await session.execute(update(tables.Issue).where(*is_it).values(number=number))
    return replace(stored, number=number)


async def how_many(transaction: Transaction, table: type[tables.Base]) -> int:
    """Count a table's rows."""

    async def count(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(table)) or 0

    return await transaction.read(count)
