"""Each step of a walk notices when what it looks for is not so."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Organization
from bot.usecases.check_walk import (
    CREATE,
    EXISTING,
    LISTED,
    NOT_FOUND,
    NOT_NEW,
    NOT_REFUSED,
    NOT_THE_SAME,
    PROFILE,
    QUEUED,
    SAME_KEY,
    UNKNOWN,
    WALK_STEPS,
    Walk,
)
from bot.usecases.findings import WrongError
from storage import organizations
from storage.transaction import Database
from tests.bot.usecases.town import counts, register
from tests.storage.seeds import NOW

pytestmark = pytest.mark.both_databases

MARK = "mark-of-this-check"
_CUSTOMER = "(SELECT id FROM crm_user WHERE last_name = 'mark-of-this-check')"
_PROFILE_OFF = (
    "INSERT INTO profile (user_id, organization_id, kind, active, is_primary, created_at) "  # noqa: S608
    f"SELECT {_CUSTOMER}, id, 'customer', false, true, created_at FROM organization"
)
_RECORD = (
    "INSERT INTO customer_record (user_id, organization_id, created_at) "  # noqa: S608
    f"SELECT {_CUSTOMER}, id, created_at FROM organization"
)
_SABOTAGE = {
    PROFILE: (_PROFILE_OFF, NOT_FOUND),
    CREATE: (_RECORD, NOT_NEW),
    EXISTING: ("UPDATE customer_record SET id = id + 100", NOT_THE_SAME),
    LISTED: ("UPDATE issue SET title = 'another'", NOT_FOUND),
    QUEUED: ("UPDATE lane SET head = next_seq", NOT_FOUND),
    SAME_KEY: ("UPDATE issue SET raise_key = 'another'", NOT_THE_SAME),
    UNKNOWN: ("UPDATE organization SET slug = 'mark-of-this-check'", NOT_REFUSED),
}


@pytest.fixture
async def acme(transaction: Database) -> Organization:
    acme = (await register(transaction)).organization_id
    return await transaction.read(partial(organizations.organization, organization_id=acme))


async def test_a_walk_goes_on_from_any_time(transaction: Database, acme: Organization) -> None:
    before = await counts(transaction)
    async with transaction.rehearsal() as rehearsal:
        steps = Walk(rehearsal, acme, MARK, NOW + timedelta(days=400)).steps()
        assert tuple(steps) == WALK_STEPS
        said = [await work() for work in steps.values()]
        assert "it would be ISS-2027-0001" in said
        after = await counts(rehearsal)
    more = {table: after[table] - count for table, count in before.items() if after[table] != count}
    assert more.pop("effect") >= more.pop("lane") >= 2
    assert more.pop("issue_message") == 2
    made = ("crm_user", "slack_identity", "profile", "customer_record", "issue_counter", "issue", "issue_event")
    assert more == dict.fromkeys(made, 1)
    assert await counts(transaction) == before


@pytest.mark.parametrize("step", _SABOTAGE)
async def test_a_step_notices(transaction: Database, acme: Organization, step: str) -> None:
    statement, detail = _SABOTAGE[step]

    async def sabotage(session: AsyncSession) -> None:
        await session.execute(text(statement))

    async with transaction.rehearsal() as rehearsal:
        for each, work in Walk(rehearsal, acme, MARK, NOW).steps().items():
            if each == step:
                await rehearsal.write(sabotage)
                with pytest.raises(WrongError) as noticed:
                    await work()
                assert noticed.value.detail == detail
                break
            await work()
