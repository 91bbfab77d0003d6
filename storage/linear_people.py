"""Who is who in Linear: people of an organization by their e-mail, as they were last looked up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind, User
from storage import tables
from storage.built import answer, run, value
from storage.people import to_user
from storage.upsert import upsert


@dataclass(frozen=True, kw_only=True)
class LookedUp:
    """What was found for an e-mail; ``linear_user_id`` None: nobody has it there. ``looked_at`` is UTC."""

    linear_user_id: str | None
    looked_at: datetime


async def email_of(session: AsyncSession, user_id: int) -> str | None:
    """Which e-mail has this user?"""
    email: str | None = await answer(session, _EMAIL, user_id=user_id)
    return email


_EMAIL = select(tables.CrmUser.email).where(tables.CrmUser.id == value("user_id"))


async def looked_up(session: AsyncSession, organization_id: int, email: str) -> LookedUp | None:
    """Who has this e-mail in the organization's Linear? None: nobody looked yet."""
    row = (await run(session, _LOOKED_UP, organization_id=organization_id, email=email)).one_or_none()
    return None if row is None else LookedUp(linear_user_id=row.linear_user_id, looked_at=row.looked_at)


_LOOKED_UP = select(tables.LinearUser.linear_user_id, tables.LinearUser.looked_at).where(
    tables.LinearUser.organization_id == value("organization_id"), tables.LinearUser.email == value("email")
)


async def remember(
    session: AsyncSession,
    organization_id: int,
    email: str,
    *,
    linear_user_id: str | None,
    name: str | None,
    now: datetime,
) -> None:
    """Remember who has this e-mail in the organization's Linear; None: nobody."""
    fields = {"linear_user_id": linear_user_id, "name": name, "looked_at": now}
    await session.execute(
        upsert(session, tables.LinearUser)
        .values(organization_id=organization_id, email=email, **fields)
        .on_conflict_do_update(index_elements=["organization_id", "email"], set_=fields)
    )


async def may_be_in_linear(session: AsyncSession, organization_id: int, user_id: int) -> bool:
    """May this user have an account in the organization's Linear: an e-mail that was not looked for in vain?"""
    email = await email_of(session, user_id)
    found = None if email is None else await looked_up(session, organization_id, email)
    return email is not None and (found is None or found.linear_user_id is not None)


async def vendors_called(session: AsyncSession, organization_id: int, emails: Collection[str]) -> dict[str, User]:
    """Which active vendors of the organization have these e-mails? Of several of one e-mail, nobody is meant."""
    user, profile = tables.CrmUser, tables.Profile
    query = (
        select(user)
        .join(profile, profile.user_id == user.id)
        .where(profile.organization_id == organization_id, profile.kind == ProfileKind.VENDOR, profile.active)
        .where(user.email.in_(emails), user.active)
    )
    found = dict[str, list[User]]()
    for row in await session.scalars(query):
        found.setdefault(row.email or "", []).append(to_user(row))
    return {email: users[0] for email, users in found.items() if len(users) == 1}


async def colleague(session: AsyncSession, organization_id: int, email: str) -> int | None:
    """Which active vendor or employee of the organization has this e-mail (in its normal form)? Their user's id.

    None as well where several have it: nobody is taken for somebody else.
    """
    profile, user = tables.Profile, tables.CrmUser
    kinds: Collection[str] = (ProfileKind.VENDOR, ProfileKind.EMPLOYEE)
    query = (
        select(user.id)
        .join(profile, profile.user_id == user.id)
        .where(profile.organization_id == organization_id, profile.active, profile.kind.in_(kinds))
        .where(user.active, user.email == email)
        .group_by(user.id)
        .limit(2)
    )
    found = (await session.scalars(query)).all()
    return found[0] if len(found) == 1 else None
