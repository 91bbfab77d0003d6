"""Check an installation: walk the way of a new customer, and look at what an organization needs to work.

What the walk makes is written in a rehearsal: one transaction that is never committed. So nobody sees it while it
exists, no worker delivers it, no issue number is used up, and nothing is left of it whenever and however it ends.
What a rehearsal cannot show, that the database keeps what is committed, is tried with one marked row of its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from bot.domain.organizations import Organization
from bot.usecases.check_setup import SETUP_STEPS, look_at_setup
from bot.usecases.check_walk import WALK_STEPS, Walk
from bot.usecases.findings import SEE_LOG, Finding, Outcome, WrongError, counted, failed
from storage import checks, inbox
from storage.transaction import Database, Transaction

log = structlog.stdlib.get_logger(__name__)

MARK = "threadline-check:"

FIND = "Find the organization"
SWEEP = "Remove what an earlier check left behind"
KEEP = "Store a marked row, read it back, remove it"
TAKE_BACK = "Take everything back, and see that nothing is left"
PLAN = (FIND, SWEEP, KEEP, *WALK_STEPS, TAKE_BACK, *SETUP_STEPS)

NOT_TRIED = "not tried, because a step before it failed"
NOTHING_LEFT_BEHIND = "there is nothing"
SWEPT = "{rows} of a check that was ended half-way"
NOT_KEPT = "what was stored was not there afterwards"
STILL_THERE = "{rows} can still be seen"


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a check is to look at.

    Args:
        database: where the organization is.
        organization: whose installation it is.
        linear_on: whether the program has a credential for Linear.
        now: the time, in UTC.
        token: sets this check's rows apart from every other's; nobody can guess it.
    """

    database: Database
    organization: Organization
    linear_on: bool
    now: datetime
    token: str

    @property
    def mark(self) -> str:
        """What every row of this check is marked with."""
        return MARK + self.token


async def check_organization(given: Check, tell: Callable[[Finding], None]) -> None:
    """Do every step of ``PLAN`` in its order, and tell how each ended.

    A step that fails is told like the others: no error of it is raised.
    """
    organization = given.organization
    tell(Finding(step=FIND, detail=f"{organization.name} ({organization.slug}, id {organization.id})"))
    tell(await _try(SWEEP, partial(_sweep, given)))
    tell(await _try(KEEP, partial(_keep, given)))
    await _walk(given, tell)
    tell(await _try(TAKE_BACK, partial(_see_nothing, given)))
    look = partial(look_at_setup, organization=organization, linear_on=given.linear_on)
    try:
        found = await given.database.read(look)
    except Exception as error:  # noqa: BLE001 - told like every other failure
        found = [_failed(step, error) for step in SETUP_STEPS]
    for finding in found:
        tell(finding)


async def remove_left_behind(database: Transaction) -> int:
    """Remove the marked rows of checks that were ended half-way; returns how many there were."""
    return await database.write(partial(checks.remove_marks, beginning=MARK))


async def _try(step: str, work: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(step=step, detail=await work())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the other steps are done
        return _failed(step, error)


def _failed(step: str, error: Exception) -> Finding:
    log.warning("a step of the check failed", step=step, exc_info=error)
    return failed(step, error)


async def _sweep(given: Check) -> str:
    removed = await remove_left_behind(given.database)
    return SWEPT.format(rows=counted(removed, "row")) if removed else NOTHING_LEFT_BEHIND


async def _keep(given: Check) -> str:
    database = given.database
    try:
        await database.write(partial(inbox.is_news, key=given.mark, now=given.now))
        if await database.read(partial(checks.rows_marked, mark=given.mark)) != 1:
            raise WrongError(NOT_KEPT, SEE_LOG)
    finally:
        await database.write(partial(checks.remove_marks, beginning=given.mark))
    return ""


async def _walk(given: Check, tell: Callable[[Finding], None]) -> None:
    findings, well = list[Finding](), True
    try:
        async with given.database.rehearsal() as rehearsal:
            for step, work in Walk(rehearsal, given.organization, given.mark, given.now).steps().items():
                skipped = Finding(step=step, outcome=Outcome.SKIPPED, detail=NOT_TRIED)
                findings.append(await _try(step, work) if well else skipped)
                well = findings[-1].outcome is Outcome.OK
    finally:
        # Told afterwards: a terminal that stands still must not hold locks that customers wait for.
        for finding in findings:
            tell(finding)


async def _see_nothing(given: Check) -> str:
    rows = await given.database.read(partial(checks.rows_marked, mark=given.mark))
    if rows:
        raise WrongError(STILL_THERE.format(rows=counted(rows, "row")), SEE_LOG)
    return ""
