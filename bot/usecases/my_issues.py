"""The issues that somebody raised."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Issue
from bot.domain.people import SlackAccount
from storage import issues, people

LIST_LIMIT = 20


async def my_issues(session: AsyncSession, account: SlackAccount) -> list[Issue]:
    """Return the newest issues that this Slack account's user raised as a customer; none for a stranger."""
    user = await people.user_of(session, account)
    return [] if user is None else await issues.issues_of_user(session, user.id, LIST_LIMIT)
