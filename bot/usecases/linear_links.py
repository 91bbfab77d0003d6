"""What follows in our records from what Linear answered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, organization_lane
from bot.domain.issues import IssueRef
from bot.domain.linear_team import LinearState, LinearTeam
from bot.usecases.agree_with_linear import owe_refetch
from bot.usecases.tell import send_extras, show_to_vendors
from storage import links, organizations, outbox
from storage.links import NewLinearIssue


async def take_linear_team(
    session: AsyncSession, organization_id: int, team: LinearTeam, states: Sequence[LinearState]
) -> None:
    """Give an organization its Linear team; issues that waited for it go on at once."""
    await organizations.take_linear_team(session, organization_id, team, states)
    await outbox.hurry(session, organization_id, Destination.LINEAR)


async def look_for_linear_teams(session: AsyncSession, *, linear_on: bool) -> None:
    """Let the team be configured of each organization that goes to Linear and has none.

    Args:
        session: of the start: Linear may have been off until now.
        linear_on: whether the settings have a credential; else only those who connected it themselves go there.
    """
    for organization_id in await organizations.organizations_without_team(session, connected=not linear_on):
        await look_for_linear_team(session, organization_id)


async def look_for_linear_team(session: AsyncSession, organization_id: int) -> None:
    """Let the team of an organization be configured, unless somebody is looking for it."""
    lane = organization_lane(organization_id, Destination.LINEAR)
    if not await outbox.is_waiting(session, lane):
        configure = NewEffect(EffectKind.LINEAR_CONFIGURE_TEAM, {"organization_id": organization_id})
        await outbox.enqueue(session, lane, [configure])


async def ask_for_linear_team(session: AsyncSession, organization_id: int) -> None:
    """Let the owner be asked for a team, once, and go on looking for one."""
    ask = NewEffect(EffectKind.SLACK_ASK_OWNER, {"organization_id": organization_id})
    await outbox.enqueue(session, organization_lane(organization_id, Destination.PERSON), [ask])
    look = NewEffect(EffectKind.LINEAR_CONFIGURE_TEAM, {"organization_id": organization_id, "asked": 1})
    await outbox.enqueue(session, organization_lane(organization_id, Destination.LINEAR), [look])


async def link_linear_issue(
    session: AsyncSession, organization_id: int, issue_id: int, new: NewLinearIssue, now: datetime
) -> None:
    """Tie an issue to its Linear issue, and let the messages of vendors show it.

    What was not read whole is read in its turn, and agreed with.
    """
    ref = IssueRef(organization_id, issue_id)
    await links.put_linear_issue(session, organization_id, issue_id, new, now)
    await show_to_vendors(session, ref)
    await send_extras(session, ref)
    if new.seen_at is None:
        await owe_refetch(session, ref)
