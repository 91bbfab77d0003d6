"""People, organizations and channels with which the use cases' tests begin."""

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.issues import Draft, Issue
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.people import ProfileKind, SlackAccount, SlackMember, User
from bot.usecases.link_channel import link_channel
from bot.usecases.raise_issue import raise_issue
from bot.usecases.recognize import recognize
from bot.usecases.register import Registered, Registration, register_organization
from bot.usecases.store_issues import RaiseRequest
from storage import organizations, people
from storage.tables import Base
from storage.transaction import Transaction
from tests.storage.seeds import NOW

TEAM, OTHER_TEAM = "T1", "T2"
VERA, ADA, BO = SlackAccount(TEAM, "UVERA"), SlackAccount(TEAM, "UADA"), SlackAccount(TEAM, "UBO")
VERAS_EMAIL = "vera@acme.example"
HELP, DESK, RANDOM = ChannelAddress(TEAM, "CHELP"), ChannelAddress(TEAM, "CDESK"), ChannelAddress(TEAM, "CRANDOM")


def registration(name: str = "Acme", **changes: Any) -> Registration:
    """Return Vera's registration of an organization, with changes."""
    given: dict[str, Any] = {
        "organization_name": name,
        "email": VERAS_EMAIL,
        "first_name": "Vera",
        "last_name": "Vendor",
        "account": VERA,
        **changes,
    }
    return Registration(**given)


async def register(transaction: Transaction, name: str = "Acme", **changes: Any) -> Registered:
    """Register an organization."""
    wanted = registration(name, **changes)
    return await transaction.write(partial(register_organization, wanted=wanted, now=NOW))


def member(account: SlackAccount = ADA, **changes: Any) -> SlackMember:
    """Return what Slack says of a full member with a confirmed e-mail, with changes."""
    given: dict[str, Any] = {
        "account": account,
        "seen_by_team_id": TEAM,
        "email": "ada@customer.example",
        "email_confirmed": True,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "guest": False,
        "bot": False,
        "deleted": False,
        **changes,
    }
    return SlackMember(**given)


async def meet(transaction: Transaction, who: SlackMember | None = None) -> User:
    """Recognize a member: Ada, unless told otherwise."""
    return await transaction.write(partial(recognize, member=who or member(), now=NOW))


async def become(transaction: Transaction, user: User, organization_id: int, *kinds: ProfileKind) -> None:
    """Give somebody profiles: a customer's, unless told otherwise."""
    give = partial(
        people.add_profiles,
        user_id=user.id,
        organization_id=organization_id,
        kinds=kinds or (ProfileKind.CUSTOMER,),
        now=NOW,
    )
    await transaction.write(give)


def channel(
    organization_id: int,
    address: ChannelAddress = HELP,
    *,
    intake: bool = True,
    triage: bool = False,
    visibility: Visibility = Visibility.SHARED,
) -> ChannelLink:
    """Return what a channel is to be: an intake channel, unless told otherwise."""
    return ChannelLink(
        address=address, organization_id=organization_id, intake=intake, triage=triage, visibility=visibility
    )


async def link(transaction: Transaction, wanted: ChannelLink) -> ChannelLink:
    """Link a channel."""
    await transaction.write(partial(link_channel, link=wanted, now=NOW))
    return wanted


async def raise_one(transaction: Transaction, organization_id: int, key: str = "key") -> Issue:
    """Let Ada raise an issue in the organization's intake channel."""
    request = RaiseRequest(
        user=await meet(transaction),
        account=ADA,
        organization=await transaction.read(partial(organizations.organization, organization_id=organization_id)),
        origin=channel(organization_id, HELP),
        draft=Draft(title="Export fails"),
        raise_key=key,
        door="slack",
    )
    return (await raise_issue(transaction, request, NOW)).issue


async def counts(transaction: Transaction) -> dict[str, int]:
    """Return how many rows each table has."""

    async def count(session: AsyncSession) -> dict[str, int]:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }

    return await transaction.read(count)


_PLANT = {
    "sqlite": ["CREATE TRIGGER planted BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'planted'); END"],
    "postgresql": [
        "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'planted'; END $$",
        "CREATE TRIGGER planted BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION planted()",
    ],
}
_REMOVE = {"sqlite": "DROP TRIGGER planted", "postgresql": "DROP FUNCTION planted CASCADE"}


@contextlib.asynccontextmanager
async def no_row_fits_into(engine: AsyncEngine, table: str) -> AsyncIterator[None]:
    """Let the database refuse every new row of a table."""
    async with engine.begin() as connection:
        for statement in _PLANT[engine.dialect.name]:
            await connection.execute(text(statement.format(table=table)))
    try:
        yield
    finally:
        async with engine.begin() as connection:
            await connection.execute(text(_REMOVE[engine.dialect.name]))
