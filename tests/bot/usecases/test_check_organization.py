"""A check walks the way of a new customer; nobody sees it, and nothing of it is left, however it ends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.organizations import Organization
from bot.errors import UnavailableError
from bot.usecases.check_organization import (
    KEEP,
    MARK,
    NOT_KEPT,
    NOT_TRIED,
    NOTHING_LEFT_BEHIND,
    PLAN,
    STILL_THERE,
    SWEEP,
    SWEPT,
    TAKE_BACK,
    Check,
    check_organization,
)
from bot.usecases.check_setup import INTAKE, SETUP_STEPS
from bot.usecases.check_walk import CREATE, PROFILE, RAISE, RECOGNIZE, WALK_STEPS, WOULD_BE
from bot.usecases.findings import REFUSED, SEE_DATABASE, SEE_LOG, Finding, Outcome, counted
from storage import inbox, organizations
from storage.joining import EachAlone
from storage.transaction import DATABASE_AWAY, Database, Transaction, Work
from tests.bot.usecases.town import DESK, HELP, channel, counts, link, no_row_fits_into, raise_one, register
from tests.storage.seeds import NOW

pytestmark = pytest.mark.both_databases

T = TypeVar("T")


class Watched(EachAlone):
    """A transaction that says when something was done in it."""

    def __init__(self, transaction: Transaction, after: Callable[[], Awaitable[None]]) -> None:
        self._transaction = transaction
        self._after = after

    async def read(self, work: Work[T]) -> T:
        read = await self._transaction.read(work)
        await self._after()
        return read

    async def write(self, work: Work[T]) -> T:
        written = await self._transaction.write(work)
        await self._after()
        return written

    async def close(self) -> None:
        await self._transaction.close()


class WatchedDatabase(Watched):
    """A database that is watched, and its rehearsals too."""

    def __init__(self, database: Database, after: Callable[[], Awaitable[None]]) -> None:
        super().__init__(database, after)
        self._database = database

    @contextlib.asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[Transaction]:
        async with self._database.rehearsal() as rehearsal:
            yield Watched(rehearsal, self._after)


class KeepingDatabase(WatchedDatabase):
    """A database whose rehearsals are kept."""

    @contextlib.asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[Transaction]:
        yield self._database


class ForgettingDatabase(WatchedDatabase):
    """A database that says it has written, and has not."""

    async def write(self, work: Work[T]) -> T:
        async with self._database.rehearsal() as rehearsal:
            return await rehearsal.write(work)


class AwayDatabase(WatchedDatabase):
    """A database that cannot be reached."""

    async def read(self, work: Work[T]) -> T:
        del work
        raise UnavailableError(DATABASE_AWAY)

    async def write(self, work: Work[T]) -> T:
        return await self.read(work)

    @contextlib.asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[Transaction]:
        yield self


async def _nothing() -> None:
    """Do nothing."""


@pytest.fixture
async def acme(transaction: Database) -> Organization:
    """Acme, with a channel for its customers and one for its vendors."""
    organization_id = (await register(transaction)).organization_id
    await link(transaction, channel(organization_id, HELP))
    await link(transaction, channel(organization_id, DESK, intake=False, triage=True))
    return await transaction.read(partial(organizations.organization, organization_id=organization_id))


def _given(acme: Organization, database: Database) -> Check:
    return Check(database=database, organization=acme, linear_on=False, now=NOW, token="abc123")


async def _check(acme: Organization, database: Database) -> dict[str, Finding]:
    findings = list[Finding]()
    await check_organization(_given(acme, database), findings.append)
    assert [finding.step for finding in findings] == list(PLAN)
    return {finding.step: finding for finding in findings}


def _failed(findings: dict[str, Finding]) -> list[str]:
    return [step for step, finding in findings.items() if finding.outcome is Outcome.FAILED]


async def test_every_step_is_done_in_order_and_nothing_is_left(acme: Organization, transaction: Database) -> None:
    before = await counts(transaction)
    findings = await _check(acme, transaction)
    assert _failed(findings) == []
    assert {findings[step].outcome for step in WALK_STEPS} == {Outcome.OK}
    assert findings[RAISE].detail == WOULD_BE.format(number="ISS-2026-0001")
    assert findings[SWEEP].detail == NOTHING_LEFT_BEHIND
    assert await counts(transaction) == before


async def test_no_number_is_used_up_and_each_check_is_as_the_first(
    acme: Organization, transaction: Database
) -> None:
    for number in ("ISS-2026-0001", "ISS-2026-0002"):
        for _ in range(2):
            assert (await _check(acme, transaction))[RAISE].detail == WOULD_BE.format(number=number)
        assert (await raise_one(transaction, acme.id, number)).number == number


async def test_nobody_sees_anything_of_the_walk_while_it_lasts(acme: Organization, transaction: Database) -> None:
    before, seen = await counts(transaction), list[dict[str, int]]()

    async def look() -> None:
        seen.append(await counts(transaction))

    findings = await _check(acme, WatchedDatabase(transaction, look))
    assert _failed(findings) == []
    assert len(seen) > len(WALK_STEPS)
    # The one row that is committed is no customer's, issue's or delivery's.
    assert {count.pop("inbox") for count in seen} == {0, 1}
    del before["inbox"]
    assert all(count == before for count in seen)


@pytest.mark.parametrize(
    ("table", "step"),
    [
        ("inbox", KEEP),
        ("crm_user", RECOGNIZE),
        ("slack_identity", RECOGNIZE),
        ("profile", PROFILE),
        ("customer_record", CREATE),
        ("issue_counter", RAISE),
        ("issue", RAISE),
        ("issue_event", RAISE),
        ("issue_message", RAISE),
        ("lane", RAISE),
        ("effect", RAISE),
    ],
)
async def test_a_step_that_fails_says_why_and_the_rest_is_taken_back(
    acme: Organization, transaction: Database, engine: AsyncEngine, table: str, step: str
) -> None:
    before = await counts(transaction)
    async with no_row_fits_into(engine, table):
        findings = await _check(acme, transaction)
    assert _failed(findings) == [step]
    assert findings[step].detail == REFUSED.format(reason="planted")
    assert findings[step].fix == SEE_LOG
    assert await counts(transaction) == before
    later = WALK_STEPS[WALK_STEPS.index(step) + 1 :] if step in WALK_STEPS else ()
    assert [each for each in PLAN if findings[each].outcome is Outcome.SKIPPED] == list(later)
    assert all(findings[each].detail == NOT_TRIED for each in later)


async def test_wherever_it_is_stopped_nothing_is_left(acme: Organization, transaction: Database) -> None:
    before, stop_at, ended = await counts(transaction), 0, False
    while not ended:
        stop_at, done = stop_at + 1, 0

        async def stop(at: int = stop_at) -> None:
            nonlocal done
            done += 1
            if done == at:
                raise asyncio.CancelledError

        try:
            await _check(acme, WatchedDatabase(transaction, stop))
        except asyncio.CancelledError:
            assert await counts(transaction) == before, stop_at
        else:
            ended = True
    assert stop_at > len(WALK_STEPS)


async def test_what_was_found_is_told_when_it_is_stopped(acme: Organization, transaction: Database) -> None:
    told = list[Finding]()
    done = 0

    async def stop() -> None:
        nonlocal done
        done += 1
        if done == 10:
            raise asyncio.CancelledError

    given = _given(acme, transaction)
    with pytest.raises(asyncio.CancelledError):
        await check_organization(replace(given, database=WatchedDatabase(transaction, stop)), told.append)
    steps = [finding.step for finding in told]
    assert RECOGNIZE in steps
    assert steps == list(PLAN[: len(steps)])


async def test_what_a_killed_check_left_is_removed_first_and_said(
    acme: Organization, transaction: Database
) -> None:
    before = await counts(transaction)
    for key in (f"{MARK}one", f"{MARK}two"):
        await transaction.write(partial(inbox.is_news, key=key, now=NOW))
    await transaction.write(partial(inbox.is_news, key="Ev1:another's", now=NOW))
    findings = await _check(acme, transaction)
    assert _failed(findings) == []
    assert findings[SWEEP].detail == SWEPT.format(rows=counted(2, "row"))
    assert await counts(transaction) == {**before, "inbox": before["inbox"] + 1}


async def test_what_is_left_is_noticed(acme: Organization, transaction: Database) -> None:
    findings = await _check(acme, KeepingDatabase(transaction, _nothing))
    assert _failed(findings) == [TAKE_BACK]
    # The user, their Slack account and the issue.
    assert findings[TAKE_BACK].detail == STILL_THERE.format(rows=counted(3, "row"))


async def test_a_database_that_keeps_nothing_is_noticed(acme: Organization, transaction: Database) -> None:
    findings = await _check(acme, ForgettingDatabase(transaction, _nothing))
    assert _failed(findings) == [KEEP]
    assert findings[KEEP].detail == NOT_KEPT


async def test_customers_who_raise_meanwhile_are_no_failure(acme: Organization, transaction: Database) -> None:
    class Busy(WatchedDatabase):
        @contextlib.asynccontextmanager
        async def rehearsal(self) -> AsyncIterator[Transaction]:
            await raise_one(transaction, acme.id, "before")
            async with self._database.rehearsal() as rehearsal:
                yield rehearsal
            await raise_one(transaction, acme.id, "after")

    assert _failed(await _check(acme, Busy(transaction, _nothing))) == []
    assert (await raise_one(transaction, acme.id, "last")).number == "ISS-2026-0003"


async def test_an_organization_without_a_channel_is_walked_all_the_same(transaction: Database) -> None:
    organization_id = (await register(transaction)).organization_id
    bare = await transaction.read(partial(organizations.organization, organization_id=organization_id))
    findings = await _check(bare, transaction)
    assert {findings[step].outcome for step in WALK_STEPS} == {Outcome.OK}
    assert _failed(findings) == [INTAKE]


async def test_a_database_that_is_away_is_told_in_words_and_raises_nothing(
    acme: Organization, transaction: Database
) -> None:
    findings = await _check(acme, AwayDatabase(transaction, _nothing))
    assert _failed(findings) == [SWEEP, KEEP, RECOGNIZE, TAKE_BACK, *SETUP_STEPS]
    for step in _failed(findings):
        assert (findings[step].detail, findings[step].fix) == (DATABASE_AWAY, SEE_DATABASE)
