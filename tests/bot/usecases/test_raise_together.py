"""Issues that are raised at the same moment are stored together, and nobody pays for another."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.domain.issues import Draft
from bot.domain.people import ProfileKind, User
from bot.domain.places import Audience, Place
from bot.errors import ForbiddenError
from bot.usecases.raise_issue import raise_issue
from bot.usecases.store_issues import Raised, RaiseRequest
from storage import organizations, tables
from storage.engine import open_engine
from storage.files import GivenFile
from storage.transaction import Transaction, open_transaction
from tests.bot.usecases.town import (
    ADA,
    BO,
    DESK,
    HELP,
    RANDOM,
    become,
    channel,
    counts,
    link,
    meet,
    member,
    no_row_fits_into,
    register,
)
from tests.storage.commits import asked_statements, counted_commits
from tests.storage.seeds import NOW

pytestmark = pytest.mark.both_databases

FILE = GivenFile(team_id=HELP.team_id, slack_file_id="F1", name="a.png", mimetype="image/png", size=1)


@dataclass(frozen=True)
class Crowd:
    """Ada is a customer of Acme, which takes issues in HELP, and of Beta, which takes them in RANDOM.

    Bo is nobody's customer yet.
    """

    transaction: Transaction
    acme: int
    beta: int
    ada: User
    bo: User

    async def request(self, key: str, user: User | None = None, organization_id: int | None = None) -> RaiseRequest:
        chosen = organization_id or self.acme
        find = partial(organizations.organization, organization_id=chosen)
        return RaiseRequest(
            user=user or self.ada,
            account=BO if user == self.bo else ADA,
            organization=await self.transaction.read(find),
            origin=channel(chosen, HELP if chosen == self.acme else RANDOM),
            draft=Draft(title=f"Issue {key}"),
            raise_key=key,
            door="slack",
        )

    async def raise_all(self, requests: Sequence[RaiseRequest]) -> list[Raised | BaseException]:
        """Raise all of these at the same moment."""
        raising = (raise_issue(self.transaction, request, NOW) for request in requests)
        return await asyncio.gather(*raising, return_exceptions=True)


@pytest.fixture
async def crowd(transaction: Transaction) -> Crowd:
    acme = (await register(transaction)).organization_id
    beta = (await register(transaction, "Beta")).organization_id
    await link(transaction, channel(acme, HELP))
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    await link(transaction, channel(beta, RANDOM))
    ada = await meet(transaction)
    for organization_id in (acme, beta):
        await become(transaction, ada, organization_id)
    crowd = Crowd(transaction, acme, beta, ada, await meet(transaction, member(BO, email=None)))
    # Each of them has a customer record from here on.
    await crowd.raise_all([await crowd.request("acme first"), await crowd.request("beta first", None, beta)])
    return crowd


@pytest.fixture
async def second(database_url: str) -> AsyncIterator[Transaction]:
    """Another replica's way to the same database."""
    engine = open_engine(database_url)
    opened = open_transaction(engine)
    yield opened
    await opened.close()
    await engine.dispose()


def stored(answers: Sequence[Raised | BaseException]) -> list[Raised]:
    return [answer for answer in answers if isinstance(answer, Raised)]


def numbers(answers: Sequence[Raised | BaseException]) -> list[str]:
    return [answer.issue.number for answer in stored(answers)]


async def test_what_is_raised_at_the_same_moment_is_one_commit(engine: AsyncEngine, crowd: Crowd) -> None:
    requests = [await crowd.request(f"key {number}") for number in range(10)]
    with counted_commits(engine) as commits:
        answers = await crowd.raise_all(requests)
    assert len(commits) == 1
    assert numbers(answers) == [f"ISS-2026-{number:04d}" for number in range(2, 12)]
    assert [answer.issue.title for answer in stored(answers)] == [request.draft.title for request in requests]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_is_asked_twice_and_only_the_last_statement_writes(
    engine: AsyncEngine, crowd: Crowd
) -> None:
    """It is a transaction by itself: with a second one that writes, half of an issue could be stored."""
    requests = [replace(await crowd.request(f"key {number}"), given_files=[FILE]) for number in range(3)]
    with asked_statements(engine) as asked:
        answers = await crowd.raise_all(requests)
    assert len(stored(answers)) == 3
    assert ["INSERT" in statement for statement in asked] == [False, True]


