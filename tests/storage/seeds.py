"""Rows that storage tests begin with, and a look at tables from outside."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Draft, Issue
from bot.domain.organizations import slug_of
from bot.domain.people import User
from bot.domain.places import Origin
from bot.usecases.store_issues import RAISED
from storage import organizations, people, raised, tables
from storage.issues import NewIssue
from storage.raised import NewRaised
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
    session: AsyncSession, raised_by: Customer, number: str, raise_key: str, *, vendor: User | None = None
) -> Issue:
    """Add an issue; ``vendor`` raised it for the customer, if one did."""
    new = NewIssue(
        organization_id=raised_by.organization_id,
        number=number,
        draft=Draft(title="Export fails"),
        customer_record_id=raised_by.record_id,
        origin=Origin.DIRECT_MESSAGE,
        origin_channel=None,
        raise_key=raise_key,
        raised_by_user_id=None if vendor is None else vendor.id,
        now=NOW,
    )
    raiser = vendor or raised_by.user
    one = NewRaised(issue=new, actor_user_id=raiser.id, what=RAISED, door="api", places=())
    return (await raised.add_raised(session, [one]))[0][0]


async def how_many(transaction: Transaction, table: type[tables.Base]) -> int:
    """Count a table's rows."""

    async def count(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(table)) or 0

    return await transaction.read(count)
