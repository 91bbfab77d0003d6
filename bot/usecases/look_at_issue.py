"""Look at one issue from Slack: its customer at the public part, the organization's people at all of it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import ById, ByNumber, IssueRef, read_reference
from bot.domain.life import Action, Role, is_allowed
from bot.domain.looked import InternalLook, PublicLook
from bot.domain.people import SlackAccount, User
from bot.errors import NotFoundError
from bot.usecases.browse import PUBLIC_EVENTS, linear_look
from bot.usecases.refusals import NO_SUCH_ISSUE
from storage import blocked, browsing, lives, organizations, people

# A number is unique in its organization alone: who belongs to several may mean several issues.
MOST_LOOKS = 3


async def look_at_issue(
    session: AsyncSession, account: SlackAccount, reference: str
) -> Sequence[PublicLook | InternalLook]:
    """Return what somebody may see of the issues that they may mean; at least one.

    Raises:
        NotFoundError: none that they may know of. Whether somebody else has it is not said.
    """
    meant, user = read_reference(reference), await people.user_of(session, account)
    looks: list[PublicLook | InternalLook] = []
    if meant is not None and user is not None and user.active:
        for organization in await organizations.organizations_of(session, user.id):
            looks += await _looks(session, user, organization.id, meant)
    if not looks:
        raise NotFoundError(NO_SUCH_ISSUE)
    return looks[:MOST_LOOKS]


async def _looks(
    session: AsyncSession, user: User, organization_id: int, meant: ById | ByNumber
) -> list[PublicLook | InternalLook]:
    roles = await lives.roles_in(session, user.id, organization_id)
    if is_allowed(Action.SEE_TRIAGE, roles):
        found = await browsing.find_issues(session, organization_id, meant)
        return [await internal_look(session, one.ref) for one in found[:MOST_LOOKS]]
    if Role.CUSTOMER in roles:
        found = await browsing.find_issues(session, organization_id, meant, customer_user_id=user.id)
        return [await _public_look(session, one.ref) for one in found[:MOST_LOOKS]]
    return []


async def _public_look(session: AsyncSession, ref: IssueRef) -> PublicLook:
    events = [one for one in await lives.timeline(session, ref) if one.what in PUBLIC_EVENTS]
    return PublicLook(entry=(await browsing.entry(session, ref)).entry, events=events)


async def internal_look(session: AsyncSession, ref: IssueRef) -> InternalLook:
    """Return all that there is of an issue; for the organization's people alone."""
    owed = await blocked.owed_of_issues(session, ref.organization_id, [ref.issue_id])
    return InternalLook(
        entry=await browsing.entry(session, ref),
        events=await lives.timeline(session, ref),
        linear=await linear_look(session, ref),
        owed=owed.get(ref.issue_id, []),
    )
