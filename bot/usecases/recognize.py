"""Tell who a Slack member is in the CRM, and remember it with the rule that matched."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import (
    Doubt,
    IdentityRule,
    Match,
    SlackMember,
    User,
    doubt_about,
    normalize_email,
    trusted_email,
)
from bot.domain.text import clean_line
from storage import people


async def recognize(session: AsyncSession, member: SlackMember, now: datetime) -> User:
    """Return the user of a Slack member: the known one, the one of a trusted e-mail, or a new one."""
    known = await find_known(session, member, now)
    if known is not None:
        return known
    user = await people.add_user(
        session,
        email=normalize_email(member.email) if member.email else None,
        email_trusted=False,
        first_name=clean_line(member.first_name),
        last_name=clean_line(member.last_name),
        now=now,
    )
    await people.add_identity(session, member.account, user.id, IdentityRule.NEW, now)
    return user


async def find_known(session: AsyncSession, member: SlackMember, now: datetime) -> User | None:
    """Return the user of a Slack member, if there is one: the known one, or the one of a trusted e-mail."""
    known = await people.user_of(session, member.account)
    if known is not None:
        return known
    matched = (await match(session, member)).user
    if matched is not None:
        await people.add_identity(session, member.account, matched.id, IdentityRule.EMAIL, now)
    return matched


async def match(session: AsyncSession, member: SlackMember) -> Match:
    """Return whom the member's e-mail means here. Nothing is stored."""
    email = trusted_email(member)
    if email is None:
        return Match(None, doubt_about(member))
    found = await people.users_with_trusted_email(session, email, member.seen_by_team_id)
    # Two users of one address: guessing would show one person's issues to the other.
    if len(found) != 1:
        return Match(None, Doubt.SEVERAL if found else Doubt.NOBODY)
    return Match(found[0], None)
