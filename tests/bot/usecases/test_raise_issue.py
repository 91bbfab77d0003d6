"""Raising an issue: the customer record first, then the issue with its event and its effects, once."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from structlog.testing import capture_logs

from bot.domain.issues import Draft, Status
from bot.domain.organizations import ChannelLink, Visibility
from bot.domain.people import ProfileKind, User
from bot.domain.places import Audience, Place
from bot.errors import ForbiddenError
from bot.usecases.my_issues import my_issues
from bot.usecases.raise_issue import raise_issue
from bot.usecases.store_issues import Raised, RaiseRequest
from storage import organizations, tables
from storage.transaction import Transaction
from tests.bot.usecases.town import (
    ADA,
    BO,
    DESK,
    HELP,
    VERA,
    become,
    channel,
    counts,
    link,
    meet,
    member,
    no_row_fits_into,
    register,
)
from tests.storage.seeds import NOW


@dataclass(frozen=True)
class Scene:
    """Ada in Acme's open intake channel; vendors work in another."""

    transaction: Transaction
    acme: int
    ada: User
    intake: ChannelLink

    async def request(self, key: str = "key", user: User | None = None) -> RaiseRequest:
        organization = await self.transaction.read(partial(organizations.organization, organization_id=self.acme))
        return RaiseRequest(
            user=user or self.ada,
            account=ADA,
            organization=organization,
            origin=self.intake,
            draft=Draft(title="Export fails", description="It says 500."),
            raise_key=key,
            door="slack",
        )

    async def raised(self, key: str = "key") -> Raised:
        return await raise_issue(self.transaction, await self.request(key), NOW)


@pytest.fixture
async def scene(transaction: Transaction) -> Scene:
    acme = (await register(transaction)).organization_id
    intake = await link(transaction, channel(acme, HELP))
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    return Scene(transaction, acme, await meet(transaction), intake)


async def _lanes(transaction: Transaction) -> dict[str, list[str]]:
    """Return the kinds of what each issue's lanes owe, in order."""

    async def look(session: AsyncSession) -> dict[str, list[str]]:
        query = (
            select(tables.Lane.destination, tables.Effect.kind)
            .join(tables.Effect, tables.Effect.lane_id == tables.Lane.id)
            .where(tables.Lane.key.like("issue:%"))
            .order_by(tables.Lane.id, tables.Effect.seq)
        )
        lanes: dict[str, list[str]] = {}
        for destination, kind in await session.execute(query):
            lanes.setdefault(destination, []).append(kind)
        return lanes

    return await transaction.read(look)


async def test_an_issue_is_stored_with_its_number_and_place(scene: Scene) -> None:
    raised = await scene.raised()
    issue = raised.issue
    assert (issue.number, issue.title, issue.description) == ("ISS-2026-0001", "Export fails", "It says 500.")
    assert (issue.status, issue.organization_id, issue.created_at) == (Status.OPEN, scene.acme, NOW)
    assert raised.place == Place(Audience.CUSTOMER, HELP)
    assert (await scene.transaction.read(partial(my_issues, account=ADA))).issues == [issue]
    assert (await scene.transaction.read(partial(my_issues, account=VERA))).issues == []


async def test_each_destination_is_owed_its_own_lane(scene: Scene) -> None:
    await scene.raised()
    assert await _lanes(scene.transaction) == {
        "linear": ["linear.create_issue"],
        "customer": ["slack.post_issue", "slack.post_line"],
        "triage": ["slack.post_issue"],
    }


async def test_in_a_channel_that_is_both_there_is_one_message(scene: Scene) -> None:
    async def unlink(session: AsyncSession) -> None:
        await session.execute(update(tables.ChannelLink).values(triage=False))

    await scene.transaction.write(unlink)
    both = await link(scene.transaction, channel(scene.acme, HELP, triage=True))
    raised = await raise_issue(scene.transaction, replace(await scene.request(), origin=both), NOW)
    assert raised.place == Place(Audience.BOTH, HELP)
    assert await _lanes(scene.transaction) == {
        "linear": ["linear.create_issue"],
        "customer": ["slack.post_issue", "slack.post_line"],
    }


async def test_what_is_raised_in_a_private_intake_channel_is_shown_to_its_customer_alone(scene: Scene) -> None:
    private = await link(scene.transaction, channel(scene.acme, HELP, visibility=Visibility.PRIVATE))
    raised = await raise_issue(scene.transaction, replace(await scene.request(), origin=private), NOW)
    assert raised.place == Place(Audience.CUSTOMER, ADA)


