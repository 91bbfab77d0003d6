"""Say whom the bot takes somebody for, and why."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Known, SlackAccount
from bot.usecases.modes import mode_of
from storage import people, profiles


async def whoami(session: AsyncSession, account: SlackAccount) -> Known | None:
    """Return whom this Slack account is taken for; None: it is not known yet."""
    user = await people.user_of(session, account)
    rule = await people.rule_of(session, account)
    if user is None or rule is None:
        return None
    return Known(
        user=user,
        rule=rule,
        profiles=await profiles.profiles_of(session, user.id),
        mode=await mode_of(session, user.id, None),
    )