async def test_each_has_its_own_event_places_and_effects(crowd: Crowd) -> None:
    before = await counts(crowd.transaction)
    answers = await crowd.raise_all([await crowd.request(f"key {number}") for number in range(3)])
    after = await counts(crowd.transaction)
    more = {table: after[table] - before[table] for table in after if after[table] != before[table]}
    assert more == {"issue": 3, "issue_event": 3, "issue_message": 6, "lane": 9, "effect": 12}
    for answer in answers:
        assert isinstance(answer, Raised)
        assert await _told(crowd.transaction, answer.issue.id) == {
            "linear": [("linear.create_issue", 0)],
            "customer": [("slack.post_issue", 0), ("slack.post_line", 1)],
            "triage": [("slack.post_issue", 0)],
        }


async def _told(transaction: Transaction, issue_id: int) -> dict[str, list[tuple[str, int]]]:
    """Return what an issue's lanes owe, in order; each effect and its event is about this issue."""

    async def look(session: AsyncSession) -> dict[str, list[tuple[str, int]]]:
        query = (
            select(tables.Lane.destination, tables.Effect)
            .join(tables.Effect, tables.Effect.lane_id == tables.Lane.id)
            .where(tables.Lane.subject == f"issue:{issue_id}")
            .order_by(tables.Lane.id, tables.Effect.seq)
        )
        event_id = await session.scalar(select(tables.IssueEvent.id).where(tables.IssueEvent.issue_id == issue_id))
        found = dict[str, list[tuple[str, int]]]()
        for destination, effect in await session.execute(query):
            assert effect.about["issue_id"] == issue_id
            assert effect.about.get("event_id", event_id) == event_id
            found.setdefault(destination, []).append((effect.kind, effect.seq))
        return found

    return await transaction.read(look)


async def test_two_organizations_at_once_count_each_for_itself(engine: AsyncEngine, crowd: Crowd) -> None:
    requests = [
        await crowd.request(f"key {number}", None, crowd.beta if number % 3 == 0 else crowd.acme)
        for number in range(6)
    ]
    with counted_commits(engine) as commits:
        answers = await crowd.raise_all(requests)
    assert len(commits) == 1
    assert [
        (answer.issue.organization_id, answer.issue.number) for answer in answers if isinstance(answer, Raised)
    ] == [
        (crowd.beta, "ISS-2026-0002"),
        (crowd.acme, "ISS-2026-0002"),
        (crowd.acme, "ISS-2026-0003"),
        (crowd.beta, "ISS-2026-0003"),
        (crowd.acme, "ISS-2026-0004"),
        (crowd.acme, "ISS-2026-0005"),
    ]
    assert [answer.place for answer in stored(answers)] == [
        Place(Audience.CUSTOMER, RANDOM if request.organization.id == crowd.beta else HELP) for request in requests
    ]


async def test_who_may_not_raise_one_costs_the_others_nothing(crowd: Crowd) -> None:
    refused = replace(await crowd.request("refused", crowd.bo), origin=None)
    requests = [await crowd.request("one"), refused, await crowd.request("two")]
    answers = await crowd.raise_all(requests)
    assert numbers(answers) == ["ISS-2026-0002", "ISS-2026-0003"]
    assert isinstance(answers[1], ForbiddenError)


