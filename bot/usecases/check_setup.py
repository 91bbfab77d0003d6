"""Look at what an organization needs to work, without changing anything."""

from collections import Counter
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Organization
from bot.usecases.findings import Finding, Outcome, counted, duration
from storage import channels, checks, linear_connections, people
from storage.checks import Outstanding

INTAKE = "Look for channels where customers raise issues"
TRIAGE = "Look for the channel where vendors work"
LINEAR = "Look for the Linear team"
GIVEN_UP = "Look for deliveries that were given up"
LATE = "Look for deliveries that are late"
SETUP_STEPS = (INTAKE, TRIAGE, LINEAR, GIVEN_UP, LATE)

NO_INTAKE = "there is none"
LINK_INTAKE = "Type /threadline link-channel in the Slack channel where your customers ask."
OWNER_TOLD = "there is none: the owner gets each issue as a direct message"
NOBODY_TOLD = "there is none, and the owner has no Slack account here: nobody would be told of an issue"
LINK_TRIAGE = "Type /threadline link-channel in the Slack channel where your own people work."
LINEAR_OFF = "Linear is off: issues live in Slack alone"
SET_KEY = "Type /threadline linear in Slack, or set LINEAR_API_KEY, to open them in Linear too."
TEAM_THERE = "there is one"
NO_TEAM = "there is none yet: issues wait for it, and none is lost"
MAKE_TEAM = "Start the bot, which looks for it. If it finds none: make a team called “{name}” in Linear."
NOTHING_GIVEN_UP = "there are none"
WERE_GIVEN_UP = "{count}: {reasons}"
RETRY = "Repair the cause, then run `python app.py retry`."
NOTHING_OWED = "nothing is waiting"
ARE_OWED = "{count} waiting, the first for {time}"
START = "See that the bot runs (`python app.py serve`), and what its log says."
# Slack or Linear being away for a moment is no news; nothing waits this long while all is well.
LATE_AFTER = timedelta(minutes=15)
REASONS_SHOWN = 3


async def look_at_setup(session: AsyncSession, organization: Organization, *, linear_on: bool) -> list[Finding]:
    """Return what is there and what is missing; ``linear_on``: the settings have a credential for Linear."""
    owed = await checks.outstanding(session, organization.id)
    return [
        await _intake(session, organization),
        await _triage(session, organization),
        await _linear(session, organization, linear_on=linear_on),
        _given_up(owed),
        _late(owed),
    ]


async def _intake(session: AsyncSession, organization: Organization) -> Finding:
    count = len(await channels.intake_links(session, organization.id))
    if count == 0:
        return Finding(step=INTAKE, outcome=Outcome.FAILED, detail=NO_INTAKE, fix=LINK_INTAKE)
    return Finding(step=INTAKE, detail=counted(count, "channel"))


async def _triage(session: AsyncSession, organization: Organization) -> Finding:
    if await channels.triage_link(session, organization.id) is not None:
        return Finding(step=TRIAGE, detail=counted(1, "channel"))
    if await people.slack_account_of(session, organization.owner_user_id) is not None:
        return Finding(step=TRIAGE, outcome=Outcome.NOTE, detail=OWNER_TOLD, fix=LINK_TRIAGE)
    return Finding(step=TRIAGE, outcome=Outcome.FAILED, detail=NOBODY_TOLD, fix=LINK_TRIAGE)


async def _linear(session: AsyncSession, organization: Organization, *, linear_on: bool) -> Finding:
    if not linear_on and not await linear_connections.is_connected(session, organization.id):
        return Finding(step=LINEAR, outcome=Outcome.NOTE, detail=LINEAR_OFF, fix=SET_KEY)
    if organization.linear_team_id is None:
        fix = MAKE_TEAM.format(name=organization.name)
        return Finding(step=LINEAR, outcome=Outcome.FAILED, detail=NO_TEAM, fix=fix)
    return Finding(step=LINEAR, detail=TEAM_THERE)


def _given_up(owed: Outstanding) -> Finding:
    if not owed.given_up:
        return Finding(step=GIVEN_UP, detail=NOTHING_GIVEN_UP)
    reasons = Counter(owed.given_up).most_common(REASONS_SHOWN)
    listed = ", ".join(f"“{reason}” ({count})" for reason, count in reasons)
    detail = WERE_GIVEN_UP.format(count=len(owed.given_up), reasons=listed)
    return Finding(step=GIVEN_UP, outcome=Outcome.FAILED, detail=detail, fix=RETRY)


def _late(owed: Outstanding) -> Finding:
    if owed.oldest is None:
        return Finding(step=LATE, detail=NOTHING_OWED)
    detail = ARE_OWED.format(count=owed.owed, time=duration(owed.oldest))
    if owed.oldest < LATE_AFTER:
        return Finding(step=LATE, detail=detail)
    return Finding(step=LATE, outcome=Outcome.FAILED, detail=detail, fix=START)
