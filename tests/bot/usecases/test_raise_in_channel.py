"""The short way of whoever is a customer of the channel's organization already; all others take the long one."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from structlog.testing import capture_logs

from bot.domain.issues import Draft
from bot.domain.organizations import Visibility
from bot.domain.people import SlackAccount
from bot.domain.places import Audience, Place
from bot.usecases.raise_in_channel import Submitted, raise_in_channel
from storage import links, tables
from storage.transaction import Transaction
from tests.bot.usecases.town import (
    ADA,
    BO,
    DESK,
    HELP,
    OTHER_TEAM,
    RANDOM,
    become,
    channel,
    counts,
    link,
    meet,
    member,
    no_row_fits_into,
    raise_one,
    register,
)
from tests.storage.commits import asked_statements, counted_commits
from tests.storage.seeds import NOW

pytestmark = pytest.mark.both_databases

ISSUE = Submitted(
    account=ADA,
    channel=HELP,
    private=False,
    organization_id=None,
    draft=Draft(title="Export fails"),
    raise_key="slack:T1:V1",
    door="slack",
    given_files=(),
    now=NOW,
)


@pytest.fixture
async def acme(transaction: Transaction) -> int:
    """Ada is a customer of Acme, with a record; Bo is known, and nobody's customer."""
    acme = (await register(transaction)).organization_id
    await link(transaction, channel(acme, HELP))
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    await become(transaction, await meet(transaction), acme)
    await raise_one(transaction, acme, "first")
    await meet(transaction, member(BO, email=None))
    return acme


async def test_it_is_one_commit_with_all_that_it_owes(
    transaction: Transaction, engine: AsyncEngine, acme: int
) -> None:
    del acme
    before = await counts(transaction)
    with counted_commits(engine) as commits, capture_logs() as lines:
        raised = await raise_in_channel(transaction, ISSUE)
    assert raised is not None
    assert (raised.issue.number, raised.customer.email) == ("ISS-2026-0002", "ada@customer.example")
    assert raised.place == Place(Audience.CUSTOMER, HELP)
    assert len(commits) == 1
    after = await counts(transaction)
    grown = {table: after[table] - before[table] for table in after if after[table] != before[table]}
    assert grown == {"issue": 1, "issue_event": 1, "issue_message": 2, "lane": 3, "effect": 4}
    assert [line["event"] for line in lines] == [
        "Customer issue raise request from ada@customer.example",
        "Using existing customer record for ada@customer.example in organization Acme",
        "Issue ISS-2026-0002 raised by customer ada@customer.example for organization Acme",
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_is_asked_twice_and_only_the_last_statement_writes(
    transaction: Transaction, engine: AsyncEngine, acme: int
) -> None:
    """It is a transaction by itself: with a second one that writes, half of an issue could be stored."""
    del acme
    with asked_statements(engine) as asked:
        assert await raise_in_channel(transaction, ISSUE) is not None
    assert ["INSERT" in statement for statement in asked] == [False, True]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"account": BO}, id="nobody's customer"),
        pytest.param({"account": SlackAccount(OTHER_TEAM, ADA.user_id)}, id="the same id in another workspace"),
        pytest.param({"channel": RANDOM}, id="a channel without a link"),
        pytest.param({"channel": replace(HELP, team_id=OTHER_TEAM)}, id="a channel of another workspace"),
        pytest.param({"organization_id": 10_000}, id="another organization was chosen"),
    ],
)
async def test_whoever_is_no_customer_there_goes_the_long_way(
    transaction: Transaction, acme: int, changes: dict[str, Any]
) -> None:
    del acme
    before = await counts(transaction)
    assert await raise_in_channel(transaction, replace(ISSUE, **changes)) is None
    assert await counts(transaction) == before


@pytest.mark.parametrize("off", [tables.CrmUser, tables.Profile])
async def test_whoever_is_switched_off_goes_the_long_way(
    transaction: Transaction, acme: int, off: type[tables.CrmUser | tables.Profile]
) -> None:
    del acme

    async def switch_off(session: AsyncSession) -> None:
        await session.execute(update(off).values(active=False))

    await transaction.write(switch_off)
    assert await raise_in_channel(transaction, ISSUE) is None


async def test_whoever_has_no_record_yet_goes_the_long_way(transaction: Transaction, acme: int) -> None:
    await become(transaction, await meet(transaction, member(BO, email=None)), acme)
    assert await raise_in_channel(transaction, replace(ISSUE, account=BO)) is None


async def test_the_same_submission_again_goes_the_long_way(transaction: Transaction, acme: int) -> None:
    del acme
    assert await raise_in_channel(transaction, ISSUE) is not None
    assert await raise_in_channel(transaction, ISSUE) is None


async def test_the_same_submission_twice_at_once_is_one_issue(transaction: Transaction, acme: int) -> None:
    del acme
    other = replace(ISSUE, raise_key="slack:T1:V2")
    raised = await asyncio.gather(*(raise_in_channel(transaction, one) for one in (other, ISSUE, ISSUE)))
    assert [one and one.issue.number for one in raised] == ["ISS-2026-0002", "ISS-2026-0003", "ISS-2026-0003"]
    assert (await counts(transaction))["issue"] == 3


async def test_what_was_told_to_be_private_stays_private(transaction: Transaction, acme: int) -> None:
    raised = await raise_in_channel(transaction, replace(ISSUE, private=True))
    assert raised is not None
    assert raised.place == Place(Audience.CUSTOMER, ADA)
    look = partial(links.places, organization_id=acme, issue_id=raised.issue.id)
    assert {place.where for place in await transaction.read(look)} == {ADA, DESK}


async def test_a_private_channel_shows_it_to_the_customer_alone(transaction: Transaction, acme: int) -> None:
    await link(transaction, channel(acme, HELP, visibility=Visibility.PRIVATE))
    raised = await raise_in_channel(transaction, ISSUE)
    assert raised is not None
    assert raised.place == Place(Audience.CUSTOMER, ADA)


async def test_a_request_that_fails_is_in_the_log(transaction: Transaction, engine: AsyncEngine, acme: int) -> None:
    del acme
    before = await counts(transaction)
    async with no_row_fits_into(engine, "effect"):
        with capture_logs() as lines, pytest.raises(DBAPIError):
            await raise_in_channel(transaction, ISSUE)
    assert await counts(transaction) == before
    assert "Customer issue raise request from slack:T1/UADA" in [line["event"] for line in lines]
