"""The issues that somebody looks at: as a customer, a vendor or an employee."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.looks import MyIssues
from bot.domain.people import Mode, ProfileKind, SlackAccount
from bot.usecases.modes import mode_of
from storage import issues, people

LIST_LIMIT = 20


async def my_issues(session: AsyncSession, account: SlackAccount) -> MyIssues:
    """Return what this Slack account's user looks at, by the mode that they chose; nothing for a stranger."""
    user = await people.user_of(session, account)
    mode = None if user is None else await mode_of(session, user.id, None)
    if user is None or mode is None:
        return MyIssues(mode=None, issues=[])
    # One more than is shown tells whether there are others.
    if mode.kind is ProfileKind.VENDOR:
        return await _vendors(session, user.id, mode)
    if mode.kind is ProfileKind.EMPLOYEE:
        found = await issues.newest_issues(session, mode.organization_id, LIST_LIMIT + 1)
    else:
        found = await issues.issues_of_user(session, user.id, LIST_LIMIT + 1)
    return MyIssues(mode=mode, issues=found[:LIST_LIMIT], more=len(found) > LIST_LIMIT)


async def _vendors(session: AsyncSession, user_id: int, mode: Mode) -> MyIssues:
    where = mode.organization_id
    mine = await issues.unclosed_issues_assigned_to(session, where, user_id, LIST_LIMIT + 1)
    unassigned = await issues.unclosed_issues_assigned_to(session, where, None, LIST_LIMIT + 1)
    room = LIST_LIMIT - len(mine[:LIST_LIMIT])
    more = len(mine) > LIST_LIMIT or len(unassigned) > room
    return MyIssues(mode=mode, issues=mine[:LIST_LIMIT], unassigned=unassigned[:room], more=more)
