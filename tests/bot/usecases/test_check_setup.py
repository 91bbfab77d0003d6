"""What an organization needs to work is looked at, and what is missing is said with its fix."""

from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_team import LinearTeam
from bot.domain.retry import Park
from bot.usecases.check_setup import (
    ARE_OWED,
    GIVEN_UP,
    INTAKE,
    LATE,
    LATE_AFTER,
    LINEAR,
    LINEAR_OFF,
    LINK_TRIAGE,
    MAKE_TEAM,
    NO_INTAKE,
    NO_TEAM,
    NOBODY_TOLD,
    NOTHING_GIVEN_UP,
    NOTHING_OWED,
    OWNER_TOLD,
    RETRY,
    SETUP_STEPS,
    TEAM_THERE,
    TRIAGE,
    WERE_GIVEN_UP,
    look_at_setup,
)
from bot.usecases.findings import Finding, Outcome
from storage import blocked, leases, organizations, tables
from storage.transaction import Transaction
from storage.types import database_now
from tests.bot.usecases.town import DESK, HELP, RANDOM, channel, counts, link, register
from tests.storage.lanes import lane_of, owe, take

pytestmark = pytest.mark.both_databases


async def _look(transaction: Transaction, organization_id: int, *, linear_on: bool = True) -> dict[str, Finding]:
    before = await counts(transaction)
    organization = await transaction.read(partial(organizations.organization, organization_id=organization_id))
    look = partial(look_at_setup, organization=organization, linear_on=linear_on)
    found = await transaction.read(look)
    assert [finding.step for finding in found] == list(SETUP_STEPS)
    assert await counts(transaction) == before
    return {finding.step: finding for finding in found}


async def _deliver_all(transaction: Transaction) -> None:
    for held in await take(transaction):
        await transaction.write(partial(leases.pay, held=held, seconds=30))


async def test_all_is_there(transaction: Transaction) -> None:
    acme = (await register(transaction)).organization_id
    for wanted in (channel(acme, HELP), channel(acme, RANDOM), channel(acme, DESK, intake=False, triage=True)):
        await link(transaction, wanted)
    team = LinearTeam(id="team", key="ACM", name="Acme")
    take_team = partial(organizations.take_linear_team, organization_id=acme, team=team, states=[])
    await transaction.write(take_team)
    await _deliver_all(transaction)
    found = await _look(transaction, acme)
    assert {finding.outcome for finding in found.values()} == {Outcome.OK}
    assert [found[step].detail for step in SETUP_STEPS] == [
        "2 channels",
        "1 channel",
        TEAM_THERE,
        NOTHING_GIVEN_UP,
        NOTHING_OWED,
    ]


async def test_another_organization_s_channels_and_deliveries_do_not_count(transaction: Transaction) -> None:
    acme = (await register(transaction)).organization_id
    globex = (await register(transaction, "Globex")).organization_id
    await link(transaction, channel(globex, HELP))
    await link(transaction, channel(globex, DESK, intake=False, triage=True))
    await _deliver_all(transaction)
    await owe(transaction, lane_of(globex), "a")
    [held] = await take(transaction)
    await transaction.write(partial(leases.park, held=held, plan=Park(), reason="refused"))
    await owe(transaction, lane_of(globex, "two"), "b")
    found = await _look(transaction, acme)
    assert found[INTAKE].outcome is Outcome.FAILED
    assert found[INTAKE].detail == NO_INTAKE
    assert found[TRIAGE].outcome is Outcome.NOTE
    assert (found[GIVEN_UP].detail, found[LATE].detail) == (NOTHING_GIVEN_UP, NOTHING_OWED)


async def test_without_a_triage_channel_the_owner_must_be_known_in_slack(transaction: Transaction) -> None:
    acme = (await register(transaction)).organization_id
    globex = (await register(transaction, "Globex", account=None)).organization_id
    told, untold = (await _look(transaction, acme))[TRIAGE], (await _look(transaction, globex))[TRIAGE]
    assert told == Finding(step=TRIAGE, outcome=Outcome.NOTE, detail=OWNER_TOLD, fix=LINK_TRIAGE)
    assert untold == Finding(step=TRIAGE, outcome=Outcome.FAILED, detail=NOBODY_TOLD, fix=LINK_TRIAGE)


async def test_linear_being_off_is_no_failure_and_no_team_is_one(transaction: Transaction) -> None:
    acme = (await register(transaction)).organization_id
    off = (await _look(transaction, acme, linear_on=False))[LINEAR]
    assert (off.outcome, off.detail) == (Outcome.NOTE, LINEAR_OFF)
    on = (await _look(transaction, acme))[LINEAR]
    fix = MAKE_TEAM.format(name="Acme")
    assert on == Finding(step=LINEAR, outcome=Outcome.FAILED, detail=NO_TEAM, fix=fix)


async def test_what_was_given_up_is_told_with_its_reasons(transaction: Transaction) -> None:
    acme = (await register(transaction)).organization_id
    await _deliver_all(transaction)
    for subject, reason in (("a", "refused"), ("b", "gone"), ("c", "refused")):
        await owe(transaction, lane_of(acme, subject), subject)
        [held] = await take(transaction)
        await transaction.write(partial(leases.park, held=held, plan=Park(), reason=reason))
    found = await _look(transaction, acme)
    detail = WERE_GIVEN_UP.format(count=3, reasons="“refused” (2), “gone” (1)")
    assert found[GIVEN_UP] == Finding(step=GIVEN_UP, outcome=Outcome.FAILED, detail=detail, fix=RETRY)
    # What was given up does not wait.
    assert found[LATE].detail == NOTHING_OWED
    assert len(await transaction.write(blocked.hurry_everything)) == 3
    await _deliver_all(transaction)
    assert (await _look(transaction, acme))[GIVEN_UP].detail == NOTHING_GIVEN_UP


@pytest.mark.parametrize("late", [False, True])
async def test_what_waits_too_long_is_late(transaction: Transaction, *, late: bool) -> None:
    acme = (await register(transaction)).organization_id
    await _deliver_all(transaction)
    await owe(transaction, lane_of(acme), "old", "new")
    minutes = LATE_AFTER.total_seconds() / 60 + (1 if late else -1)

    async def age(session: AsyncSession) -> None:
        old = tables.Effect.seq == 0
        await session.execute(update(tables.Effect).where(old).values(created_at=database_now(-60 * minutes)))

    await transaction.write(age)
    finding = (await _look(transaction, acme))[LATE]
    assert finding.outcome is (Outcome.FAILED if late else Outcome.OK)
    assert finding.detail == ARE_OWED.format(count=2, time=f"{minutes:.0f} minutes")
    [held] = await take(transaction)
    await transaction.write(partial(leases.pay, held=held, seconds=30))
    assert (await _look(transaction, acme))[LATE].detail.startswith("1 waiting, the first for ")
