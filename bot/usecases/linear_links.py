"""What follows in our records from what Linear answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, organization_lane
from bot.domain.issues import IssueRef
from bot.domain.linear_links import LINKED, NOT_LINKED, OPENED_INSTEAD, RELINKED
from bot.domain.linear_seen import SeenIssue
from bot.domain.linear_team import LinearState, LinearTeam
from bot.usecases.agree_with_linear import accept_linear_issue, owe_refetch
from bot.usecases.tell import owe_to_linear, send_extras, show_to_vendors, tell_vendors_of_event
from storage import issues, linear_shadow, linear_ties, links, lives, organizations, outbox
from storage.issues import NewEvent
from storage.links import NewLinearIssue


@dataclass(frozen=True)
class TieEvent:
    """Something that somebody did about what an issue follows in Linear."""

    ref: IssueRef
    user_id: int
    what: str
    door: str
    was: str | None = None
    becomes: str | None = None


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


async def follow_linear_issue(
    session: AsyncSession, ref: IssueRef, seen: SeenIssue, user_id: int, door: str, now: datetime
) -> None:
    """Let an issue follow a Linear issue that was there before, in place of any other, and agree with it.

    Call it in a transaction of its own, as ``accept_linear_issue``. A second time it changes nothing.

    Args:
        session: of the change.
        ref: our issue.
        seen: the Linear issue as it was read just now, in the organization's own team.
        user_id: who wanted it.
        door: through which they said so.
        now: UTC.
    """
    before = await linear_ties.tie_of(session, ref)
    left = [] if before is None else [before.linear_id]
    await hold_followers(session, ref, seen.linear_id, *left)
    if before is not None and before.linear_id == seen.linear_id:
        return
    if before is not None:
        await linear_ties.cut(session, ref)
    await links.put_linear_issue(session, ref.organization_id, ref.issue_id, _found(seen), now)
    what, was = (LINKED, None) if before is None else (RELINKED, before.identifier)
    await note_tie(session, TieEvent(ref, user_id, what, door, was, seen.identifier), now)
    await send_extras(session, ref)
    for linear_id in (seen.linear_id, *left):
        for other in await linear_shadow.issues_of(session, ref.organization_id, linear_id):
            if other != ref:
                await show_to_vendors(session, other)
    await accept_linear_issue(session, ref.organization_id, seen, {}, now, fresh=True)


async def refuse_link(session: AsyncSession, wanted: TieEvent, now: datetime, *, is_new: bool) -> None:
    """Tell vendors why an issue was not linked; where it was raised with the link, a new one is opened in Linear.

    Args:
        session: of the change.
        wanted: what was wanted, with the reason in words.
        now: UTC.
        is_new: the issue follows nothing in Linear yet.
    """
    opens = is_new and await linear_ties.tie_of(session, wanted.ref) is None
    reason = f"{wanted.becomes}. {OPENED_INSTEAD}" if opens else wanted.becomes
    await note_tie(session, TieEvent(wanted.ref, wanted.user_id, NOT_LINKED, wanted.door, wanted.was, reason), now)
    if opens:
        await owe_to_linear(session, wanted.ref, EffectKind.LINEAR_CREATE_ISSUE)


async def hold_followers(session: AsyncSession, ref: IssueRef, *linear_ids: str) -> None:
    """Hold an issue and all that follow these Linear issues, in one order for all who hold several."""
    held = {ref}
    for linear_id in linear_ids:
        held |= set(await linear_shadow.issues_of(session, ref.organization_id, linear_id))
    for one in sorted(held, key=lambda each: each.issue_id):
        await lives.hold_issue(session, one)


async def note_tie(session: AsyncSession, event: TieEvent, now: datetime) -> None:
    """Remember what somebody did about an issue's tie to Linear, and tell vendors of it."""
    new = NewEvent(
        organization_id=event.ref.organization_id,
        issue_id=event.ref.issue_id,
        actor_user_id=event.user_id,
        what=event.what,
        was=event.was,
        becomes=event.becomes,
        door=event.door,
        now=now,
    )
    await tell_vendors_of_event(session, event.ref, await issues.add_event(session, new))


def _found(seen: SeenIssue) -> NewLinearIssue:
    """Return a Linear issue as one of which nothing is known yet: read for the first time, what it says stands."""
    return NewLinearIssue(
        linear_id=seen.linear_id,
        team_id=seen.team_id,
        identifier=seen.identifier,
        url=seen.url,
        state_id="",
        state_name=seen.state_name,
        state_type="",
        made_by_us=False,
    )