async def test_who_was_switched_off_is_refused_among_others(crowd: Crowd) -> None:
    await become(crowd.transaction, crowd.bo, crowd.acme)
    assert numbers(await crowd.raise_all([await crowd.request("before", crowd.bo)])) == ["ISS-2026-0002"]

    async def switch_off(session: AsyncSession) -> None:
        await session.execute(
            update(tables.Profile)
            .where(tables.Profile.user_id == crowd.bo.id, tables.Profile.kind == ProfileKind.CUSTOMER)
            .values(active=False)
        )

    await crowd.transaction.write(switch_off)
    answers = await crowd.raise_all([await crowd.request("one"), await crowd.request("off", crowd.bo)])
    assert numbers(answers) == ["ISS-2026-0003"]
    assert isinstance(answers[1], ForbiddenError)


async def test_one_key_twice_among_others_is_one_issue(crowd: Crowd) -> None:
    requests = [await crowd.request(key) for key in ("one", "twice", "twice", "two")]
    answers = await crowd.raise_all(requests)
    assert numbers(answers) == ["ISS-2026-0002", "ISS-2026-0003", "ISS-2026-0003", "ISS-2026-0004"]
    assert answers[1] == answers[2]


async def test_what_was_raised_before_is_answered_again_among_others(crowd: Crowd) -> None:
    (before,) = await crowd.raise_all([await crowd.request("before")])
    answers = await crowd.raise_all([await crowd.request(key) for key in ("one", "before", "two")])
    assert answers[1] == before
    assert numbers(answers) == ["ISS-2026-0003", "ISS-2026-0002", "ISS-2026-0004"]


async def test_a_key_of_somebody_else_fails_alone_and_leaves_no_gap(crowd: Crowd) -> None:
    await crowd.raise_all([await crowd.request("of Ada")])
    stolen = await crowd.request("of Ada", crowd.bo)
    requests = [await crowd.request("one"), stolen, await crowd.request("two", crowd.bo)]
    await become(crowd.transaction, crowd.bo, crowd.acme)
    answers = await crowd.raise_all(requests)
    assert isinstance(answers[1], DBAPIError)
    assert sorted(numbers(answers)) == ["ISS-2026-0003", "ISS-2026-0004"]
    assert numbers(await crowd.raise_all([await crowd.request("after")])) == ["ISS-2026-0005"]


async def test_whoever_becomes_a_customer_among_others_has_one_record(crowd: Crowd) -> None:
    before = await counts(crowd.transaction)
    requests = [await crowd.request(f"key {number}", crowd.bo if number % 2 else None) for number in range(6)]
    answers = await crowd.raise_all(requests)
    assert sorted(numbers(answers)) == [f"ISS-2026-{number:04d}" for number in range(2, 8)]
    after = await counts(crowd.transaction)
    assert after["customer_record"] == before["customer_record"] + 1


async def test_the_records_stay_when_all_issues_fail(engine: AsyncEngine, crowd: Crowd) -> None:
    before = await counts(crowd.transaction)
    requests = [await crowd.request("one", crowd.bo), await crowd.request("two")]
    async with no_row_fits_into(engine, "issue_event"):
        answers = await crowd.raise_all(requests)
    assert [isinstance(answer, DBAPIError) for answer in answers] == [True, True]
    after = await counts(crowd.transaction)
    expected = {"customer_record": before["customer_record"] + 1, "profile": before["profile"] + 1}
    assert after == {**before, **expected}
    assert sorted(numbers(await crowd.raise_all(requests))) == ["ISS-2026-0002", "ISS-2026-0003"]


async def test_two_replicas_at_once_leave_no_gap(crowd: Crowd, second: Transaction) -> None:
    there = replace(crowd, transaction=second)
    requests = [await crowd.request(f"key {number}") for number in range(40)]
    # Every key is pressed at both: whichever is first, there is one issue.
    here, other = await asyncio.gather(crowd.raise_all(requests), there.raise_all(list(reversed(requests))))
    assert sorted(numbers(here)) == [f"ISS-2026-{number:04d}" for number in range(2, 42)]
    assert numbers(here) == list(reversed(numbers(other)))
