"""What people are in organizations: their profiles, active or not."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import HeldProfile, Person, ProfileKind
from storage.people import to_user
from storage.tables import CrmUser, Organization, Profile
from storage.transaction import RunAgainError
from storage.upsert import upsert

# Who is shown first: whoever may do the most.
_RANK = {ProfileKind.VENDOR: 0, ProfileKind.EMPLOYEE: 1, ProfileKind.CUSTOMER: 2}
_SWITCHED_OFF = 3


async def profiles_of(session: AsyncSession, user_id: int) -> list[HeldProfile]:
    """What is and was this user, anywhere? By organization, each time the primary profile first."""
    query = (
        select(Profile, Organization.name, Organization.owner_user_id)
        .join(Organization, Organization.id == Profile.organization_id)
        .where(Profile.user_id == user_id)
        .order_by(Organization.name_key, Profile.is_primary.desc(), Profile.id)
    )
    return [
        HeldProfile(
            organization_id=profile.organization_id,
            organization_name=name,
            kind=ProfileKind(profile.kind),
            active=profile.active,
            primary=profile.is_primary,
            owner=owner_user_id == user_id,
        )
        for profile, name, owner_user_id in await session.execute(query)
    ]


async def has_profiles(session: AsyncSession, user_id: int, organization_id: int) -> bool:
    """Has this user any profile there, active or not?"""
    query = select(Profile.id).where(Profile.user_id == user_id, Profile.organization_id == organization_id)
    return await session.scalar(query.limit(1)) is not None


async def set_profiles(
    session: AsyncSession, user_id: int, organization_id: int, kinds: Collection[ProfileKind], now: datetime
) -> None:
    """Let a user be exactly this there: what is missing is added, what is not named is switched off.

    Raises:
        RunAgainError: another transaction gave the user a primary profile meanwhile.
    """
    # One at a time for each person: two at once would leave a mixture that nobody chose.
    await session.execute(select(CrmUser.id).where(CrmUser.id == user_id).with_for_update(key_share=True))
    theirs = (Profile.user_id == user_id, Profile.organization_id == organization_id)
    for kind in (kind for kind in ProfileKind if kind in kinds):
        await session.execute(
            upsert(session, Profile)
            .values(
                user_id=user_id,
                organization_id=organization_id,
                kind=kind,
                active=True,
                is_primary=False,
                created_at=now,
            )
            .on_conflict_do_update(index_elements=["user_id", "organization_id", "kind"], set_={"active": True})
        )
    await session.execute(update(Profile).where(*theirs, Profile.kind.not_in(list(kinds))).values(active=False))
    present = await session.scalar(select(Profile.kind).where(*theirs, Profile.is_primary, Profile.active))
    primary = next((kind for kind in ProfileKind if kind in kinds), None)
    if present is not None or primary is None:
        return
    try:
        await session.execute(update(Profile).where(*theirs, Profile.is_primary).values(is_primary=False))
        await session.execute(update(Profile).where(*theirs, Profile.kind == primary).values(is_primary=True))
    except IntegrityError as error:
        raise RunAgainError from error


async def count_people(session: AsyncSession, organization_id: int) -> int:
    """How many people have a profile there, active or not?"""
    query = select(func.count(Profile.user_id.distinct())).where(Profile.organization_id == organization_id)
    return int((await session.execute(query)).scalar_one())


async def people_of(session: AsyncSession, organization_id: int, limit: int) -> list[Person]:
    """Who is and was there? Vendors first, then employees, customers, and who is switched off; by name."""
    rank = case(
        *((Profile.active & (Profile.kind == kind), rank) for kind, rank in _RANK.items()), else_=_SWITCHED_OFF
    )
    query = (
        select(CrmUser, func.min(Organization.owner_user_id))
        .join(Profile, Profile.user_id == CrmUser.id)
        .join(Organization, Organization.id == Profile.organization_id)
        .where(Profile.organization_id == organization_id)
        .group_by(CrmUser.id)
        .order_by(func.min(rank), func.lower(CrmUser.first_name), func.lower(CrmUser.last_name), CrmUser.id)
        .limit(limit)
    )
    found = [(to_user(user), owner_user_id == user.id) for user, owner_user_id in await session.execute(query)]
    kinds = await _kinds(session, organization_id, [user.id for user, _ in found])
    return [
        Person(
            user=user,
            kinds=[kind for kind in ProfileKind if kinds.get((user.id, kind)) is True],
            switched_off=[kind for kind in ProfileKind if kinds.get((user.id, kind)) is False],
            owner=owner,
        )
        for user, owner in found
    ]


async def _kinds(
    session: AsyncSession, organization_id: int, user_ids: Collection[int]
) -> dict[tuple[int, ProfileKind], bool]:
    query = select(Profile.user_id, Profile.kind, Profile.active).where(
        Profile.organization_id == organization_id, Profile.user_id.in_(user_ids)
    )
    return {(row.user_id, ProfileKind(row.kind)): row.active for row in await session.execute(query)}
