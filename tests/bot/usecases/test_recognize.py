"""Who somebody in Slack is: nobody becomes another person by an e-mail that anyone could have typed."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import IdentityRule, ProfileKind, SlackAccount, User
from bot.usecases.register import Registered
from storage import people, tables
from storage.transaction import Transaction
from tests.bot.usecases.town import (
    ADA,
    OTHER_TEAM,
    TEAM,
    VERAS_EMAIL,
    become,
    counts,
    meet,
    member,
    register,
)
from tests.storage.seeds import NOW


@pytest.fixture
async def acme(transaction: Transaction) -> Registered:
    return await register(transaction)


async def _rule(transaction: Transaction, account: SlackAccount = ADA) -> str:
    async def look(session: AsyncSession) -> str:
        key = (account.team_id, account.user_id)
        return (await session.get_one(tables.SlackIdentity, key)).rule

    return await transaction.read(look)


async def test_a_full_member_with_the_email_of_somebody_of_the_organization_is_that_person(
    transaction: Transaction, acme: Registered
) -> None:
    user = await meet(transaction, member(email=" VERA@Acme.Example "))
    assert user == acme.owner
    assert await _rule(transaction) == IdentityRule.EMAIL


@pytest.mark.parametrize(
    "abuse",
    [
        pytest.param({"guest": True}, id="a guest, whose address was typed by whoever invited them"),
        pytest.param({"account": SlackAccount(OTHER_TEAM, "U1")}, id="a member of another team"),
        pytest.param(
            {"account": SlackAccount(OTHER_TEAM, "U1"), "seen_by_team_id": OTHER_TEAM},
            id="a member of a workspace that the organization does not own",
        ),
        pytest.param({"account": ADA, "seen_by_team_id": OTHER_TEAM}, id="a member seen from another workspace"),
        pytest.param({"email_confirmed": False}, id="an address that was never confirmed"),
        pytest.param({"bot": True}, id="a bot"),
        pytest.param({"deleted": True}, id="a deleted member"),
        pytest.param({"email": None}, id="no address"),
        pytest.param({"email": ""}, id="an empty address"),
        pytest.param({"email": "vera@acme.example.evil"}, id="an address that only begins alike"),
        pytest.param({"email": "vera+x@acme.example"}, id="an address with a tag"),
    ],
)
async def test_nobody_else_becomes_that_person(
    transaction: Transaction, acme: Registered, abuse: dict[str, Any]
) -> None:
    who = member(**{"email": VERAS_EMAIL, **abuse})
    user = await meet(transaction, who)
    assert user.id != acme.owner.id
    assert await _rule(transaction, who.account) == IdentityRule.NEW


async def _change(transaction: Transaction, acme: Registered, table: type[tables.Base], **values: object) -> None:
    async def change(session: AsyncSession) -> None:
        owner = tables.CrmUser.id == acme.owner.id
        theirs = owner if table is tables.CrmUser else tables.Profile.user_id == acme.owner.id
        await session.execute(update(table).where(theirs).values(**values))

    await transaction.write(change)


async def test_an_email_that_nobody_vouched_for_matches_nobody(transaction: Transaction, acme: Registered) -> None:
    await _change(transaction, acme, tables.CrmUser, email_trusted=False)
    assert (await meet(transaction, member(email=VERAS_EMAIL))).id != acme.owner.id


async def test_the_email_of_somebody_who_left_the_organization_matches_nobody(
    transaction: Transaction, acme: Registered
) -> None:
    await _change(transaction, acme, tables.Profile, active=False)
    assert (await meet(transaction, member(email=VERAS_EMAIL))).id != acme.owner.id


async def test_somebody_who_is_switched_off_stays_that_person(transaction: Transaction, acme: Registered) -> None:
    await _change(transaction, acme, tables.CrmUser, active=False)
    user = await meet(transaction, member(email=VERAS_EMAIL))
    assert (user.id, user.active) == (acme.owner.id, False)


@pytest.mark.both_databases
async def test_between_two_people_of_one_email_nobody_guesses(transaction: Transaction, acme: Registered) -> None:
    async def add_double(session: AsyncSession) -> User:
        return await people.add_user(
            session, email=VERAS_EMAIL, email_trusted=True, first_name="Vera", last_name="Double", now=NOW
        )

    double = await transaction.write(add_double)
    await become(transaction, double, acme.organization_id, ProfileKind.EMPLOYEE)
    user = await meet(transaction, member(email=VERAS_EMAIL))
    assert user.id not in {acme.owner.id, double.id}


async def test_a_person_of_an_organization_of_another_workspace_is_not_matched(transaction: Transaction) -> None:
    elsewhere = await register(transaction, "Else", account=SlackAccount(OTHER_TEAM, "U9"))
    await register(transaction, "Acme", email="owner@acme.example")
    assert (await meet(transaction, member(email=VERAS_EMAIL))).id != elsewhere.owner.id


async def test_a_stranger_is_a_new_person_whose_email_is_kept_but_not_trusted(transaction: Transaction) -> None:
    user = await meet(transaction, member(email=" Ada@Customer.Example", first_name=" Ada\n", last_name="L\x00ove"))
    assert (user.email, user.first_name, user.last_name, user.active) == (
        "ada@customer.example",
        "Ada",
        "Love",
        True,
    )

    async def look(session: AsyncSession) -> bool:
        return (await session.get_one(tables.CrmUser, user.id)).email_trusted

    assert not await transaction.read(look)
    assert await _rule(transaction) == IdentityRule.NEW


async def test_a_strangers_email_vouches_for_nobody(transaction: Transaction, acme: Registered) -> None:
    first = await meet(transaction, member(SlackAccount(TEAM, "U1")))
    await become(transaction, first, acme.organization_id)
    second = await meet(transaction, member(SlackAccount(TEAM, "U2")))
    assert second.id != first.id


async def test_a_known_account_stays_who_it_is_whatever_slack_says_later(
    transaction: Transaction, acme: Registered
) -> None:
    first = await meet(transaction)
    before = await counts(transaction)
    assert await meet(transaction, member(email=VERAS_EMAIL, first_name="Vera")) == first
    assert first.id != acme.owner.id
    assert await counts(transaction) == before


@pytest.mark.parametrize("email", ["ada@customer.example", VERAS_EMAIL])
@pytest.mark.both_databases
async def test_twenty_first_sights_at_once_are_one_person(
    transaction: Transaction, acme: Registered, email: str
) -> None:
    before = await counts(transaction)
    users = await asyncio.gather(*(meet(transaction, member(email=email)) for _ in range(20)))
    assert len({user.id for user in users}) == 1
    after = await counts(transaction)
    assert after["slack_identity"] == before["slack_identity"] + 1
    assert after["crm_user"] == before["crm_user"] + (users[0].id != acme.owner.id)


async def test_a_person_may_have_two_accounts(transaction: Transaction, acme: Registered) -> None:
    user = await meet(transaction, member(email=VERAS_EMAIL))

    async def look(session: AsyncSession) -> list[str]:
        query = select(tables.SlackIdentity.rule).where(tables.SlackIdentity.user_id == user.id)
        return sorted(await session.scalars(query))

    assert user == acme.owner
    assert await transaction.read(look) == [IdentityRule.EMAIL, IdentityRule.REGISTERED]
    assert await transaction.read(partial(people.user_of, account=ADA)) == acme.owner