async def test_what_happened_is_told_by_one_event(scene: Scene) -> None:
    raised = await scene.raised()

    async def look(session: AsyncSession) -> list[tuple[object, ...]]:
        return [
            (event.issue_id, event.organization_id, event.actor_user_id, event.what, event.becomes, event.door)
            for event in await session.scalars(select(tables.IssueEvent))
        ]

    expected = (raised.issue.id, scene.acme, scene.ada.id, "raised", "open", "slack")
    assert await scene.transaction.read(look) == [expected]


@pytest.mark.both_databases
async def test_raising_again_with_the_same_key_answers_the_same_issue_and_changes_nothing(scene: Scene) -> None:
    first = await scene.raised()
    before, lanes = await counts(scene.transaction), await _lanes(scene.transaction)
    assert await scene.raised() == first
    assert await counts(scene.transaction) == before
    assert await _lanes(scene.transaction) == lanes
    assert (await scene.raised("another key")).issue.number == "ISS-2026-0002"


@pytest.mark.both_databases
async def test_ten_submissions_of_one_form_at_once_are_one_issue(scene: Scene) -> None:
    answers = await asyncio.gather(*(scene.raised() for _ in range(10)))
    assert len({answer.issue.id for answer in answers}) == 1
    seen = await counts(scene.transaction)
    assert (seen["issue"], seen["issue_event"], seen["issue_message"]) == (1, 1, 2)
    assert (seen["customer_record"], seen["effect"]) == (1, 1 + 4)
    assert (await scene.raised("another key")).issue.number == "ISS-2026-0002"


async def test_the_first_issue_in_an_open_intake_channel_makes_a_customer(scene: Scene) -> None:
    before = await counts(scene.transaction)
    await scene.raised("one")
    await scene.raised("two")
    after = await counts(scene.transaction)
    assert after["customer_record"] == before["customer_record"] + 1 == 1
    assert after["profile"] == before["profile"] + 1


@pytest.mark.parametrize("table", ["issue", "issue_event", "issue_message", "effect"])
@pytest.mark.both_databases
async def test_the_customer_record_stays_when_the_issue_fails(
    engine: AsyncEngine, scene: Scene, table: str
) -> None:
    before = await counts(scene.transaction)
    async with no_row_fits_into(engine, table):
        with pytest.raises(DBAPIError):
            await scene.raised()
    after = await counts(scene.transaction)
    assert after == {
        **before,
        "customer_record": before["customer_record"] + 1,
        "profile": before["profile"] + 1,
    }
    assert (await scene.raised()).issue.number == "ISS-2026-0001"
    assert (await counts(scene.transaction))["customer_record"] == 1


@pytest.mark.both_databases
async def test_without_a_customer_record_there_is_no_issue(engine: AsyncEngine, scene: Scene) -> None:
    before = await counts(scene.transaction)
    async with no_row_fits_into(engine, "customer_record"):
        with pytest.raises(DBAPIError):
            await scene.raised()
    assert await counts(scene.transaction) == before


async def test_who_may_not_raise_an_issue_leaves_nothing(scene: Scene) -> None:
    before = await counts(scene.transaction)
    with pytest.raises(ForbiddenError):
        await raise_issue(scene.transaction, replace(await scene.request(), origin=None), NOW)
    assert await counts(scene.transaction) == before


async def test_a_customer_raises_an_issue_anywhere_and_reads_it_directly(scene: Scene) -> None:
    await become(scene.transaction, scene.ada, scene.acme, ProfileKind.CUSTOMER)
    raised = await raise_issue(scene.transaction, replace(await scene.request(), origin=None), NOW)
    assert raised.place == Place(Audience.CUSTOMER, ADA)


@pytest.mark.both_databases
async def test_somebody_elses_key_answers_nothing_of_theirs(scene: Scene) -> None:
    await scene.raised()
    bo = await meet(scene.transaction, member(BO, email=None))
    request = replace(await scene.request(user=bo), account=BO)
    with pytest.raises(DBAPIError):
        await raise_issue(scene.transaction, request, NOW)
    assert (await scene.transaction.read(partial(my_issues, account=BO))).issues == []


async def test_the_lines_that_operators_look_for_are_logged(scene: Scene) -> None:
    with capture_logs() as lines:
        await scene.raised("one")
        await scene.raised("two")
    assert [line["event"] for line in lines] == [
        "Customer issue raise request from ada@customer.example",
        "Created new customer record for ada@customer.example in organization Acme",
        "Issue ISS-2026-0001 raised by customer ada@customer.example for organization Acme",
        "Customer issue raise request from ada@customer.example",
        "Using existing customer record for ada@customer.example in organization Acme",
        "Issue ISS-2026-0002 raised by customer ada@customer.example for organization Acme",
    ]
